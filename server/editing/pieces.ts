import {
  append,
  consumed,
  insertedBytes,
  type TextOperation,
  type TextPart,
  trimmed,
} from '../../shared/documents/text/operation.ts';
import { measure, pairStart } from '../../shared/documents/text/rope.ts';
import type { OperationLimits } from '../../shared/documents/type.ts';
import { Refusal } from '../../shared/refusals.ts';

/**
 * An operation as several that keep to the limits. All are made against the same revision, and do together what it does
 * where they are committed in their order by one client. Deletions come first, so that a full text has room.
 */
export function piecesOf(operation: TextOperation, limits: OperationLimits): TextOperation[] {
  const { max_operation_bytes, max_operation_parts } = limits;
  if (operation.length <= max_operation_parts && insertedBytes(operation) <= max_operation_bytes) return [operation];
  return [...deletionsOf(operation, max_operation_parts), ...insertionsOf(operation, limits)];
}

function deletionsOf(operation: TextOperation, most: number): TextOperation[] {
  const pieces: TextPart[][] = [];
  let at = 0;
  for (const part of operation) {
    if (typeof part === 'object') piece(pieces, most, at, pieces.at(-1)).push(part);
    at += consumed(part);
  }
  return pieces.map(trimmed);
}

function insertionsOf(
  operation: TextOperation,
  { max_operation_bytes: bytes, max_operation_parts: parts }: OperationLimits,
) {
  const pieces: TextPart[][] = [];
  let [at, free] = [0, 0];
  for (const part of operation) {
    if (typeof part !== 'string') at += consumed(part);
    else
      for (let rest = part; rest !== ''; ) {
        const taken = beginningOf(rest, bytes);
        if (taken === '')
          throw new Refusal('too_large', `a character has more than ${bytes} bytes, which is the limit`);
        const size = measure(taken).bytes;
        const current = free >= size ? pieces.at(-1) : undefined;
        if (!current) free = bytes;
        free -= size;
        append(piece(pieces, parts, at, current), taken);
        rest = rest.slice(taken.length);
      }
  }
  return pieces.map(trimmed);
}

/** The piece that goes on at a place of the text: the current one, or a new one where there is none or it is full. */
function piece(pieces: TextPart[][], most: number, at: number, current: TextPart[] | undefined): TextPart[] {
  const isFull = !current || current.length + 2 > most;
  const next = isFull ? [] : current;
  if (isFull) pieces.push(next);
  const reached = next.reduce<number>((sum, part) => sum + consumed(part), 0);
  if (at > reached) append(next, at - reached);
  return next;
}

/** As much of a text as has at most so many bytes, never half of a pair. */
function beginningOf(text: string, bytes: number): string {
  let taken = text.slice(0, pairStart(text, bytes));
  while (measure(taken).bytes > bytes)
    taken = taken.slice(0, pairStart(taken, Math.floor((taken.length * bytes) / measure(taken).bytes)));
  return taken;
}
