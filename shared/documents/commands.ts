import { type Json, json, malformed, type Reader, sizeOf } from '../json.ts';
import type { Base } from './type.ts';

// What the document types have in common whose operations are commands: checked and applied at the head.

/** How commands of each type are read. */
type Commands = Record<string, Reader<{ type: string }>>;
/** Any of those commands. */
export type CommandOf<Known extends Commands> = ReturnType<Known[keyof Known]>;

/** Reads a command from the wire; one of a type that has no reader of its own by `others`, where there is that. */
export function decodeCommand<Known extends Commands, Other extends { type: string } = never>(
  raw: unknown,
  commands: Known,
  others?: Reader<Other>,
): CommandOf<Known> | Other {
  const type = typeof raw === 'object' && raw !== null && 'type' in raw ? String(raw.type) : '';
  const read = Object.hasOwn(commands, type) ? commands[type] : others;
  if (!read) throw malformed('operation.type', `one of ${Object.keys(commands).join(', ')}`);
  return read(raw, 'operation') as CommandOf<Known> | Other;
}

/** The content that a command is checked against: that at the head, always. */
export function headOf<Content>({ content }: Base<Content>): Content {
  if (content === undefined) throw new Error('a command can be checked at the head only');
  return content;
}

/** Content that was stored: an object with these fields. Throws an Error where it is not that. */
export function loadObject<Content>(stored: unknown, names: readonly (keyof Content)[]): Content {
  const fits = typeof stored === 'object' && stored !== null && names.every((name) => Object.hasOwn(stored, name));
  if (!fits) throw new Error(`expected the stored content to be an object with ${names.join(', ')}`);
  return stored as Content;
}

/** A cursor where nothing is known of positions: any JSON, which operations do not move. */
export function decodePosition(raw: unknown): Json {
  return json(raw, 'position');
}

/** What is known of values that are never changed, as long as they are somewhere in memory. */
const sizes = new WeakMap<object, number>();

/** Bytes of JSON, for a part of a content that most commands leave as it is: it is gone through once, or as `measure` says. */
export function knownSize<Part extends object>(part: Part, measure: (part: Part) => number = sizeOf): number {
  const known = sizes.get(part);
  if (known !== undefined) return known;
  const bytes = measure(part);
  sizes.set(part, bytes);
  return bytes;
}

/** The same for many. */
export function knownSizes(parts: readonly object[]): number {
  return parts.reduce<number>((sum, part) => sum + knownSize(part) + 1, 2);
}
