import type { ChangeSet } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, WidgetType } from '@codemirror/view';
import type { Room, ShownCursor } from '../index.ts';

/** The cursors and selections of others, in CodeMirror. */
export class Carets {
  decorations: DecorationSet = Decoration.none;
  readonly #colorOf: (user_id: string) => string;
  /** Where each cursor was drawn, and how often it was moved: its name shows again each time. */
  readonly #drawn = new Map<string, { head: number; moves: number }>();

  constructor(colorOf: (user_id: string) => string) {
    this.#colorOf = colorOf;
  }

  /** They move with the text until they are drawn anew. */
  map(changes: ChangeSet): void {
    this.decorations = this.decorations.map(changes);
    for (const place of this.#drawn.values()) place.head = changes.mapPos(place.head, -1);
  }

  draw({ cursors, participants }: Room, length: number): void {
    for (const client_id of this.#drawn.keys()) {
      if (!cursors.some((cursor) => cursor.client_id === client_id)) this.#drawn.delete(client_id);
    }
    const ranges = cursors.flatMap((cursor) => {
      const { anchor, head } = rangeOf(cursor, length);
      const drawn = this.#drawn.get(cursor.client_id);
      const moves = (drawn?.moves ?? 0) + (drawn?.head === head ? 0 : 1);
      this.#drawn.set(cursor.client_id, { head, moves });
      const name = participants.find(({ user_id }) => user_id === cursor.user_id)?.name ?? cursor.user_id;
      const color = this.#colorOf(cursor.user_id);
      const caret = Decoration.widget({ widget: new Caret(name, color, moves), side: 1 }).range(head);
      if (anchor === head) return [caret];
      const selected = Decoration.mark({ class: 'tutti-selection', attributes: { style: `--tutti-color: ${color}` } });
      return [selected.range(Math.min(anchor, head), Math.max(anchor, head)), caret];
    });
    this.decorations = Decoration.set(ranges, true);
  }
}

/** Another's cursor, with a name that fades until it moves again. */
class Caret extends WidgetType {
  readonly #name: string;
  readonly #color: string;
  readonly #moves: number;

  constructor(name: string, color: string, moves: number) {
    super();
    this.#name = name;
    this.#color = color;
    this.#moves = moves;
  }

  override eq(other: Caret): boolean {
    return this.#name === other.#name && this.#color === other.#color && this.#moves === other.#moves;
  }

  toDOM(): HTMLElement {
    const caret = document.createElement('span');
    caret.className = 'tutti-cursor';
    caret.ariaHidden = 'true';
    caret.dataset.name = this.#name;
    caret.style.setProperty('--tutti-color', this.#color);
    return caret;
  }

  override get estimatedHeight(): number {
    return 0;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}

function rangeOf({ position }: ShownCursor, length: number): { anchor: number; head: number } {
  const { anchor, head } =
    typeof position === 'number' || !position ? { anchor: position ?? 0, head: position ?? 0 } : position;
  return { anchor: Math.min(anchor, length), head: Math.min(head, length) };
}

export const theme = EditorView.baseTheme({
  '.tutti-selection': { backgroundColor: 'color-mix(in srgb, var(--tutti-color) 25%, transparent)' },
  '.tutti-cursor': {
    position: 'relative',
    borderLeft: '2px solid var(--tutti-color)',
    margin: '0 -1px',
    pointerEvents: 'none',
  },
  '.tutti-cursor::before': {
    content: '""',
    position: 'absolute',
    top: '-1px',
    left: '-4px',
    width: '6px',
    height: '6px',
    borderRadius: '50%',
    backgroundColor: 'var(--tutti-color)',
  },
  '.tutti-cursor::after': {
    content: 'attr(data-name)',
    position: 'absolute',
    bottom: '100%',
    left: '-2px',
    padding: '1px 6px',
    borderRadius: '4px 4px 4px 0',
    font: '600 11px/1.4 system-ui, sans-serif',
    whiteSpace: 'nowrap',
    color: 'white',
    backgroundColor: 'var(--tutti-color)',
    zIndex: '10',
    animation: 'tutti-fade 3s forwards',
  },
  '@keyframes tutti-fade': { '0%, 70%': { opacity: '1' }, '100%': { opacity: '0' } },
});
