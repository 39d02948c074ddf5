import type { BoardContent } from '../../../shared/documents/board/content.ts';
import { entriesOf, own } from '../../../shared/documents/board/members.ts';
import type { BoardNode } from '../../../shared/documents/board/node.ts';
import { between, byPlace } from '../../../shared/documents/board/order.ts';
import { textOf } from '../../../shared/documents/board/runs.ts';
import { type Json, json } from '../../../shared/json.ts';
import { randomId } from '../../randomId.ts';

/** What nodes show, as long as they are somewhere in memory: what has not changed is not made again. */
const views = new WeakMap<BoardContent, Json>();
const orders = new WeakMap<BoardContent, readonly string[]>();

/** A node as plain JSON. */
export function viewOf(node: BoardContent): Json {
  const known = views.get(node);
  if (known !== undefined) return known;
  const made = make(node);
  views.set(node, made);
  return made;
}

/** The ids of a list's items, in their order; none of anything else. */
export function idsOf(node: BoardContent): readonly string[] {
  if (!('items' in node)) return [];
  const known = orders.get(node);
  const ids = known ?? [...entriesOf(node.items)].sort(byPlace).map(([id]) => id);
  orders.set(node, ids);
  return ids;
}

/** A text that many write at once, where it is put into a board: else a string is replaced as a whole. */
export function sharedText(text = ''): SharedTextMark {
  return new SharedTextMark(text);
}

/** Marks what becomes a text. */
export class SharedTextMark {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A node of plain JSON: objects have fields, arrays become lists. Refuses what is no JSON. */
export function nodeOf(value: unknown, id = randomId): BoardNode {
  if (value instanceof SharedTextMark)
    return { runs: value.text ? [{ id: id().slice(0, 12), from: 0, text: value.text }] : [] };
  if (Array.isArray(value)) {
    let at: string | null = null;
    const items = value.map((item) => {
      at = between(at, null);
      return [id().slice(0, 16), { at, node: nodeOf(item, id) }] as const;
    });
    return { items: Object.fromEntries(items) };
  }
  if (typeof value !== 'object' || value === null) return { value: json(value, 'value') };
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return { fields: Object.fromEntries(entries.map(([name, field]) => [name, nodeOf(field, id)])) };
}

/** The fields that a board begins with: the same nodes for everybody, ids included. */
export function initialFields(values: object): Readonly<Record<string, BoardNode>> {
  let count = 0;
  const node = nodeOf(values, () => `initial${count++}`);
  return 'fields' in node ? node.fields : {};
}

function make(node: BoardContent): Json {
  if ('fields' in node)
    return Object.fromEntries([...entriesOf(node.fields)].map(([name, field]) => [name, viewOf(field)]));
  if ('items' in node)
    return idsOf(node).flatMap((id) => {
      const item = own(node.items, id);
      return item ? [viewOf(item.node)] : [];
    });
  return 'runs' in node ? textOf(node.runs) : node.value;
}
