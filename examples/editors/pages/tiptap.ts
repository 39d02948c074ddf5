import { Editor } from '@tiptap/core';
import { Collaboration } from '@tiptap/extension-collaboration';
import { CollaborationCaret } from '@tiptap/extension-collaboration-caret';
import { StarterKit } from '@tiptap/starter-kit';
import { doc, parent, provider, user } from '../note.ts';

new Editor({
  element: parent,
  extensions: [
    StarterKit.configure({ undoRedo: false }), // Collaboration has one's own
    Collaboration.configure({ document: doc }),
    CollaborationCaret.configure({ provider, user }),
  ],
});
