/** A room's song in a CodeMirror 6 editor: `tutti/codemirror`. */
import {
  Annotation,
  type ChangeSet,
  Compartment,
  EditorState,
  type Extension,
  Prec,
  StateEffect,
  type Text,
} from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  EditorView,
  keymap,
  type PluginValue,
  ViewPlugin,
  type ViewUpdate,
  WidgetType,
} from '@codemirror/view';
import type { Room, ShownCursor, TextChange } from '../index.ts';
import { hueOf } from './hue.ts';

export interface TuttiOptions {
  /** A CSS colour for a user's cursors. Default: one that follows from the user_id. */
  colorOf?: (user_id: string) => string;
}

/** Marks a transaction that brings what the room's text has already. */
const fromText = Annotation.define<true>();
/** The cursors of others are to be drawn again. */
const cursorsMoved = StateEffect.define<null>();

/**
 * Binds an editor to a room: what is typed goes into `room.text`, what others write comes out of it, their cursors and
 * selections are shown, and undo takes back one's own edits only: use it without CodeMirror's history(). The state
 * begins with what the room has:
 *
 *     new EditorView({ doc: room.text.text, extensions: [tutti(room)], parent })
 */
export function tutti(room: Room, { colorOf = colorOfId }: TuttiOptions = {}): Extension {
  const undo = ({ state }: EditorView) => step(state, () => room.text.undo());
  const redo = ({ state }: EditorView) => step(state, () => room.text.redo());
  const mayWrite = new Compartment();
  return [
    mayWrite.of(readOnly(room)),
    // In the text only \n ends a line, so that places are the same in both.
    EditorState.lineSeparator.of('\n'),
    EditorView.clipboardInputFilter.of((text) => text.replace(/\r\n?/g, '\n')),
    ViewPlugin.define((view) => new Binding(view, room, colorOf, mayWrite), {
      decorations: ({ decorations }) => decorations,
    }),
    Prec.high(
      keymap.of([
        { key: 'Mod-z', run: undo, preventDefault: true },
        { key: 'Mod-y', mac: 'Mod-Shift-z', run: redo, preventDefault: true },
        { linux: 'Ctrl-Shift-z', run: redo, preventDefault: true },
      ]),
    ),
    // As the menus of browsers and phones ask for it.
    EditorView.domEventHandlers({
      beforeinput({ inputType }, view) {
        if (inputType === 'historyUndo') return undo(view);
        return inputType === 'historyRedo' && redo(view);
      },
    }),
    theme,
  ];
}

class Binding implements PluginValue {
  decorations: DecorationSet = Decoration.none;
  readonly #view: EditorView;
  readonly #room: Room;
  readonly #colorOf: (user_id: string) => string;
  readonly #mayWrite: Compartment;
  readonly #stops: (() => void)[];
  /** Where each cursor was drawn, and how often it was moved: its name shows again each time. */
  readonly #drawn = new Map<string, { head: number; moves: number }>();
  #isFollowing = false;

  constructor(view: EditorView, room: Room, colorOf: (user_id: string) => string, mayWrite: Compartment) {
    this.#view = view;
    this.#room = room;
    this.#colorOf = colorOf;
    this.#mayWrite = mayWrite;
    this.#stops = [
      room.text.on('change', ({ changes, origin }) => {
        if (origin !== 'local') this.#show(changes, origin === 'remote');
      }),
      room.on('cursors', () => this.#followSoon()),
      room.on('participants', () => this.#followSoon()),
      room.on('state', ({ status }) => {
        this.#followSoon();
        if (status === 'joined' && view.hasFocus) this.#point();
      }),
    ];
    this.#followSoon();
  }

  update(update: ViewUpdate): void {
    for (const transaction of update.transactions) {
      if (!transaction.docChanged) continue;
      this.decorations = this.decorations.map(transaction.changes);
      for (const place of this.#drawn.values()) place.head = transaction.changes.mapPos(place.head, -1);
      if (transaction.annotation(fromText)) continue;
      this.#write(transaction.changes);
      if (transaction.isUserEvent('input') || transaction.isUserEvent('delete')) this.#room.setTyping(true);
    }
    if (update.selectionSet) this.#point(update.state);
    const isDue = update.transactions.some(({ effects }) => effects.some((effect) => effect.is(cursorsMoved)));
    if (isDue) this.#draw(update.state.doc);
  }

  destroy(): void {
    for (const stop of this.#stops) stop();
  }

  /** Shows others where one is. */
  #point({ selection } = this.#view.state): void {
    const { anchor, head } = selection.main;
    this.#room.setCursor(anchor === head ? head : { anchor, head });
  }

  /** What the text would not take is not left standing in the editor. */
  #write(changeSet: ChangeSet): void {
    const changes: TextChange[] = [];
    changeSet.iterChanges((from, to, _from, _to, insert) => changes.push({ from, to, insert: insert.toString() }));
    try {
      this.#room.text.edit(changes);
    } catch {
      queueMicrotask(() =>
        this.#show([{ from: 0, to: this.#view.state.doc.length, insert: this.#room.text.text }], true),
      );
    }
  }

  #show(changes: TextChange[], isRemote: boolean): void {
    const [first] = changes;
    this.#view.dispatch({
      changes,
      annotations: fromText.of(true),
      // Who takes something back sees where.
      ...(!isRemote && first && { selection: { anchor: first.from + first.insert.length }, scrollIntoView: true }),
    });
  }

  /** News may come in the midst of an update, in which CodeMirror takes no other. */
  #followSoon(): void {
    if (this.#isFollowing) return;
    this.#isFollowing = true;
    queueMicrotask(() => {
      this.#isFollowing = false;
      const { state } = this.#view;
      const wanted = readOnly(this.#room);
      const isSame = this.#mayWrite.get(state) === wanted;
      this.#view.dispatch({
        effects: [cursorsMoved.of(null), ...(isSame ? [] : [this.#mayWrite.reconfigure(wanted)])],
      });
    });
  }

  #draw(doc: Text): void {
    const { cursors, participants } = this.#room;
    for (const client_id of this.#drawn.keys()) {
      if (!cursors.some((cursor) => cursor.client_id === client_id)) this.#drawn.delete(client_id);
    }
    const ranges = cursors.flatMap((cursor) => {
      const { anchor, head } = rangeOf(cursor, doc.length);
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

/** What it takes so that nobody types where the text would take nothing. */
function readOnly({ role, state }: Room): Extension {
  return role === 'viewer' || state.status === 'removed' ? onlyRead : mayType;
}

const onlyRead = EditorState.readOnly.of(true);
const mayType: Extension = [];

function rangeOf({ position }: ShownCursor, length: number): { anchor: number; head: number } {
  const { anchor, head } =
    typeof position === 'number' || !position ? { anchor: position ?? 0, head: position ?? 0 } : position;
  return { anchor: Math.min(anchor, length), head: Math.min(head, length) };
}

function step(state: EditorState, take: () => void): boolean {
  if (!state.readOnly) take();
  return true;
}

function colorOfId(user_id: string): string {
  return `hsl(${hueOf(user_id)} 65% 42%)`;
}

const theme = EditorView.baseTheme({
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
