import { standardKeymap } from '@codemirror/commands';
import { Compartment } from '@codemirror/state';
import { drawSelection, EditorView, keymap, placeholder } from '@codemirror/view';
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { tutti } from '../../bindings/codemirror.ts';
import { useColors, usePlace } from '../place.ts';
import { t } from '../texts/t.ts';
import { highlight } from './highlight.ts';

/** What a page does with the editor. */
export interface EditorHandle {
  /** Brings the cursor into a line, counted from 0. */
  goTo(line: number): void;
  /** Brings a place of the text into sight. */
  show(place: number): void;
}

export interface EditorProps {
  /** Where the caret stands from the first, where the keyboard is the editor's then. */
  caret?: number | undefined;
  /** Called with the editor, and with undefined when it goes. */
  onEditor(editor: EditorHandle | undefined): void;
  /** Called with the line that the cursor is in, counted from 0. */
  onLine(line: number): void;
  /** Called when the visitor types, or moves the cursor. */
  onTouched(): void;
}

/** The song as it is written: ChordPro. */
export function Editor({ caret, onEditor, onLine, onTouched }: EditorProps): ReactElement {
  const { room } = usePlace();
  const colorOf = useColors();
  const parent = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<EditorView>();
  const [slot] = useState(() => new Compartment());
  const [begunAt] = useState(caret);
  const [told] = useState({ onLine, onTouched });
  Object.assign(told, { onLine, onTouched });

  useEffect(() => {
    if (!parent.current) return;
    const created = new EditorView({
      doc: room.text.text,
      ...(begunAt !== undefined && { selection: { anchor: Math.min(begunAt, room.text.length) } }),
      parent: parent.current,
      extensions: [
        keymap.of(standardKeymap),
        drawSelection(),
        highlight,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({
          'aria-label': t('The song in ChordPro'),
          spellcheck: 'false',
          tabindex: '0',
        }),
        placeholder(`{title: ${t('A new song')}}\n${t('Words, with the [G]chords in brackets')}`),
        slot.of(tutti(room)),
        EditorView.updateListener.of(({ selectionSet, docChanged, state, transactions }) => {
          if (selectionSet || docChanged) told.onLine(state.doc.lineAt(state.selection.main.head).number - 1);
          if (transactions.some((each) => each.isUserEvent('select') || each.isUserEvent('input'))) told.onTouched();
        }),
      ],
    });
    if (begunAt !== undefined) created.focus();
    setView(created);
    return () => {
      setView(undefined);
      created.destroy();
    };
  }, [room, slot, told, begunAt]);

  useEffect(() => onEditor(view && handleOf(view)), [view, onEditor]);
  useEffect(() => view?.dispatch({ effects: slot.reconfigure(tutti(room, { colorOf })) }), [view, room, colorOf, slot]);

  return <div className="editor" ref={parent} />;
}

function handleOf(view: EditorView): EditorHandle {
  return {
    goTo(line) {
      if (line >= view.state.doc.lines) return;
      const anchor = view.state.doc.line(line + 1).from;
      view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
    },
    show(place) {
      const { length } = view.state.doc;
      view.dispatch({ effects: EditorView.scrollIntoView(Math.min(place, length), { y: 'center' }) });
    },
  };
}
