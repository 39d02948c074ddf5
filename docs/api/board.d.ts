/** The public face of `tutti/board`, as tsc declares it: written by `npm run docs`, to be read in a diff. */
import type { Documents, EditableText, SharedReducer, SharedTextEvents, Surroundings, TextChange } from 'tutti/client';
import type { Json, Reader, ReducerType, RoomKind } from 'tutti/shared';
export { SharedBoard, board, sharedBoard, sharedText };
export type { BoardCommand, BoardContent, BoardNode, BoardText, Path };

type BoardCommand = CommandOf<typeof boardCommands>;

type BoardContent =
  | {
      readonly fields: Members<BoardContent>;
    }
  | {
      readonly items: Members<HeldItem>;
    }
  | {
      readonly runs: readonly Run[];
    }
  | {
      readonly value: Json;
    };

type BoardNode =
  | {
      readonly fields: Readonly<Record<string, BoardNode>>;
    }
  | {
      readonly items: Readonly<Record<string, Item>>;
    }
  | {
      readonly runs: readonly Run[];
    }
  | {
      readonly value: Json;
    };

declare class BoardText implements EditableText {
  constructor(board: Around, path: Path);
  get text(): string;
  get length(): number;
  edit(changes: readonly TextChange[]): void;
  undo(): void;
  redo(): void;
  on(name: 'change', listener: (event: SharedTextEvents['change']) => void): () => void;
}

type Path = readonly string[];

declare class SharedBoard<Value = Json> extends SharedReducer<BoardContent, BoardCommand> {
  constructor(surroundings: Surroundings, initial?: Readonly<Record<string, BoardNode>>);
  get value(): Value;
  get(path: Path): Json | undefined;
  ids(path: Path): readonly string[];
  text(path: Path): BoardText;
  do(...commands: readonly BoardCommand[]): Promise<number>;
  set(path: Path, value: unknown): Promise<number>;
  update(path: Path, values: Readonly<Record<string, unknown>>): Promise<number>;
  delete(path: Path): Promise<number>;
  insert(list: Path, value: unknown, index?: number): string;
  move(item: Path, index: number): Promise<number>;
  write(path: Path, at: number, text: string): void;
  splice(path: Path, at: number, length: number, text: string): void;
  change(path: Path, changes: readonly TextChange[]): void;
  edit(path: Path, text: string): void;
}

declare const board: ReducerType<BoardContent, BoardCommand>;

declare function sharedBoard<Value = Json>(
  kind: RoomKind,
  initial?: {
    readonly [Name in keyof Value]?: unknown;
  },
): Documents<SharedBoard<Value>>;

declare function sharedText(text?: string): SharedTextMark;

// Not exported, but mentioned above.

interface Around {
  get(path: Path): Json | undefined;
  change(path: Path, changes: readonly TextChange[]): void;
  undo(): void;
  redo(): void;
  on(name: 'change', listener: () => void): () => void;
}

type CommandOf<Known extends Commands> = ReturnType<Known[keyof Known]>;

type Commands = Record<
  string,
  Reader<{
    type: string;
  }>
>;

interface HeldItem {
  readonly at: string;
  readonly node: BoardContent;
}

interface Item {
  readonly at: string;
  readonly node: BoardNode;
}

declare class LayeredMap<Key, Value> implements Iterable<[Key, Value]> {
  static of<Key, Value>(entries: Iterable<readonly [Key, Value]>): LayeredMap<Key, Value>;
  get(key: Key): Value | undefined;
  get size(): number;
  with(changes: Iterable<readonly [Key, Value]>): LayeredMap<Key, Value>;
  without(key: Key): LayeredMap<Key, Value>;
  get copying(): number;
  sum(measure: (value: Value, key: Key) => number): number;
  [Symbol.iterator](): IterableIterator<[Key, Value]>;
}

type Members<Value> = Readonly<Record<string, Value>> | LayeredMap<string, Value>;

type Point = readonly [id: string, index: number];

type Run =
  | {
      readonly id: string;
      readonly from: number;
      readonly text: string;
      readonly gone?: never;
    }
  | {
      readonly id: string;
      readonly from: number;
      readonly gone: number;
      readonly text?: never;
    };

declare class SharedTextMark {
  readonly text: string;
  constructor(text: string);
}

declare const boardCommands: {
  set: Reader<
    {
      type: 'set';
      path: Path;
    } & {
      node?: BoardNode;
      was?: BoardNode | null;
    }
  >;
  insert: Reader<
    {
      type: 'insert';
      path: Path;
      at: string;
      node: BoardNode;
    } & {}
  >;
  move: Reader<
    {
      type: 'move';
      path: Path;
      at: string;
    } & {
      was?: string;
    }
  >;
  write: Reader<
    {
      type: 'write';
      path: Path;
      after: Point | null;
      id: string;
      from: number;
      text: string;
    } & {}
  >;
  erase: Reader<
    {
      id: string;
      from: number;
      length: number;
      type: 'erase';
      path: Path;
    } & {}
  >;
  restore: Reader<
    {
      type: 'restore';
      path: Path;
      id: string;
      from: number;
      text: string;
    } & {}
  >;
};
