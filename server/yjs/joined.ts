/** Many updates as one piece, which another thread is handed and not told one by one. */
export interface Joined {
  bytes: Uint8Array<ArrayBuffer>;
  /** Where each of them ends. */
  ends: Uint32Array;
}

export function joinedFrom(updates: readonly Uint8Array[]): Joined {
  const ends = new Uint32Array(updates.length);
  let length = 0;
  for (const [index, update] of updates.entries()) {
    length += update.length;
    ends[index] = length;
  }
  const bytes = new Uint8Array(length);
  for (const [index, update] of updates.entries()) bytes.set(update, (ends[index] ?? 0) - update.length);
  return { bytes, ends };
}

export function parted({ bytes, ends }: Joined): Uint8Array[] {
  return Array.from(ends, (end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end));
}
