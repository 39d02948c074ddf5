import type { Side } from '../type.ts';
import {
  append,
  baseLength,
  consumed,
  growth,
  produced,
  type TextOperation,
  type TextPart,
  trimmed,
} from './operation.ts';

/**
 * What an operation is after another one that was made against the same text, in time that grows with their sizes only.
 * `side`: whose insertion comes first where both insert at one place; `left` is the operation's own.
 */
export function transformOperation(operation: TextOperation, over: TextOperation, side: Side): TextOperation {
  // What lies apart, as most edits of a busy room do, takes a tenth of the time.
  const [first, ...rest] = operation;
  if (typeof first === 'number' && first > baseLength(over)) return [first + growth(over), ...rest];
  if (typeof over[0] === 'number' && over[0] > baseLength(operation)) return operation;
  const result: TextPart[] = [];
  let index = 0;
  /** How many points of the part at the index are done. */
  let used = 0;

  /** What the operation does up to so many points further on in the text; what happens to points that are gone, does not. */
  function pass(points: number, gone: boolean): void {
    let left = points;
    while (left > 0) {
      const part = operation[index] ?? left;
      const length = consumed(part);
      const taken = Math.min(left, length - used);
      if (typeof part === 'string') append(result, part);
      else if (!gone) append(result, typeof part === 'number' ? taken : { d: taken });
      left -= taken;
      used += taken;
      if (used === length) {
        index += 1;
        used = 0;
      }
    }
  }

  for (const part of over) {
    if (typeof part === 'number') pass(part, false);
    else if (typeof part === 'object') pass(part.d, true);
    else {
      const own = operation[index];
      if (side === 'left' && typeof own === 'string') {
        append(result, own);
        index += 1;
      }
      append(result, produced(part));
    }
  }
  pass(Infinity, false);
  return trimmed(result);
}
