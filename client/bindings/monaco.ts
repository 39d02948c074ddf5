/** A room's song in a Monaco editor: `tutti/monaco`. */
import type { editor, IDisposable, IPosition, IRange } from 'monaco-editor';
import type { Room, ShownCursor, TextChange } from '../index.ts';
import { hueOf } from './hue.ts';

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
const exactly = 0 satisfies editor.ContentWidgetPositionPreference.EXACT;

class Binding {
  readonly #editor: editor.ICodeEditor;
  readonly #model: editor.ITextModel;
  readonly #room: Room;
  readonly #stops: (() => void)[];
  readonly #selections: editor.IEditorDecorationsCollection;
  readonly #carets = new Map<string, Caret>();
  readonly #style = document.head.appendChild(document.createElement('style'));
  readonly #hues = new Set<number>();
  /** Whether the change under way is between the two alone. */
  #isWriting = false;
  #isShowing = false;

  constructor(editor: editor.ICodeEditor, model: editor.ITextModel, room: Room) {
    this.#editor = editor;
    this.#model = model;
    this.#room = room;
    this.#selections = editor.createDecorationsCollection();
    this.#style.textContent = appearance;
    const { undo, redo } = model;
    this.#stops = [
      room.text.on('change', ({ changes }) => this.#changed(changes)),
      room.on('cursors', () => this.#draw()),
      room.on('participants', () => this.#draw()),
      room.on('state', () => this.#mayWrite()),
      stopOf(model.onDidChangeContent((event) => this.#typed(event))),
      stopOf(editor.onDidChangeCursorSelection(({ selection }) => this.#selected(selection))),
      stopOf(editor.onDidBlurEditorText(() => room.setCursor(null))),
      () => Object.assign(model, { undo, redo }),
    ];
    // Where Monaco's keys, menus and commands end up.
    Object.assign(model, { undo: () => room.text.undo(), redo: () => room.text.redo() });
    this.#showAll();
    this.#mayWrite();
    this.#draw();
  }

  end(): void {
    for (const stop of this.#stops) stop();
    for (const caret of this.#carets.values()) this.#editor.removeContentWidget(caret);
    this.#selections.clear();
    this.#style.remove();
  }

  #typed({ changes }: editor.IModelContentChangedEvent): void {
    if (this.#isShowing) return;
    const edits = changes
      .map(({ rangeOffset: from, rangeLength, text }) => ({
        from,
        to: from + rangeLength,
        insert: text.replace(/\r\n?/g, '\n'),
      }))
      .sort((one, other) => one.from - other.from);
    this.#isWriting = true;
    try {
      this.#room.text.edit(edits);
      this.#room.setTyping(true);
    } catch {
      // What the text would not take is not left standing in the editor, which is in the midst of its change.
      queueMicrotask(() => this.#showAll());
    } finally {
      this.#isWriting = false;
    }
  }

  #changed(changes: TextChange[]): void {
    if (this.#isWriting) return;
    this.#show(changes.map(({ from, to, insert }) => ({ range: this.#range(from, to), text: visible(insert) })));
  }

  #showAll(): void {
    this.#model.setEOL(lineFeed);
    this.#show([{ range: this.#model.getFullModelRange(), text: visible(this.#room.text.text) }]);
  }

  #show(edits: editor.IIdentifiedSingleEditOperation[]): void {
    this.#isShowing = true;
    this.#model.applyEdits(edits);
    this.#isShowing = false;
  }

  #selected({ selectionStartLineNumber, selectionStartColumn, positionLineNumber, positionColumn }: Selected): void {
    if (this.#isShowing || !this.#editor.hasTextFocus()) return;
    const anchor = this.#offset(selectionStartLineNumber, selectionStartColumn);
    const head = this.#offset(positionLineNumber, positionColumn);
    this.#room.setCursor(anchor === head ? head : { anchor, head });
  }

  #mayWrite(): void {
    this.#editor.updateOptions({ readOnly: this.#room.role === 'viewer' || this.#room.state.status === 'removed' });
  }

  #draw(): void {
    const { cursors, participants } = this.#room;
    for (const [client_id, caret] of this.#carets) {
      if (cursors.some((cursor) => cursor.client_id === client_id)) continue;
      this.#editor.removeContentWidget(caret);
      this.#carets.delete(client_id);
    }
    const selections = cursors.flatMap((cursor) => {
      const { anchor, head } = rangeOf(cursor);
      const hue = hueOf(cursor.user_id);
      const name = participants.find(({ user_id }) => user_id === cursor.user_id)?.name ?? cursor.user_id;
      this.#drawCaret(cursor.client_id, name, hue, head);
      if (anchor === head) return [];
      const range = this.#range(Math.min(anchor, head), Math.max(anchor, head));
      return [{ range, options: { className: this.#selectionClass(hue) } }];
    });
    this.#selections.set(selections);
  }

  #drawCaret(client_id: string, name: string, hue: number, at: number): void {
    const caret = this.#carets.get(client_id);
    const position = this.#model.getPositionAt(at);
    if (caret) {
      caret.show(name, position);
      this.#editor.layoutContentWidget(caret);
      return;
    }
    const added = new Caret(client_id, name, hue, position);
    this.#carets.set(client_id, added);
    this.#editor.addContentWidget(added);
  }

  /** Monaco colours selections by class alone. */
  #selectionClass(hue: number): string {
    if (!this.#hues.has(hue)) {
      this.#hues.add(hue);
      this.#style.append(`.tutti-selection-${hue} { background: hsl(${hue} 65% 42% / 25%) }\n`);
    }
    return `tutti-selection-${hue}`;
  }

  #range(from: number, to: number): IRange {
    const [start, end] = [this.#model.getPositionAt(from), this.#model.getPositionAt(to)];
    return {
      startLineNumber: start.lineNumber,
      startColumn: start.column,
      endLineNumber: end.lineNumber,
      endColumn: end.column,
    };
  }

  #offset(lineNumber: number, column: number): number {
    return this.#model.getOffsetAt({ lineNumber, column });
  }
}

type Selected = Pick<
  editor.ICursorSelectionChangedEvent['selection'],
  'selectionStartLineNumber' | 'selectionStartColumn' | 'positionLineNumber' | 'positionColumn'
>;

/** Another's cursor, with a name. */
class Caret implements editor.IContentWidget {
  readonly #id: string;
  readonly #node = document.createElement('div');
  #position: IPosition | null;

  constructor(id: string, name: string, hue: number, position: IPosition | null) {
    this.#id = id;
    this.#position = position;
    this.#node.className = 'tutti-cursor';
    this.#node.ariaHidden = 'true';
    this.#node.style.setProperty('--tutti-color', `hsl(${hue} 65% 42%)`);
    this.show(name, position);
  }

  show(name: string, position: IPosition | null): void {
    this.#node.dataset.name = name;
    this.#position = position;
  }

  getId(): string {
    return `tutti-cursor-${this.#id}`;
  }

  getDomNode(): HTMLElement {
    return this.#node;
  }

  getPosition(): editor.IContentWidgetPosition {
    return { position: this.#position, preference: [exactly] };
  }
}

function rangeOf({ position }: ShownCursor): { anchor: number; head: number } {
  return typeof position === 'object' && position ? position : { anchor: position ?? 0, head: position ?? 0 };
}

/** Monaco has no line ends but \n: what it shows instead is as long. */
function visible(text: string): string {
  return text.replace(/\r/g, ' ');
}

function stopOf(disposable: IDisposable): () => void {
  return () => disposable.dispose();
}

const appearance = `
.tutti-cursor { border-left: 2px solid var(--tutti-color); height: 1.4em; pointer-events: none }
.tutti-cursor::after {
  content: attr(data-name); position: absolute; bottom: 100%; left: 0; padding: 1px 6px; white-space: nowrap;
  border-radius: 4px 4px 4px 0; color: white; background: var(--tutti-color); font: 600 11px/1.4 system-ui, sans-serif;
}
`;
