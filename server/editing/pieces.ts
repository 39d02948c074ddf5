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

/** A piece under way, and how far into the text it reaches. */
interface Piece {
  parts: TextPart[];
  reached: number;
}

function deletionsOf(operation: TextOperation, most: number): TextOperation[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const part of operation) {
    if (typeof part === 'object') add(pieces, pieces.at(-1), most, at, part);
    at += consumed(part);
  }
  return pieces.map(({ parts }) => trimmed(parts));
}

function insertionsOf(
  operation: TextOperation,
  { max_operation_bytes: bytes, max_operation_parts: most }: OperationLimits,
): TextOperation[] {
  const pieces: Piece[] = [];
  let [at, free] = [0, 0];
  for (const part of operation) {
    if (typeof part !== 'string') {
      at += consumed(part);
      continue;
    }
    for (let rest = part; rest !== ''; ) {
      const taken = beginningOf(rest, bytes);
      if (taken === '') throw new Refusal('too_large', `a character has more than ${bytes} bytes, which is the limit`);
      const size = measure(taken).bytes;
      const current = free >= size ? pieces.at(-1) : undefined;
      free = (current ? free : bytes) - size;
      add(pieces, current, most, at, taken);
      rest = rest.slice(taken.length);
    }
  }
  return pieces.map(({ parts }) => trimmed(parts));
}

/** Puts a part at a place of the text into the current piece, or into a new one where there is none or it is full. */
function add(pieces: Piece[], current: Piece | undefined, most: number, at: number, part: TextPart): void {
  const isFull = !current || current.parts.length + 2 > most;
  const piece = isFull ? { parts: [], reached: 0 } : current;
  if (isFull) pieces.push(piece);
  if (at > piece.reached) append(piece.parts, at - piece.reached);
  append(piece.parts, part);
  piece.reached = at + consumed(part);
}

/** A beginning of a text that has at most so many bytes: one character at least, where that has no more. */
function beginningOf(text: string, bytes: number): string {
  let taken = text.slice(0, pairStart(text, bytes));
  for (let size = measure(taken).bytes; size > bytes; size = measure(taken).bytes)
    taken = taken.slice(0, pairStart(taken, Math.floor((taken.length * bytes) / size)));
  if (taken !== '') return taken;
  const [first = ''] = text;
  return measure(first).bytes <= bytes ? first : '';
}
