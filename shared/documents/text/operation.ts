import { Refusal } from '../../refusals.ts';
import type { OperationLimits } from '../type.ts';
import { measure, type Rope, slice, splice } from './rope.ts';

/** A number retains so many points (Unicode code points), a string is inserted, `{ d }` deletes so many points. */
export type TextPart = number | string | { readonly d: number };

/**
 * An edit of a text from its beginning to its end, in the form of ot-text-unicode: what lies behind the last part stays.
 * Canonical: no two neighbours of one kind, no empty part, no retain at the end. `[]` does nothing.
 */
export type TextOperation = readonly TextPart[];

/**
 * Reads an operation from the wire: the list, or one of the short forms `{ type: 'insert', position, content }`,
 * `{ type: 'delete', position, length }`, `{ type: 'replace', position, length, content }`. What it returns shares
 * nothing with what it was given.
 */
export function decodeOperation(raw: unknown, limits: OperationLimits): TextOperation {
  const operation = Array.isArray(raw) ? decodeList(raw, limits) : decodeShortForm(raw, limits);
  if (!Number.isSafeInteger(baseLength(operation))) throw malformed('operation', 'parts that sum up to less than 2^53');
  checkInserted(insertedBytes(operation), limits);
  return operation;
}

/** How far into the text the operation reaches, in points: shorter texts it does not fit. */
export function baseLength(operation: TextOperation): number {
  let length = 0;
  for (const part of operation) length += consumed(part);
  return length;
}

/** How many points of the text before it a part passes over or deletes. */
export function consumed(part: TextPart): number {
  return typeof part === 'string' ? 0 : typeof part === 'number' ? part : part.d;
}

/** How many points of the text after it a part has passed over or inserted. */
export function produced(part: TextPart): number {
  return typeof part === 'string' ? measure(part).length : typeof part === 'number' ? part : 0;
}

/** By how many points the operation lengthens the text. */
export function growth(operation: TextOperation): number {
  let points = 0;
  for (const part of operation) if (typeof part !== 'number') points += produced(part) - consumed(part);
  return points;
}

/** Bytes that the operation takes in memory, roughly. */
export function weight(operation: TextOperation): number {
  let bytes = 32;
  for (const part of operation) bytes += typeof part === 'string' ? 32 + 2 * part.length : 32;
  return bytes;
}

/** Refuses an operation that reaches past the end of a text of `length` points. */
export function checkFit(operation: TextOperation, length: number): void {
  const reach = baseLength(operation);
  if (reach <= length) return;
  throw new Refusal('invalid_operation', `operation reaches ${reach}, the document has ${length} characters`);
}

/** The text after the operation. */
export function applyOperation(rope: Rope, operation: TextOperation): Rope {
  checkFit(operation, rope.length);
  let at = 0;
  let result = rope;
  for (const part of operation) {
    if (typeof part === 'number') {
      at += part;
    } else if (typeof part === 'object') {
      result = splice(result, at, at + part.d, '');
    } else {
      const before = result.length;
      result = splice(result, at, at, part);
      at += result.length - before;
    }
  }
  return result;
}

/** The operation that undoes `operation`, which was made on `rope`. */
export function invertOperation(operation: TextOperation, rope: Rope): TextOperation {
  checkFit(operation, rope.length);
  let at = 0;
  return operation.map((part) => {
    const from = at;
    at += consumed(part);
    if (typeof part === 'string') return { d: produced(part) };
    return typeof part === 'number' ? part : slice(rope, from, at);
  });
}

/**
 * Where a point of the text is after the operation. A point just where text is inserted stays before it, but `behind`
 * moves it behind; one inside of what is deleted ends where that was.
 */
export function transformPoint(point: number, operation: TextOperation, behind: boolean): number {
  let at = 0;
  let result = point;
  for (const part of operation) {
    if (behind ? at > result : at >= result) break;
    const length = produced(part);
    if (typeof part === 'object') result -= Math.min(part.d, result - at);
    if (typeof part === 'string') result += length;
    at += length;
  }
  return result;
}

/** Where a point was before the operation; one inside of what it inserted was where that went. */
export function pointBefore(point: number, operation: TextOperation): number {
  let before = 0;
  let after = 0;
  for (const part of operation) {
    const end = after + produced(part);
    if (point < end) return typeof part === 'number' ? before + point - after : before;
    if (point === end && typeof part === 'string') return before;
    before += consumed(part);
    after = end;
  }
  return before + point - after;
}

/** Reads a whole number from the wire; `where` is its name in a refusal, or its index in the operation. */
export function decodeWholeNumber(raw: unknown, least: number, where: string | number): number {
  if (typeof raw === 'number' && Number.isSafeInteger(raw) && raw >= least) return raw;
  throw malformed(where, `a whole number of at least ${least}`);
}

function decodeList(raw: readonly unknown[], limits: OperationLimits): TextOperation {
  if (raw.length > limits.max_operation_parts) {
    throw new Refusal('too_large', `operation has ${raw.length} parts, the limit is ${limits.max_operation_parts}`);
  }
  const operation: TextPart[] = [];
  for (let index = 0; index < raw.length; index++) {
    const part = decodePart(raw[index], index, limits);
    if (typeof part === 'number' && typeof operation.at(-1) === 'number') {
      throw malformed(index, 'no retain after a retain');
    }
    append(operation, part);
  }
  if (typeof operation.at(-1) === 'number') throw malformed(raw.length - 1, 'no retain at the end');
  return operation;
}

function decodePart(raw: unknown, index: number, limits: OperationLimits): TextPart {
  if (typeof raw === 'number') return decodeWholeNumber(raw, 1, index);
  if (typeof raw === 'string') return decodeText(raw, 1, index, limits);
  if (typeof raw === 'object' && raw !== null) {
    // The property's own value: a getter has none, for it could give another number at every look.
    const count = Object.getOwnPropertyDescriptor(raw, 'd')?.value;
    if (count !== undefined && Reflect.ownKeys(raw).length === 1) return { d: decodeWholeNumber(count, 1, index) };
  }
  throw malformed(index, 'a number, a text or { "d": number }');
}

/** Adds a part to an operation under way, merged with the one before where both are of one kind. An empty one adds nothing. */
export function append(operation: TextPart[], part: TextPart): void {
  const before = operation.at(-1);
  if (typeof before !== typeof part) {
    if (typeof part === 'object' ? part.d : part) operation.push(part);
  } else if (typeof part === 'object') {
    operation[operation.length - 1] = { d: consumed(before as TextPart) + part.d };
  } else {
    // Two numbers, or two texts.
    operation[operation.length - 1] = (before as number) + (part as number);
  }
}

/** An operation that is done: without the retain at its end. */
export function trimmed(operation: TextPart[]): TextOperation {
  if (typeof operation.at(-1) === 'number') operation.pop();
  return operation;
}

function decodeShortForm(raw: unknown, limits: OperationLimits): TextOperation {
  const { type, position, length, content } = Object(raw) as Record<string, unknown>;
  if (type !== 'insert' && type !== 'delete' && type !== 'replace') {
    throw malformed('operation', 'a list, or an object with type "insert", "delete" or "replace"');
  }
  const least = type === 'replace' ? 0 : 1;
  const retained = decodeWholeNumber(position, 0, 'operation.position');
  const inserted = type === 'delete' ? '' : decodeText(content, least, 'operation.content', limits);
  const deleted = type === 'insert' ? 0 : decodeWholeNumber(length, least, 'operation.length');
  if (inserted === '' && deleted === 0) return [];
  const parts: TextPart[] = [retained, inserted, { d: deleted }];
  return parts.filter((part) => (typeof part === 'object' ? part.d > 0 : part));
}

function decodeText(raw: unknown, least: number, where: string | number, limits: OperationLimits): string {
  if (typeof raw !== 'string' || raw.length < least) throw malformed(where, `a text of at least ${least} characters`);
  // It has at least as many bytes as units: a text with too many is refused without a look at them.
  checkInserted(raw.length, limits);
  if (!raw.isWellFormed()) throw malformed(where, 'a text without half surrogate pairs');
  return raw;
}

/** How many bytes in UTF-8 the operation inserts. */
export function insertedBytes(operation: TextOperation): number {
  let bytes = 0;
  for (const part of operation) if (typeof part === 'string') bytes += measure(part).bytes;
  return bytes;
}

function checkInserted(bytes: number, { max_operation_bytes }: OperationLimits): void {
  if (bytes <= max_operation_bytes) return;
  throw new Refusal('too_large', `operation inserts ${bytes} bytes, the limit is ${max_operation_bytes}`);
}

function malformed(where: string | number, expected: string): Refusal {
  const name = typeof where === 'number' ? `operation[${where}]` : where;
  return new Refusal('bad_request', `${name}: expected ${expected}`);
}
