/** Bytes of a slab: large messages take some, and the last of them is not full. */
const size = 32 * 1024;
/** How many are kept for messages to come. */
const mostKept = 128;

const kept: Buffer[] = [];
/** The memory of those that are in use. */
const used = new WeakSet<ArrayBufferLike>();

/**
 * Memory to write into, which may have been written to before. Memory of their own for all large messages would be garbage by
 * tens of megabytes, for V8 sees little of it, and the system has to make each page of it first.
 */
export function takeSlab(): Buffer {
  const slab = kept.pop() ?? Buffer.allocUnsafeSlow(size);
  used.add(slab.buffer);
  return slab;
}

/** Nobody reads any longer what was written to the slabs that pieces are parts of. Those of which that is never said are garbage. */
export function giveBack(pieces: readonly Buffer[]): void {
  for (const { buffer } of pieces) if (used.delete(buffer) && kept.length < mostKept) kept.push(Buffer.from(buffer));
}
