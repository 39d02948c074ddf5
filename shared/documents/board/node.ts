import { type Json, json, malformed, type Reader } from '../../json.ts';
import { Refusal } from '../../refusals.ts';
import { ownCopy } from './copies.ts';
import { decodeKey } from './order.ts';
import { type Run, textOf } from './runs.ts';

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

export const empty: BoardNode = { fields: {} };

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

/** What is there; undefined where nothing is. */
export function find(node: BoardNode, path: Path): BoardNode | undefined {
  let found: BoardNode | undefined = node;
  for (const name of path) found = found && child(found, name);
  return found;
}

export function child(node: BoardNode, name: string): BoardNode | undefined {
  if ('fields' in node) return own(node.fields, name);
  return 'items' in node ? own(node.items, name)?.node : undefined;
}

/** The same with another node there. Refuses `not_found` where there is nothing to put it in. */
export function change(
  node: BoardNode,
  path: Path,
  make: (before: BoardNode | undefined) => BoardNode,
  level = 0,
): BoardNode {
  const name = path[level];
  if (name === undefined) return make(node);
  const before = child(node, name);
  if (before === undefined && (level < path.length - 1 || !('fields' in node)))
    throw new Refusal('not_found', `there is no ${path.slice(0, level + 1).join('/')}`);
  const after = before === undefined ? make(undefined) : change(before, path, make, level + 1);
  if (after === before) return node;
  if ('fields' in node) return { fields: replaced(node.fields, name, after) };
  const item = 'items' in node && own(node.items, name);
  if (!item) throw new Refusal('not_found', `there is no ${path.slice(0, level + 1).join('/')}`);
  return { items: replaced(node.items, name, { ...item, node: after }) };
}

/** The same fields, or items, with something else under a name; with nothing there where that is undefined. */
export function replaced<Value>(
  record: Readonly<Record<string, Value>>,
  name: string,
  value: Value | undefined,
): Readonly<Record<string, Value>> {
  const copy: Record<string, Value> = ownCopy(record, () => copyOf(record));
  if (value === undefined) delete copy[name];
  else copy[name] = value;
  return copy;
}

/** A spread takes longer, where there are thousands. */
function copyOf<Value>(record: Readonly<Record<string, Value>>): Record<string, Value> {
  const copy: Record<string, Value> = {};
  for (const name in record) copy[name] = record[name] as Value;
  return copy;
}

export function own<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** Whether two nodes are the same to the letter. */
export function isSameNode(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || !one || !other) return false;
  const [names, others] = [Object.keys(one), Object.keys(other)];
  const [these, those] = [one as Record<string, unknown>, other as Record<string, unknown>];
  return (
    Array.isArray(one) === Array.isArray(other) &&
    names.length === others.length &&
    names.every((name) => Object.hasOwn(those, name) && isSameNode(these[name], those[name]))
  );
}

/** Whether two nodes show the same: what is gone of a text does not count. */
export function showsSame(one: BoardNode | null, other: BoardNode | null): boolean {
  if (one === other || !one || !other) return one === other;
  if ('fields' in one && 'fields' in other) return isSameRecord(one.fields, other.fields, showsSame);
  if ('items' in one && 'items' in other)
    return isSameRecord(one.items, other.items, (item, of) => item.at === of.at && showsSame(item.node, of.node));
  if ('runs' in one && 'runs' in other) return textOf(one.runs) === textOf(other.runs);
  return isSameNode(one, other);
}

function isSameRecord<Value>(
  one: Readonly<Record<string, Value>>,
  other: Readonly<Record<string, Value>>,
  isSame: (value: Value, of: Value) => boolean,
): boolean {
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length) return false;
  return names.every((name) => {
    const [value, of] = [own(one, name), own(other, name)];
    return value !== undefined && of !== undefined && isSame(value, of);
  });
}

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
