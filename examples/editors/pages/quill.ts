import Quill from 'quill';
import QuillCursors from 'quill-cursors';
import 'quill/dist/quill.snow.css';
import { QuillBinding } from 'y-quill';
import { doc, parent, provider } from '../note.ts';

Quill.register('modules/cursors', QuillCursors);
const quill = new Quill(parent, {
  theme: 'snow',
  modules: {
    cursors: true,
    history: { userOnly: true }, // one's own undo
  },
});
new QuillBinding(doc.getText(), quill, provider.awareness);
