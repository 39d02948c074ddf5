import {
  append,
  consumed,
  type TextOperation,
  type TextPart,
  trimmed,
} from '../../../shared/documents/text/operation.ts';
import { pointToUnit, type Rope, unitToPoint } from '../../../shared/documents/text/rope.ts';

/**
 * What stands between two places is replaced. Places count UTF-16 units, as JavaScript and its editors do. In a list they
 * all refer to the text before any of them, in ascending order: CodeMirror takes such a list as it is, a text area from
 * the last to the first.
 */
export interface TextChange {
  from: number;
  to: number;
  insert: string;
}

/** The operation that makes the changes. Throws a RangeError where they do not fit the text. */
export function toOperation(changes: readonly TextChange[], rope: Rope): TextOperation {
  const operation: TextPart[] = [];
  let at = 0;
  for (const { from, to, insert } of changes) {
    if (!insert.isWellFormed()) throw new RangeError('the text has half a surrogate pair');
    const start = toPoint(from, rope);
    const end = toPoint(to, rope);
    if (start < at || end < start) throw new RangeError(`the change from ${from} to ${to} is out of order`);
    append(operation, start - at);
    append(operation, insert);
    append(operation, { d: end - start });
    at = end;
  }
  return trimmed(operation);
}

/** What an operation does to the text that it was made on. */
export function toChanges(operation: TextOperation, rope: Rope): TextChange[] {
  const changes: TextChange[] = [];
  let point = 0;
  let change: TextChange | undefined;
  for (const part of operation) {
    const before = point;
    point += consumed(part);
    if (typeof part === 'number') {
      change = undefined;
      continue;
    }
    if (!change) {
      change = { from: pointToUnit(rope, before), to: 0, insert: '' };
      changes.push(change);
    }
    if (typeof part === 'string') change.insert += part;
    change.to = pointToUnit(rope, point);
  }
  return changes;
}

/** The point at a UTF-16 unit. Throws a RangeError where the text has none there. */
export function toPoint(unit: number, rope: Rope): number {
  const point = nearestPoint(unit, rope);
  if (pointToUnit(rope, point) === unit) return point;
  const isInside = unit >>> 0 === unit && unit < rope.units;
  const where = isInside
    ? 'in the middle of a surrogate pair'
    : `outside of the text, which has ${rope.units} UTF-16 units`;
  throw new RangeError(`${unit} is ${where}`);
}

/** The same for what was a place in the text a moment ago: the last one that is there now and not behind it. */
export function nearestPoint(unit: number, rope: Rope): number {
  return unitToPoint(rope, Math.min(unit >>> 0, rope.units));
}
