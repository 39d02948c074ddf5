/**
 * The first place, of some in order, from which on something holds of all; behind the last where it holds of none. By halves, so
 * that few are looked at.
 */
export function firstPlace<Item>(ordered: readonly Item[], holds: (item: Item) => boolean): number {
  let [low, high] = [0, ordered.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(ordered[middle] as Item)) high = middle;
    else low = middle + 1;
  }
  return low;
}
