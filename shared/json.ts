import { Refusal } from './refusals.ts';

/** A value that is the same after it went through JSON, or through a store. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json };

/** Reads a value from the wire. Refuses `bad_request` what it is not; `field` is its name there. */
export type Reader<Value> = (raw: unknown, field: string) => Value;

/** Characters up to which a text is looked through for what has to be escaped. */
const short = 100;
/** What stands in JSON as it is. */
const plain = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

/** How deep a value may be nested: deeper ones would exhaust the stack of whoever encodes them. */
const maxDepth = 32;
/** The same for JSON that becomes a part of something else. */
const maxJsonDepth = 24;

/**
 * Any JSON. Refused is what is none, such as binary, and what a store or a client in another language might not give back
 * as it was: half a surrogate pair, and the key `__proto__`.
 */
export function json(raw: unknown, field: string, depth = 0): Json {
  if (depth > maxJsonDepth) throw malformed(field, `no more than ${maxJsonDepth} levels`);
  if (raw === null || typeof raw === 'boolean') return raw;
  if (typeof raw === 'number' && Number.isFinite(raw)) return unsigned(raw);
  if (typeof raw === 'string') return wellFormed(raw, field);
  if (Array.isArray(raw)) return raw.map((item) => json(item, field, depth + 1));
  if (!isPlainObject(raw)) throw malformed(field, 'JSON');
  const given = raw as Record<string, unknown>;
  const read: Record<string, Json> = {};
  for (const name of Object.keys(given)) read[safeKey(name, field)] = json(given[name], field, depth + 1);
  return read;
}

/** A JSON object. */
export function jsonObject(raw: unknown, field: string): JsonObject {
  if (!isPlainObject(raw)) throw malformed(field, 'an object');
  return json(raw, field) as JsonObject;
}

/** A text of so many UTF-16 units. */
export function text(least: number, most: number): Reader<string> {
  return (raw, field) => {
    if (typeof raw === 'string' && raw.length >= least && raw.length <= most) return wellFormed(raw, field);
    throw malformed(field, `a text of ${least} to ${most} characters`);
  };
}

/** A text that names something in an object. */
export function key(most: number): Reader<string> {
  const read = text(1, most);
  return (raw, field) => safeKey(read(raw, field), field);
}

export function number(least: number, most: number): Reader<number> {
  return (raw, field) => {
    if (typeof raw === 'number' && raw >= least && raw <= most) return unsigned(raw);
    throw malformed(field, `a number from ${least} to ${most}`);
  };
}

export function oneOf<const Choice extends string | number | boolean>(...choices: Choice[]): Reader<Choice> {
  return (raw, field) => {
    if ((choices as unknown[]).includes(raw)) return raw as Choice;
    throw malformed(field, `one of ${choices.join(', ')}`);
  };
}

type Readers = Record<string, Reader<unknown>>;
type Fields<Required extends Readers, Optional extends Readers> = {
  [Name in keyof Required]: ReturnType<Required[Name]>;
} & { [Name in keyof Optional]?: ReturnType<Optional[Name]> };

/** An object with these fields; others are dropped. */
export function fields<Required extends Readers, Optional extends Readers = Record<never, never>>(
  required: Required,
  optional = {} as Optional,
): Reader<Fields<Required, Optional>> {
  const inside = (field: string) => ({
    field,
    needed: Object.entries(required).map(([name, reader]) => ({ name, reader, path: `${field}.${name}` })),
    others: Object.entries(optional).map(([name, reader]) => ({ name, reader, path: `${field}.${name}` })),
  });
  // An operation may have thousands in the same field.
  let last = inside('');
  return (raw, field) => {
    if (!isPlainObject(raw)) throw malformed(field, 'an object');
    if (last.field !== field) last = inside(field);
    const { needed, others } = last;
    const given = raw as Record<string, unknown>;
    const read: Record<string, unknown> = {};
    for (const { name, reader, path } of needed) read[name] = reader(given[name], path);
    for (const { name, reader, path } of others) {
      if (given[name] !== undefined) read[name] = reader(given[name], path);
    }
    return read as Fields<Required, Optional>;
  };
}

/** Bytes (UTF-8) that JSON, with binary anywhere in it, takes on the wire, roughly. Refuses `bad_request` what is nested too deep. */
export function sizeOf(value: unknown, depth = 0): number {
  if (depth > maxDepth) throw new Refusal('bad_request', `nested deeper than ${maxDepth}`);
  if (typeof value === 'string') return bytesOf(value) + 2;
  if (value instanceof Uint8Array) return value.byteLength;
  if (typeof value !== 'object' || value === null) return String(value).length;
  let bytes = 2;
  if (Array.isArray(value)) {
    for (const item of value) bytes += sizeOf(item, depth + 1) + 1;
    return bytes;
  }
  const object = value as Record<string, unknown>;
  for (const name of Object.keys(object)) bytes += bytesOf(name) + 4 + sizeOf(object[name], depth + 1);
  return bytes;
}

/** A text as JSON: short ones, of which a board has tens of thousands, without asking JSON.stringify() for each. */
export function quoted(text: string): string {
  return text.length < short && plain.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** A text as it stands in JSON, between its quotation marks. */
export function escaped(text: string): string {
  return plain.test(text) ? text : JSON.stringify(text).slice(1, -1);
}

/** Refuses `too_large` JSON of more bytes than that. */
export function checkSize(field: string, value: unknown, limit: number): void {
  const bytes = sizeOf(value);
  if (bytes > limit) throw new Refusal('too_large', `${field}: ${bytes} bytes, the limit is ${limit}`);
}

export function malformed(field: string, expected: string): Refusal {
  return new Refusal('bad_request', `${field}: expected ${expected}`);
}

/** JSON can be read as -0, but is never written so. */
function unsigned(raw: number): number {
  return raw === 0 ? 0 : raw;
}

function wellFormed(raw: string, field: string): string {
  if (!raw.isWellFormed()) throw malformed(field, 'text without half surrogate pairs');
  return raw;
}

/** MessagePack gives `__proto__` back under another name. */
function safeKey(raw: string, field: string): string {
  if (raw === '__proto__') throw malformed(field, 'another name than __proto__');
  return wellFormed(raw, field);
}

function isPlainObject(raw: unknown): raw is object {
  if (typeof raw !== 'object' || raw === null) return false;
  const prototype: unknown = Object.getPrototypeOf(raw);
  return prototype === Object.prototype || prototype === null;
}

function bytesOf(value: string): number {
  let bytes = value.length;
  for (let unit = 0; unit < value.length; unit++) {
    const code = value.charCodeAt(unit);
    // Each half of a surrogate pair counts two of its four bytes.
    if (code >= 0x80) bytes += code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 1 : 2;
  }
  return bytes;
}
