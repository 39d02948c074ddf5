import { composeOperations } from '../../shared/documents/text/compose.ts';
import { commonEnd, commonStart, difference } from '../../shared/documents/text/difference.ts';
import { applyOperation, type TextOperation } from '../../shared/documents/text/operation.ts';
import { fromText, type Rope, toText } from '../../shared/documents/text/rope.ts';
import { cross } from '../documents/text/transform.ts';
import { toChanges, toOperation } from '../documents/text/units.ts';
import type { EditableText, Origin, TextChange } from '../index.ts';

/** How long nothing happens before it is checked letter by letter that both agree, in milliseconds. */
const quiet = 1_000;
/** How long an input method may rest in the midst of a word and hold up what others write, in milliseconds. */
const longestRest = 10_000;

/** An editor, for the agreement with a room's text. */
export interface Editor {
  /** What it has, with \n at the end of each line. */
  readonly text: string;
  /** Of that, in UTF-16 units. */
  readonly length: number;
  /** Whether it takes no change now, since it is in the midst of one. */
  readonly isBusy: boolean;
  /** What it has of a text from the room: as long, and with something else for what it has no sign for. */
  visible(text: string): string;
  /** Takes changes, and leaves the caret where it stands; after one's own undo and redo it goes where something changed. */
  show(changes: TextChange[], origin: Origin): void;
}

/**
 * Keeps an editor and a room's text the same, whoever changes either: the user, others, the program. What is changed on
 * both sides before they meet is brought together as edits of two people are. Where they are found to differ for a reason
 * that nobody told, the room is right.
 */
export class Agreement {
  readonly #text: EditableText;
  readonly #editor: Editor;
  /** What both had last. */
  #base: Rope;
  /** What the editor has besides, and the room does not. */
  #mine: TextOperation = [];
  /** What the room has besides, and the editor does not. */
  #theirs: TextOperation = [];
  #isComposing = false;
  /** Whether the next change of the text is the one that was just written. */
  #isWriting = false;
  /** Whether changes are still to be told of that are in the text already. */
  #isBehind = false;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #check: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;
  readonly #stop: () => void;

  constructor(text: EditableText, editor: Editor) {
    this.#text = text;
    this.#editor = editor;
    this.#base = fromText(editor.text);
    this.#stop = text.on('change', ({ changes, origin }) => this.#heard(changes, origin));
    this.#compareRoom();
  }

  /** Whether an input method composes a word, which a change from elsewhere would end. */
  get isComposing(): boolean {
    return this.#isComposing;
  }

  /** What the editor has, as far as is known. */
  get shown(): string {
    return toText(this.#ofEditor);
  }

  /** Stops, and writes what the editor had more. */
  end(): void {
    this.#write();
    this.#isOver = true;
    this.#stop();
    clearTimeout(this.#rest);
    clearTimeout(this.#check);
  }

  /** The user has changed what the editor has. */
  typed(changes: readonly TextChange[]): void {
    try {
      this.#mine = composeOperations(this.#mine, toOperation(changes, this.#ofEditor));
    } catch {
      // Half a surrogate pair, which is not left standing in the editor; that may be in the midst of its change.
      queueMicrotask(() => this.mend());
    }
    if (this.#isComposing) this.#restLater();
    else this.#write();
    this.#checkLater();
  }

  /** The user has changed what the editor has, nobody knows how. */
  typedSomehow(): void {
    const { shown } = this;
    const { text } = this.#editor;
    if (shown !== text) this.typed(toChanges(difference(shown, text), this.#ofEditor));
  }

  /** An input method begins a word: until it ends, neither side hears of the other. */
  compose(): void {
    this.#isComposing = true;
    this.#restLater();
  }

  composed(): void {
    clearTimeout(this.#rest);
    this.#isComposing = false;
    this.settle();
  }

  /** Brings to either side what the other has more. */
  settle(origin: Origin = 'remote'): void {
    if (this.#isComposing || this.#isOver) return;
    this.#write();
    if (this.#editor.isBusy) queueMicrotask(() => this.settle(origin));
    else this.#show(origin);
  }

  /** Looks whether both are what they are thought to be. What became of the editor and was not typed is put back. */
  mend(): void {
    if (this.#isOver) return;
    if (this.#isComposing || this.#editor.isBusy) {
      this.#checkLater();
      return;
    }
    this.#putBack();
    this.#compareRoom();
    this.settle();
  }

  #heard(changes: TextChange[], origin: Origin): void {
    const isOwn = this.#isWriting;
    this.#isWriting = false;
    if (isOwn) return;
    if (this.#isBehind || !this.#takes(changes)) this.#compareRoom();
    this.settle(origin);
    this.#checkLater();
  }

  /** Returns whether the room has now what it has with the changes, and nothing else. */
  #takes(changes: TextChange[]): boolean {
    const visible = changes.map((change) => ({ ...change, insert: this.#editor.visible(change.insert) }));
    try {
      const theirs = composeOperations(this.#theirs, toOperation(visible, this.#ofRoom));
      if (applyOperation(this.#base, theirs).units !== this.#text.length) return false;
      this.#theirs = theirs;
      return true;
    } catch {
      // Places outside of what the room had.
      return false;
    }
  }

  #write(): void {
    if (this.#mine.length === 0) return;
    const [mine, theirs] = cross(this.#mine, this.#theirs, true);
    const changes = toChanges(mine, this.#ofRoom);
    this.#base = this.#ofEditor;
    this.#mine = [];
    this.#theirs = theirs;
    this.#isWriting = changes.length > 0;
    try {
      this.#text.edit(changes);
    } catch {
      // What the text would not take is not left standing in the editor.
      this.#isWriting = false;
      queueMicrotask(() => this.mend());
    }
    if (this.#isWriting) this.#hearLater();
    if (this.#ofRoom.units !== this.#text.length) this.#compareRoom();
  }

  /** It was written while the text tells of something else: of this it tells after that. */
  #hearLater(): void {
    this.#isWriting = false;
    this.#isBehind = true;
    queueMicrotask(() => {
      this.#isBehind = false;
      this.settle();
    });
  }

  #show(origin: Origin): void {
    if (this.#editor.length !== this.#ofEditor.units) this.#putBack();
    const [mine, theirs] = cross(this.#mine, this.#theirs, true);
    const changes = toChanges(theirs, this.#ofEditor);
    this.#base = this.#ofRoom;
    this.#mine = mine;
    this.#theirs = [];
    if (changes.length > 0) this.#editor.show(changes, origin);
  }

  #putBack(): void {
    const { shown } = this;
    const { text } = this.#editor;
    if (text === shown) return;
    const start = commonStart(text, shown);
    const end = commonEnd(text.slice(start), shown.slice(start));
    const insert = shown.slice(start, shown.length - end);
    this.#editor.show([{ from: start, to: text.length - end, insert }], 'remote');
  }

  #compareRoom(): void {
    const text = this.#editor.visible(this.#text.text);
    if (text !== toText(this.#ofRoom)) this.#theirs = difference(toText(this.#base), text);
  }

  get #ofEditor(): Rope {
    return applyOperation(this.#base, this.#mine);
  }

  get #ofRoom(): Rope {
    return applyOperation(this.#base, this.#theirs);
  }

  #restLater(): void {
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.composed(), longestRest);
  }

  #checkLater(): void {
    clearTimeout(this.#check);
    this.#check = setTimeout(() => this.mend(), quiet);
  }
}
