import type { BoardCommand } from '../../shared/documents/board/command.ts';
import { type BoardContent, child, find } from '../../shared/documents/board/content.ts';
import { madeOf, own, recordOf } from '../../shared/documents/board/members.ts';
import type { BoardNode, Path } from '../../shared/documents/board/node.ts';
import { between } from '../../shared/documents/board/order.ts';
import type { Point, Range } from '../../shared/documents/board/runs.ts';
import { board } from '../../shared/documents/board.ts';
import type { Json } from '../../shared/json.ts';
import { Refusal } from '../../shared/refusals.ts';
import type { RoomKind } from '../../shared/rooms.ts';
import { randomId } from '../randomId.ts';
import { cutOf, pointBefore, rangesOf } from './board/places.ts';
import { BoardText } from './board/text.ts';
import { idsOf, initialFields, nodeOf, viewOf } from './board/view.ts';
import { SharedReducer } from './reducer.ts';
import type { TextChange } from './text.ts';
import type { Documents, Surroundings } from './type.ts';

/**
 * A board that all hold alike: objects, lists and texts, of which paths name the parts, from the outermost in: names of fields, and ids of
 * items. Each method shows at once what it does, resolves with the revision once that is in the log, and rejects with a Refusal where it is taken
 * back, of which `refused` tells too.
 */
export class SharedBoard<Value = Json> extends SharedReducer<BoardContent, BoardCommand> {
  /** Names what one writes in texts: what is typed in a row goes on under one. */
  #writing = { id: '', next: 0 };
  readonly #initial: Readonly<Record<string, BoardNode>>;
  /** The content that was looked at last, and that with what a board begins with. */
  #looked: { content: BoardContent; whole: BoardContent } | undefined;

  constructor(surroundings: Surroundings, initial: Readonly<Record<string, BoardNode>> = {}) {
    super(board, surroundings);
    this.#initial = initial;
  }

  /** All of it as plain JSON, lists as arrays and texts as strings. What has not changed is the same object as before. */
  get value(): Value {
    return viewOf(this.#whole) as Value;
  }

  /** A part of it; undefined where there is none. */
  get(path: Path): Json | undefined {
    const node = find(this.#whole, path);
    return node && viewOf(node);
  }

  /** The ids of a list's items, in their order. */
  ids(path: Path): readonly string[] {
    const node = find(this.#whole, path);
    return node ? idsOf(node) : [];
  }

  /** A text that sharedText() has made, for a binding such as `bindTextarea`. */
  text(path: Path): BoardText {
    return new BoardText(this, path);
  }

  /** Does these commands, all or none; where they need a field that the board begins with, and that nobody has written yet, that comes along. */
  override do(...commands: readonly BoardCommand[]): Promise<number> {
    return super.do(...this.#begun(commands), ...commands);
  }

  /** Sets a field, or replaces an item: arrays become lists, and what sharedText() marks a text. */
  set(path: Path, value: unknown): Promise<number> {
    return this.do({ type: 'set', path, node: nodeOf(value) });
  }

  /** Several fields of one object, all or none. */
  update(path: Path, values: Readonly<Record<string, unknown>>): Promise<number> {
    return this.do(
      ...Object.entries(values).map(([name, value]) => ({
        type: 'set' as const,
        path: [...path, name],
        node: nodeOf(value),
      })),
    );
  }

  /** Takes a field or an item away. */
  delete(path: Path): Promise<number> {
    return this.do({ type: 'set', path });
  }

  /** Puts an item into a list, at the end where no index is given. Returns its id. */
  insert(list: Path, value: unknown, index?: number): string {
    const id = randomId().slice(0, 16);
    this.do({ type: 'insert', path: [...list, id], at: this.#place(list, index), node: nodeOf(value) });
    return id;
  }

  /** Puts an item of a list where it is to be among the others. */
  move(item: Path, index: number): Promise<number> {
    const [list, id] = [item.slice(0, -1), item.at(-1)];
    return this.do({ type: 'move', path: item, at: this.#place(list, index, id) });
  }

  /** Writes into a text; places count UTF-16 units, as JavaScript does. */
  write(path: Path, at: number, text: string): void {
    this.splice(path, at, 0, text);
  }

  /** Replaces characters of a text. */
  splice(path: Path, at: number, length: number, text: string): void {
    this.change(path, [{ from: at, to: at + length, insert: text }]);
  }

  /** Replaces several parts of a text, as one step: in their order, each counted in the text as it is before. */
  change(path: Path, changes: readonly TextChange[]): void {
    const node = find(this.#whole, path);
    if (!node || !('runs' in node)) throw new Refusal('not_found', `there is no text ${path.join('/')}`);
    const commands = changes.flatMap(({ from, to, insert }) => {
      const ranges = to > from ? rangesOf(node.runs, from, to - from) : [];
      const made: BoardCommand[] = ranges.map((range: Range) => ({ type: 'erase', path, ...range }));
      if (insert.length > 0) made.push(this.#written(path, pointBefore(node.runs, from), insert));
      return made;
    });
    if (commands.length > 0) this.do(...commands);
  }

  /** Makes a text say what an input has, by no more than the difference. */
  edit(path: Path, text: string): void {
    const before = this.get(path);
    if (typeof before !== 'string' || before === text) return;
    const { at, length, insert } = cutOf(before, text);
    this.splice(path, at, length, insert);
  }

  /** The content, with what a board begins with where nobody has written that. */
  get #whole(): BoardContent {
    const { content } = this;
    if (this.#looked?.content !== content) this.#looked = { content, whole: withFields(content, this.#initial) };
    return this.#looked.whole;
  }

  /** Whoever is first writes what the board begins with; who does so at the same time changes nothing. */
  #begun(commands: readonly BoardCommand[]): BoardCommand[] {
    const names = new Set(commands.map(({ type, path }) => (type === 'set' && path.length === 1 ? '' : path[0])));
    return Object.entries(this.#initial)
      .filter(([name]) => names.has(name) && child(this.content, name) === undefined)
      .map(([name, node]) => ({ type: 'set', path: [name], node, was: null }));
  }

  #written(path: Path, after: Point | null, text: string): BoardCommand {
    const goesOn = after && after[0] === this.#writing.id && after[1] === this.#writing.next - 1;
    if (!goesOn) this.#writing = { id: randomId().slice(0, 12), next: 0 };
    const { id, next: from } = this.#writing;
    this.#writing.next += text.length;
    return { type: 'write', path, after, id, from, text };
  }

  /** Where an item goes that is to be at an index among the others. */
  #place(list: Path, index: number | undefined, moved?: string): string {
    const node = find(this.#whole, list);
    const ids = this.ids(list).filter((id) => id !== moved);
    const at = Math.max(0, Math.min(index ?? ids.length, ids.length));
    const keyOf = (id: string | undefined) =>
      node && id !== undefined && child(node, id) && 'items' in node ? (own(node.items, id)?.at ?? null) : null;
    return between(keyOf(ids[at - 1]), keyOf(ids[at]));
  }
}

/** With fields that it has not: those come first. */
function withFields(content: BoardContent, fields: Readonly<Record<string, BoardNode>>): BoardContent {
  if (!('fields' in content) || Object.keys(fields).every((name) => own(content.fields, name))) return content;
  const found = recordOf(content.fields, (field) => field);
  return { fields: madeOf<BoardContent, BoardContent>({ ...fields, ...found }, (field) => field) };
}

/**
 * For connect(): boards of a kind, and what is in them. `initial` is what they begin with, as it is shown until somebody writes there:
 * `sharedBoard<Plan>('plan', { title: '', shapes: [], note: sharedText() })`.
 */
export function sharedBoard<Value = Json>(
  kind: RoomKind,
  initial: { readonly [Name in keyof Value]?: unknown } = {},
): Documents<SharedBoard<Value>> {
  const fields = initialFields(initial);
  return { kinds: [kind], create: (surroundings) => new SharedBoard<Value>(surroundings, fields) };
}
