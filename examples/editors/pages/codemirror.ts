import { defaultKeymap } from '@codemirror/commands';
import { EditorView, keymap } from '@codemirror/view';
import { yCollab, yUndoManagerKeymap } from 'y-codemirror.next';
import { doc, parent, provider } from '../note.ts';

const text = doc.getText();
new EditorView({
  doc: text.toString(),
  extensions: [keymap.of([...yUndoManagerKeymap, ...defaultKeymap]), yCollab(text, provider.awareness)],
  parent,
});
