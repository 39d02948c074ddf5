import { type TextOperation, transformPoint } from './operation.ts';
import { measure } from './rope.ts';

/** From how many parts on it is worth knowing where they begin. */
const long = 32;

/** Where each part of an operation begins, in the text before it and in the text after it; and where the last one ends. */
interface Offsets {
  before: number[];
  after: number[];
}

/** Of long operations, as long as they are somewhere in memory: many cursors are moved over each. */
const known = new WeakMap<TextOperation, Offsets>();

/**
 * The same as transformPoint(), for one of many points: what a long operation does to them is found out once. Not for
 * clients, which would load it in vain.
 */
export function transformOneOfMany(point: number, operation: TextOperation, behind: boolean): number {
  if (operation.length < long || behind) return transformPoint(point, operation, behind);
  return lookUp(point, operation, offsetsOf(operation));
}

/** Finds it in a time that hardly grows with the operation. */
function lookUp(point: number, operation: TextOperation, { before, after }: Offsets): number {
  // The last part that begins before the point, or where the operation ends.
  let low = -1;
  let high = before.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((before[middle] ?? 0) < point) low = middle;
    else high = middle;
  }
  if (low < 0) return point;
  const isGone = typeof operation[low] === 'object';
  return (after[low] ?? 0) + (isGone ? Math.max(0, point - (before[low + 1] ?? 0)) : point - (before[low] ?? 0));
}

function offsetsOf(operation: TextOperation): Offsets {
  const found = known.get(operation);
  if (found) return found;
  const offsets: Offsets = { before: [], after: [] };
  let [before, after] = [0, 0];
  for (const part of operation) {
    offsets.before.push(before);
    offsets.after.push(after);
    if (typeof part === 'object') before += part.d;
    else if (typeof part === 'string') after += measure(part).length;
    else [before, after] = [before + part, after + part];
  }
  offsets.before.push(before);
  offsets.after.push(after);
  known.set(operation, offsets);
  return offsets;
}
