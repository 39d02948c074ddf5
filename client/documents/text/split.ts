import {
  append,
  consumed,
  produced,
  type TextOperation,
  type TextPart,
  trimmed,
} from '../../../shared/documents/text/operation.ts';
import { measure, pairStart } from '../../../shared/documents/text/rope.ts';
import type { OperationLimits } from '../../../shared/documents/type.ts';

/**
 * The operation in two, to be applied one after the other: the first keeps to the limits, the rest is empty where all of
 * it does. What is inserted is cut between points, and counted as it is sent: in bytes of JSON, which are never fewer than
 * those of the text. Deletions come first, and texts of more than `room` bytes are left to the rest. Half of the parts are
 * left free: an operation that was sent may gain parts as it is transformed, and must still be taken when it is sent again.
 */
export function splitOperation(
  operation: TextOperation,
  limits: OperationLimits,
  room = Infinity,
): [TextOperation, TextOperation] {
  const first: TextPart[] = [];
  const rest: TextPart[] = [];
  const parts = Math.max(2, limits.max_operation_parts >> 1);
  let bytes = Math.max(12, limits.max_operation_bytes);
  let free = room;
  for (const part of operation) {
    const isTaken = first.length < parts;
    if (typeof part === 'string') {
      const size = measure(part).bytes;
      const taken = isTaken && size <= free ? prefix(part, bytes) : '';
      bytes -= jsonBytes(taken);
      if (taken) free -= size;
      append(first, taken);
      append(rest, produced(taken));
      append(rest, part.slice(taken.length));
    } else if (typeof part === 'object' && isTaken) {
      append(first, part);
    } else {
      append(first, consumed(part));
      append(rest, part);
    }
  }
  return [trimmed(first), trimmed(rest)];
}

/** As much of a text as has at most so many bytes. */
function prefix(text: string, bytes: number): string {
  let taken = text;
  for (let units = bytes; ; units = Math.floor((taken.length * bytes) / jsonBytes(taken))) {
    taken = taken.slice(0, pairStart(taken, units));
    if (jsonBytes(taken) <= bytes) return taken;
  }
}

/** What a text takes on the wire, but for the quotes around it. */
function jsonBytes(text: string): number {
  return measure(JSON.stringify(text)).bytes - 2;
}
