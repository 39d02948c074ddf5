import { type Json, json, malformed, type Reader } from '../../json.ts';
import { decodeKey } from './order.ts';
import type { Run } from './runs.ts';

/**
 * What a board consists of, as it is in the log, in the store and on the wire: an object has fields, of which each is a node; a
 * list has items by their ids, each with its place; a text has runs; all else is a value, replaced as a whole. The one that is written
 * last counts.
 */
export type BoardNode =
  | { readonly fields: Readonly<Record<string, BoardNode>> }
  | { readonly items: Readonly<Record<string, Item>> }
  | { readonly runs: readonly Run[] }
  | { readonly value: Json };

/** An item of a list: a fractional index, and what it is. */
export interface Item {
  readonly at: string;
  readonly node: BoardNode;
}

/** Names of fields and ids of items, from the outermost in. */
export type Path = readonly string[];

/** How deep a board may be nested. */
export const mostLevels = 12;
/** Characters of a name or an id. */
const longest = 128;

/** Reads a node from the wire. A text begins as one run, under an id. */
export function decodeNode(raw: unknown, field: string, level = 0): BoardNode {
  if (level >= mostLevels) throw malformed(field, `no more than ${mostLevels} levels`);
  const given = objectOf(raw, field);
  if ('fields' in given) return { fields: mapped(given.fields, field, (node) => decodeNode(node, field, level + 1)) };
  if ('items' in given)
    return {
      items: mapped(given.items, field, (item) => {
        const { at, node } = objectOf(item, field);
        return { at: decodeKey(at, field), node: decodeNode(node, field, level + 1) };
      }),
    };
  if ('runs' in given) {
    if (!Array.isArray(given.runs)) throw malformed(field, 'runs');
    return { runs: given.runs.map((run) => decodeRun(run, field)) };
  }
  if (!('value' in given)) throw malformed(field, 'fields, items, runs or a value');
  return { value: json(given.value, field) };
}

export const decodeName: Reader<string> = (raw, field) => {
  if (typeof raw === 'string' && raw.length > 0 && raw.length <= longest && raw !== '__proto__' && raw.isWellFormed())
    return raw;
  throw malformed(field, `a name of 1 to ${longest} characters`);
};

export const decodePath: Reader<Path> = (raw, field) => {
  if (!Array.isArray(raw) || raw.length === 0 || raw.length > mostLevels)
    throw malformed(field, `1 to ${mostLevels} names`);
  return raw.map((name) => decodeName(name, field));
};

function decodeRun(raw: unknown, field: string): Run {
  const { id, from, text, gone } = objectOf(raw, field);
  const whole = (value: unknown, least: number) => Number.isSafeInteger(value) && (value as number) >= least;
  if (!whole(from, 0)) throw malformed(field, 'a run');
  const begin = { id: decodeName(id, field), from: from as number };
  if (typeof text === 'string' && text.length > 0 && text.isWellFormed()) return { ...begin, text };
  if (whole(gone, 1)) return { ...begin, gone: gone as number };
  throw malformed(field, 'a run');
}

function objectOf(raw: unknown, field: string): Record<string, unknown> {
  if (typeof raw === 'object' && raw !== null && !Array.isArray(raw)) return raw as Record<string, unknown>;
  throw malformed(field, 'an object');
}

function mapped<Value>(raw: unknown, field: string, read: (value: unknown) => Value): Record<string, Value> {
  const given = objectOf(raw, field);
  const values: Record<string, Value> = {};
  for (const name of Object.keys(given)) values[decodeName(name, field)] = read(given[name]);
  return values;
}
