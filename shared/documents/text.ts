import { Refusal } from '../refusals.ts';
import type { StatedType } from './complete.ts';
import { composeOperations } from './text/compose.ts';
import {
  applyOperation,
  checkFit,
  decodeOperation,
  decodeWholeNumber,
  growth,
  invertOperation,
  type TextOperation,
  transformPoint,
  weight,
} from './text/operation.ts';
import { transformOneOfMany } from './text/points.ts';
import { fromText, type Rope, toText } from './text/rope.ts';
import { transformOperation } from './text/transform.ts';

/** A cursor or a selection, in Unicode code points; `head` is the end that moves. `null` where there is none. */
export type TextPosition = number | { readonly anchor: number; readonly head: number } | null;

/**
 * Plain text. The form of its operations, and what transforming and composing them gives, are those of ot-text-unicode,
 * which the tests compare with; decode() is strict, the content a rope, and nothing costs more than its size. Every length and position counts Unicode code points.
 */
export const text: StatedType<Rope, TextOperation, TextPosition> = {
  name: 'text',
  create: () => fromText(''),
  load,
  save: toText,
  bytes: (content) => content.bytes,
  length: (content) => content.length,
  weight,
  parts: (operation) => operation.length,
  growth,
  decode: decodeOperation,
  roleFor: () => 'editor',
  check: (operation, base) => checkFit(operation, base.length),
  apply: (content, entry) => applyOperation(content, entry.operation),
  transform: transformOperation,
  compose: composeOperations,
  invert: invertOperation,
  decodePosition,
  transformPosition: (position, operation, own) =>
    mapPosition(position, (point) => transformOneOfMany(point, operation, own)),
};

function load(stored: unknown): Rope {
  if (typeof stored !== 'string') throw new Error(`expected the stored text to be a string, not ${typeof stored}`);
  // An application's own database may hold half a pair; the replacement character keeps the count of points.
  return fromText(stored.toWellFormed());
}

function decodePosition(raw: unknown): TextPosition {
  if (raw === null) return null;
  if (typeof raw === 'number') return decodeWholeNumber(raw, 0, 'position');
  if (typeof raw === 'object') {
    const { anchor, head } = raw as Record<string, unknown>;
    return {
      anchor: decodeWholeNumber(anchor, 0, 'position.anchor'),
      head: decodeWholeNumber(head, 0, 'position.head'),
    };
  }
  throw new Refusal('bad_request', 'position: expected a number, { anchor, head } or null');
}

export function transformPosition(position: TextPosition, operation: TextOperation, own: boolean): TextPosition {
  return mapPosition(position, (point) => transformPoint(point, operation, own));
}

/** A cursor or a selection with each of its ends mapped. */
export function mapPosition(position: TextPosition, map: (place: number) => number): TextPosition {
  if (position === null) return null;
  if (typeof position === 'number') return map(position);
  return { anchor: map(position.anchor), head: map(position.head) };
}
