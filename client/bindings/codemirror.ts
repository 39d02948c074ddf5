/** A room's song in a CodeMirror 6 editor: `tutti/codemirror`. */
import {
  Annotation,
  type ChangeSet,
  Compartment,
  EditorState,
  type Extension,
  Prec,
  StateEffect,
  Text,
} from '@codemirror/state';
import {
  type DecorationSet,
  EditorView,
  keymap,
  type PluginValue,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view';
import type { Origin, Room, TextChange } from '../index.ts';
import { Agreement, type Editor } from './agreement.ts';
import { Carets, theme } from './codemirrorCarets.ts';
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
 * selections are shown, and undo takes back one's own edits only: use it without CodeMirror's history(). Whatever the
 * state begins with, what the room has takes its place:
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
      eventObservers: {
        compositionstart() {
          this.composing();
        },
        compositionend() {
          this.composed();
        },
      },
    }),
    Prec.high(
      keymap.of([
        { key: 'Mod-z', run: undo, preventDefault: true },
        { key: 'Mod-y', mac: 'Mod-Shift-z', run: redo, preventDefault: true },
        { linux: 'Ctrl-Shift-z', run: redo, preventDefault: true },
      ]),
    ),
    EditorView.domEventHandlers({
      beforeinput({ inputType }, view) {
        // As the menus of browsers and phones ask for it.
        if (inputType === 'historyUndo') return undo(view);
        if (inputType === 'historyRedo') return redo(view);
        // Before it is taken back, what nobody may type would bring the view to the caret.
        return view.state.readOnly;
      },
    }),
    theme,
  ];
}

class Binding implements PluginValue, Editor {
  /** From the beginning on: there is no view before the state is there. */
  isBusy = true;
  readonly #view: EditorView;
  readonly #room: Room;
  readonly #carets: Carets;
  readonly #mayWrite: Compartment;
  readonly #agreement: Agreement;
  readonly #stops: (() => void)[];
  #isFollowing = false;

  constructor(view: EditorView, room: Room, colorOf: (user_id: string) => string, mayWrite: Compartment) {
    this.#view = view;
    this.#room = room;
    this.#carets = new Carets(colorOf);
    this.#mayWrite = mayWrite;
    this.#agreement = new Agreement(room.text, this);
    this.#stops = [
      () => this.#agreement.end(),
      room.on('cursors', () => this.#followSoon()),
      room.on('participants', () => this.#followSoon()),
      room.on('state', ({ status }) => {
        this.#followSoon();
        if (status === 'joined' && view.hasFocus) this.#point();
      }),
    ];
    queueMicrotask(() => {
      this.isBusy = false;
      // A view that is being made does not know yet.
      if (view.composing) this.#agreement.compose();
    });
    this.#agreement.settle();
    this.#followSoon();
  }

  get decorations(): DecorationSet {
    return this.#carets.decorations;
  }

  get text(): string {
    return this.#view.state.doc.toString();
  }

  get length(): number {
    return this.#view.state.doc.length;
  }

  visible(text: string): string {
    return text;
  }

  show(changes: TextChange[], origin: Origin): void {
    const [first] = changes;
    // Who takes something back sees where.
    const goesThere = first && (origin === 'undo' || origin === 'redo');
    this.#view.dispatch({
      changes: changes.map(({ from, to, insert }) => ({ from, to, insert: Text.of(insert.split('\n')) })),
      annotations: fromText.of(true),
      // Whatever else may be done in the editor, the room has it already.
      filter: false,
      ...(goesThere && { selection: { anchor: first.from + first.insert.length }, scrollIntoView: true }),
    });
  }

  update(update: ViewUpdate): void {
    this.isBusy = true;
    for (const transaction of update.transactions) {
      if (!transaction.docChanged) continue;
      this.#carets.map(transaction.changes);
      if (transaction.annotation(fromText)) continue;
      this.#agreement.typed(changesOf(transaction.changes));
      if (transaction.isUserEvent('input') || transaction.isUserEvent('delete')) this.#room.setTyping(true);
    }
    if (update.selectionSet) this.#point(update.state);
    const isDue = update.transactions.some(({ effects }) => effects.some((effect) => effect.is(cursorsMoved)));
    if (isDue) this.#carets.draw(this.#room, update.state.doc.length);
    this.isBusy = false;
  }

  destroy(): void {
    for (const stop of this.#stops) stop();
  }

  composing(): void {
    this.#agreement.compose();
  }

  /** CodeMirror reads what became of the word only after the browser has said that it is done. */
  composed(): void {
    setTimeout(() => {
      if (this.#view.composing) return;
      this.#agreement.composed();
      this.#point();
      this.#followSoon();
    });
  }

  /** Shows others where one is. */
  #point({ selection } = this.#view.state): void {
    if (this.#agreement.isComposing) return;
    const { anchor, head } = selection.main;
    this.#room.setCursor(anchor === head ? head : { anchor, head });
  }

  /** News may come in the midst of an update, in which CodeMirror takes no other. */
  #followSoon(): void {
    if (this.#isFollowing) return;
    this.#isFollowing = true;
    queueMicrotask(() => {
      this.#isFollowing = false;
      // Cursors stand in what the room has, and drawing them could end the word.
      if (this.#agreement.isComposing) return;
      const { state } = this.#view;
      const wanted = readOnly(this.#room);
      const isSame = this.#mayWrite.get(state) === wanted;
      this.#view.dispatch({
        effects: [cursorsMoved.of(null), ...(isSame ? [] : [this.#mayWrite.reconfigure(wanted)])],
      });
    });
  }
}

function changesOf(changeSet: ChangeSet): TextChange[] {
  const changes: TextChange[] = [];
  changeSet.iterChanges((from, to, _from, _to, insert) => changes.push({ from, to, insert: insert.toString() }));
  return changes;
}

/** What it takes so that nobody types where the text would take nothing. */
function readOnly({ role, state }: Room): Extension {
  return role === 'viewer' || state.status === 'removed' ? onlyRead : mayType;
}

const onlyRead = EditorState.readOnly.of(true);
const mayType: Extension = [];

function step(state: EditorState, take: () => void): boolean {
  if (!state.readOnly) take();
  return true;
}

function colorOfId(user_id: string): string {
  return `hsl(${hueOf(user_id)} 65% 42%)`;
}
