import type { Path } from '../../../shared/documents/board/node.ts';
import type { Json } from '../../../shared/json.ts';
import type { EditableText, SharedTextEvents, TextChange } from '../text.ts';
import { cutOf } from './places.ts';

/** What a text needs of its board. */
interface Around {
  get(path: Path): Json | undefined;
  change(path: Path, changes: readonly TextChange[]): void;
  undo(): void;
  redo(): void;
  on(name: 'change', listener: () => void): () => void;
}

/** A text of a board, for a binding: empty where there is none. Undo is the board's. */
export class BoardText implements EditableText {
  readonly #board: Around;
  readonly #path: Path;

  constructor(board: Around, path: Path) {
    this.#board = board;
    this.#path = path;
  }

  get text(): string {
    const held = this.#board.get(this.#path);
    return typeof held === 'string' ? held : '';
  }

  get length(): number {
    return this.text.length;
  }

  edit(changes: readonly TextChange[]): void {
    this.#board.change(this.#path, changes);
  }

  undo(): void {
    this.#board.undo();
  }

  redo(): void {
    this.#board.redo();
  }

  on(name: 'change', listener: (event: SharedTextEvents['change']) => void): () => void {
    let before = this.text;
    return this.#board.on(name, () => {
      const { text } = this;
      if (text === before) return;
      const { at, length, insert } = cutOf(before, text);
      before = text;
      listener({ changes: [{ from: at, to: at + length, insert }], origin: 'remote' });
    });
  }
}
