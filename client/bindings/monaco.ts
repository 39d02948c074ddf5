/** A room's song in a Monaco editor: `tutti/monaco`. */
import type { editor, IDisposable } from 'monaco-editor';
import type { Room, TextChange } from '../index.ts';
import { Agreement, type Editor } from './agreement.ts';
import { Carets, rangeIn } from './monacoCarets.ts';
import { placeAfter } from './place.ts';

/**
 * Binds an editor and the model that it has now to a room: what is typed goes into `room.text`, what others write comes
 * out of it, their cursors and selections are shown, and undo takes back one's own edits only. Returns how to end it.
 */
export function bindMonaco(editor: editor.ICodeEditor, room: Room): () => void {
  const model = editor.getModel();
  if (!model) throw new Error('the editor has no model');
  const binding = new Binding(editor, model, room);
  return () => binding.end();
}

/** What Monaco's enumerations say, of which only the types are imported. */
const lineFeed = 0 satisfies editor.EndOfLineSequence.LF;
const withLineFeeds = 1 satisfies editor.EndOfLinePreference.LF;

class Binding implements Editor {
  readonly isBusy = false;
  readonly #editor: editor.ICodeEditor;
  readonly #model: editor.ITextModel;
  readonly #room: Room;
  readonly #agreement: Agreement;
  readonly #stops: (() => void)[];
  readonly #carets: Carets;
  #isShowing = false;
  /** Whether the next change of the model is the one that is shown just now. */
  #isAwaited = false;
  #isComposing = false;

  constructor(editor: editor.ICodeEditor, model: editor.ITextModel, room: Room) {
    this.#editor = editor;
    this.#model = model;
    this.#room = room;
    this.#carets = new Carets(editor, model);
    model.setEOL(lineFeed);
    this.#agreement = new Agreement(room.text, this);
    const { undo, redo } = model;
    this.#stops = [
      () => this.#agreement.end(),
      room.on('cursors', () => this.#draw()),
      room.on('participants', () => this.#draw()),
      room.on('state', () => this.#mayWrite()),
      stopOf(model.onDidChangeContent((event) => this.#typed(event))),
      stopOf(model.onWillDispose(() => this.end())),
      stopOf(editor.onDidCompositionStart(() => this.#composing())),
      stopOf(editor.onDidCompositionEnd(() => this.#composed())),
      stopOf(editor.onDidChangeCursorSelection(() => this.#point())),
      stopOf(editor.onDidBlurEditorText(() => room.setCursor(null))),
      stopOf(editor.onDidDispose(() => this.end())),
      () => Object.assign(model, { undo, redo }),
    ];
    // Where Monaco's keys, menus and commands end up.
    Object.assign(model, { undo: () => room.text.undo(), redo: () => room.text.redo() });
    this.#agreement.settle();
    this.#mayWrite();
    this.#draw();
  }

  get text(): string {
    return this.#model.getValue(withLineFeeds);
  }

  get length(): number {
    return this.#model.getValueLength(withLineFeeds);
  }

  /** Monaco has no line ends but \n: what it shows instead is as long. */
  visible(text: string): string {
    return text.replace(/\r/g, ' ');
  }

  show(changes: TextChange[]): void {
    const edits = changes.map(({ from, to, insert }) => ({ range: rangeIn(this.#model, from, to), text: insert }));
    const after = [this.#scrollAfter(changes), this.#selectAfter(changes)];
    this.#isShowing = true;
    this.#isAwaited = true;
    this.#model.applyEdits(edits);
    this.#isAwaited = false;
    for (const step of after) step?.();
    this.#isShowing = false;
  }

  end(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.#carets.end();
  }

  #typed({ changes, isFlush, isEolChange }: editor.IModelContentChangedEvent): void {
    const isShown = this.#isAwaited;
    this.#isAwaited = false;
    if (isShown) return;
    const isLineFeed = this.#model.getEOL() === '\n';
    // Places in the model are those in the text as long as \n alone ends a line.
    if (isFlush || isEolChange || !isLineFeed) this.#agreement.typedSomehow();
    else this.#agreement.typed(toTextChanges(changes));
    if (!isLineFeed) this.#model.setEOL(lineFeed);
    if (!isEolChange) this.#room.setTyping(true);
  }

  #composing(): void {
    this.#isComposing = true;
    this.#agreement.compose();
  }

  /** Monaco may have more to do at the end of a word. */
  #composed(): void {
    this.#isComposing = false;
    setTimeout(() => {
      if (this.#isComposing || this.#stops.length === 0) return;
      this.#agreement.composed();
      this.#point();
      this.#draw();
    });
  }

  /** What leaves the carets where they are, when the changes are made: Monaco moves them behind what comes there. */
  #selectAfter(changes: TextChange[]): (() => void) | undefined {
    const editor = this.#editor;
    const selections = this.#isAttached ? editor.getSelections() : undefined;
    const isTouched = selections?.some((selection) => {
      const at = this.#offset(selection.positionLineNumber, selection.positionColumn);
      return changes.some(({ from, to }) => from === at && to === at);
    });
    if (!selections || !isTouched) return undefined;
    const places = selections.map((selection) =>
      [
        this.#offset(selection.selectionStartLineNumber, selection.selectionStartColumn),
        this.#offset(selection.positionLineNumber, selection.positionColumn),
      ].map((place) => placeAfter(changes, place, false)),
    );
    return () => {
      const moved = places.map(([anchor = 0, head = 0]) => {
        const [start, end] = [this.#model.getPositionAt(anchor), this.#model.getPositionAt(head)];
        return {
          selectionStartLineNumber: start.lineNumber,
          selectionStartColumn: start.column,
          positionLineNumber: end.lineNumber,
          positionColumn: end.column,
        };
      });
      editor.setSelections(moved);
    };
  }

  /** What leaves the line at the top of the view where it is, when the changes are made. Who is at the top sees what comes. */
  #scrollAfter(changes: TextChange[]): (() => void) | undefined {
    const editor = this.#editor;
    const top = editor.getScrollTop();
    const [visible] = editor.getVisibleRanges();
    if (top === 0 || !visible || !this.#isAttached) return undefined;
    const line = visible.startLineNumber;
    const distance = top - editor.getTopForLineNumber(line);
    const place = placeAfter(changes, this.#offset(line, 1), true);
    return () => {
      const { lineNumber } = this.#model.getPositionAt(place);
      editor.setScrollTop(editor.getTopForLineNumber(lineNumber) + distance);
    };
  }

  /** Shows others where one is. */
  #point(): void {
    const editor = this.#editor;
    const selection = editor.getSelection();
    if (this.#isShowing || this.#agreement.isComposing || !selection) return;
    if (!editor.hasTextFocus() || !this.#isAttached) return;
    const { selectionStartLineNumber, selectionStartColumn, positionLineNumber, positionColumn } = selection;
    const anchor = this.#offset(selectionStartLineNumber, selectionStartColumn);
    const head = this.#offset(positionLineNumber, positionColumn);
    this.#room.setCursor(anchor === head ? head : { anchor, head });
  }

  #mayWrite(): void {
    this.#editor.updateOptions({ readOnly: this.#room.role === 'viewer' || this.#room.state.status === 'removed' });
  }

  #draw(): void {
    // Cursors stand in what the room has.
    if (!this.#agreement.isComposing && this.#isAttached) this.#carets.draw(this.#room);
  }

  /** Whether the editor shows the model now. */
  get #isAttached(): boolean {
    return this.#editor.getModel() === this.#model;
  }

  #offset(lineNumber: number, column: number): number {
    return this.#model.getOffsetAt({ lineNumber, column });
  }
}

function toTextChanges(changes: editor.IModelContentChange[]): TextChange[] {
  return changes
    .map(({ rangeOffset: from, rangeLength, text }) => ({ from, to: from + rangeLength, insert: text }))
    .sort((one, other) => one.from - other.from);
}

function stopOf(disposable: IDisposable): () => void {
  return () => disposable.dispose();
}
