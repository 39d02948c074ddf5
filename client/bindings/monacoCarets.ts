import type { editor, IPosition, IRange } from 'monaco-editor';
import type { Room, ShownCursor } from '../index.ts';
import { hueOf } from './hue.ts';

/** What Monaco's enumeration says, of which only the types are imported. */
const exactly = 0 satisfies editor.ContentWidgetPositionPreference.EXACT;

/** The cursors and selections of others, in Monaco. */
export class Carets {
  readonly #editor: editor.ICodeEditor;
  readonly #model: editor.ITextModel;
  readonly #selections: editor.IEditorDecorationsCollection;
  readonly #carets = new Map<string, Caret>();
  readonly #style = document.head.appendChild(document.createElement('style'));
  readonly #hues = new Set<number>();

  constructor(editor: editor.ICodeEditor, model: editor.ITextModel) {
    this.#editor = editor;
    this.#model = model;
    this.#selections = editor.createDecorationsCollection();
    this.#style.textContent = appearance;
  }

  draw({ cursors, participants }: Room): void {
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
      const range = rangeIn(this.#model, Math.min(anchor, head), Math.max(anchor, head));
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

  end(): void {
    for (const caret of this.#carets.values()) this.#editor.removeContentWidget(caret);
    this.#carets.clear();
    this.#selections.clear();
    this.#style.remove();
  }
}

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

/** A range of a model, between two places in UTF-16 units. */
export function rangeIn(model: editor.ITextModel, from: number, to: number): IRange {
  const [start, end] = [model.getPositionAt(from), model.getPositionAt(to)];
  return {
    startLineNumber: start.lineNumber,
    startColumn: start.column,
    endLineNumber: end.lineNumber,
    endColumn: end.column,
  };
}

const appearance = `
.tutti-cursor { border-left: 2px solid var(--tutti-color); height: 1.4em; pointer-events: none }
.tutti-cursor::after {
  content: attr(data-name); position: absolute; bottom: 100%; left: 0; padding: 1px 6px; white-space: nowrap;
  border-radius: 4px 4px 4px 0; color: white; background: var(--tutti-color); font: 600 11px/1.4 system-ui, sans-serif;
}
`;
