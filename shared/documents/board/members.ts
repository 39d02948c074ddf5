import { ownCopy } from '../copies.ts';
import { LayeredMap } from './layered.ts';

/** Fields or items by their names: a record as on the wire, and where they are many what is changed without copying them all. */
export type Members<Value> = Readonly<Record<string, Value>> | LayeredMap<string, Value>;

/** A record has no more. */
const widest = 64;

export function own<Value>(members: Members<Value>, name: string): Value | undefined {
  if (members instanceof LayeredMap) return members.get(name);
  return Object.hasOwn(members, name) ? members[name] : undefined;
}

export function entriesOf<Value>(members: Members<Value>): Iterable<[string, Value]> {
  return members instanceof LayeredMap ? members : Object.entries(members);
}

export function countOf(members: Members<unknown>): number {
  return members instanceof LayeredMap ? members.size : Object.keys(members).length;
}

/** The same with something else under a name; with nothing there where that is undefined. */
export function replaced<Value>(members: Members<Value>, name: string, value: Value | undefined): Members<Value> {
  if (members instanceof LayeredMap) return value === undefined ? members.without(name) : members.with([[name, value]]);
  const isMore = value !== undefined && !Object.hasOwn(members, name);
  if (isMore && countOf(members) >= widest) return LayeredMap.of(Object.entries(members)).with([[name, value]]);
  const copy: Record<string, Value> = ownCopy(members, () => ({ ...members }));
  if (value === undefined) delete copy[name];
  else copy[name] = value;
  return copy;
}

/** Members of a record, each made into something else: layered where they are many. */
export function madeOf<From, To>(record: Readonly<Record<string, From>>, make: (from: From) => To): Members<To> {
  const made: [string, To][] = [];
  let isSame = true;
  for (const name in record) {
    const from = record[name] as From;
    const to = make(from);
    isSame &&= (to as unknown) === from;
    made.push([name, to]);
  }
  if (made.length > widest) return LayeredMap.of(made);
  return isSame ? (record as unknown as Readonly<Record<string, To>>) : Object.fromEntries(made);
}

/** The record that madeOf() has made members of. */
export function recordOf<From, To>(members: Members<From>, make: (from: From) => To): Readonly<Record<string, To>> {
  const record: Record<string, To> = {};
  let isSame = !(members instanceof LayeredMap);
  for (const [name, from] of entriesOf(members)) {
    const to = make(from);
    isSame &&= (to as unknown) === from;
    record[name] = to;
  }
  return isSame ? (members as unknown as Readonly<Record<string, To>>) : record;
}
