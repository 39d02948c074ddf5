import type { TextChange } from '../index.ts';

/** Where a place in a text is after changes, before or behind what comes just there. */
export function placeAfter(changes: readonly TextChange[], place: number, behind: boolean): number {
  let moved = place;
  for (const { from, to, insert } of changes) {
    if (from < place || (from === place && behind)) moved += insert.length - (Math.min(to, place) - from);
  }
  return moved;
}
