import { append, type TextOperation, type TextPart, trimmed } from '../../../shared/documents/text/operation.ts';
import { measure } from '../../../shared/documents/text/rope.ts';
import type { OperationLimits } from '../../../shared/documents/type.ts';

/**
 * The operation in two, to be applied one after the other: the first keeps to the limits, the rest is empty where all of
 * it does. What is inserted is cut between points. Half of the parts are left free: an operation that was sent may gain
 * parts as it is transformed, and must still be taken when it is sent again.
 */
export function splitOperation(operation: TextOperation, limits: OperationLimits): [TextOperation, TextOperation] {
  const first: TextPart[] = [];
  let parts = Math.max(2, limits.max_operation_parts >> 1);
  let bytes = Math.max(4, limits.max_operation_bytes);
  /** How far the first one has come, in the text that it makes. */
  let at = 0;
  for (const [index, part] of operation.entries()) {
    parts -= 1;
    const taken = typeof part === 'string' ? prefix(part, bytes) : part;
    if (parts < 0 || taken === '') return [trimmed(first), join(at, operation.slice(index))];
    first.push(taken);
    if (typeof taken === 'number') at += taken;
    if (typeof taken !== 'string') continue;
    const size = measure(taken);
    at += size.length;
    bytes -= size.bytes;
    const left = (part as string).slice(taken.length);
    if (left !== '') return [first, join(at, [left, ...operation.slice(index + 1)])];
  }
  return [operation, []];
}

function join(retained: number, parts: TextOperation): TextOperation {
  const operation: TextPart[] = retained > 0 ? [retained] : [];
  for (const part of parts) append(operation, part);
  return operation;
}

/** As much of a text as has at most so many bytes. */
function prefix(text: string, bytes: number): string {
  if (measure(text).bytes <= bytes) return text;
  let units = 0;
  let left = bytes;
  for (const point of text) {
    left -= measure(point).bytes;
    if (left < 0) break;
    units += point.length;
  }
  return text.slice(0, units);
}
