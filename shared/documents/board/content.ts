import type { Json } from '../../json.ts';
import { Refusal } from '../../refusals.ts';
import { countOf, entriesOf, type Members, madeOf, own, recordOf, replaced } from './members.ts';
import type { BoardNode, Item, Path } from './node.ts';
import { type Run, textOf } from './runs.ts';

/** A node in memory: what BoardNode says, but that the fields of a wide object, and the items of a long list, need not be copied for each change. */
export type BoardContent =
  | { readonly fields: Members<BoardContent> }
  | { readonly items: Members<HeldItem> }
  | { readonly runs: readonly Run[] }
  | { readonly value: Json };

type SameText = (one: readonly Run[], other: readonly Run[]) => boolean;

/** An item in memory. */
export interface HeldItem {
  readonly at: string;
  readonly node: BoardContent;
}

/** Nothing. */
export const empty: BoardContent = { fields: {} };

/** What wide nodes are in memory, as long as those are: a client applies its commands again and again. */
const wide = new WeakMap<BoardNode, BoardContent>();

/** A node for memory: itself, where nothing in it is wide. */
export function contentOf(node: BoardNode): BoardContent {
  const known = wide.get(node);
  if (known) return known;
  const made = make(node);
  if (made !== node) wide.set(node, made);
  return made;
}

function make(node: BoardNode): BoardContent {
  if ('fields' in node) {
    const fields = madeOf(node.fields, make);
    return fields === node.fields ? node : { fields };
  }
  if (!('items' in node)) return node;
  const items = madeOf(node.items, (item) => {
    const held = make(item.node);
    return held === item.node ? item : { at: item.at, node: held };
  });
  return items === node.items ? node : { items };
}

/** The node that it is on the wire, in the log and in the store. */
export function nodeOf(content: BoardContent): BoardNode {
  if ('fields' in content) {
    const fields = recordOf(content.fields, nodeOf);
    return fields === content.fields ? (content as BoardNode) : { fields };
  }
  if (!('items' in content)) return content;
  const items = recordOf(content.items, (item): Item => {
    const node = nodeOf(item.node);
    return node === item.node ? (item as Item) : { at: item.at, node };
  });
  return items === content.items ? (content as BoardNode) : { items };
}

/** What is there; undefined where nothing is. */
export function find(content: BoardContent, path: Path): BoardContent | undefined {
  let found: BoardContent | undefined = content;
  for (const name of path) found = found && child(found, name);
  return found;
}

export function child(content: BoardContent, name: string): BoardContent | undefined {
  if ('fields' in content) return own(content.fields, name);
  return 'items' in content ? own(content.items, name)?.node : undefined;
}

/** The same with something else there. Refuses `not_found` where there is nothing to put it in. */
export function change(
  content: BoardContent,
  path: Path,
  make: (before: BoardContent | undefined) => BoardContent,
  level = 0,
): BoardContent {
  const name = path[level];
  if (name === undefined) return make(content);
  const before = child(content, name);
  if (before === undefined && (level < path.length - 1 || !('fields' in content)))
    throw new Refusal('not_found', `there is no ${path.slice(0, level + 1).join('/')}`);
  const after = before === undefined ? make(undefined) : change(before, path, make, level + 1);
  if (after === before) return content;
  if ('fields' in content) return { fields: replaced(content.fields, name, after) };
  const item = 'items' in content && own(content.items, name);
  if (!item) throw new Refusal('not_found', `there is no ${path.slice(0, level + 1).join('/')}`);
  return { items: replaced(content.items, name, { ...item, node: after }) };
}

/** Whether two show the same: what is gone of a text does not count. */
export function showsSame(one: BoardContent | null, other: BoardContent | null): boolean {
  return isSame(one, other, (runs, of) => textOf(runs) === textOf(of));
}

/** Whether two are the same to the letter. */
export function isSameContent(one: BoardContent | undefined, other: BoardContent | undefined): boolean {
  return isSame(one ?? null, other ?? null, isSameJson);
}

function isSame(one: BoardContent | null, other: BoardContent | null, isSameText: SameText): boolean {
  if (one === other || !one || !other) return one === other;
  if ('fields' in one && 'fields' in other)
    return areSame(one.fields, other.fields, (field, of) => isSame(field, of, isSameText));
  if ('items' in one && 'items' in other)
    return areSame(one.items, other.items, (item, of) => item.at === of.at && isSame(item.node, of.node, isSameText));
  if ('runs' in one && 'runs' in other) return isSameText(one.runs, other.runs);
  return 'value' in one && 'value' in other && isSameJson(one.value, other.value);
}

function areSame<Value>(
  one: Members<Value>,
  other: Members<Value>,
  isSameValue: (value: Value, of: Value) => boolean,
): boolean {
  if (countOf(one) !== countOf(other)) return false;
  for (const [name, value] of entriesOf(one)) {
    const of = own(other, name);
    if (of === undefined || !isSameValue(value, of)) return false;
  }
  return true;
}

function isSameJson(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || !one || !other) return false;
  const [names, others] = [Object.keys(one), Object.keys(other)];
  const [these, those] = [one as Record<string, unknown>, other as Record<string, unknown>];
  return (
    Array.isArray(one) === Array.isArray(other) &&
    names.length === others.length &&
    names.every((name) => Object.hasOwn(those, name) && isSameJson(these[name], those[name]))
  );
}
