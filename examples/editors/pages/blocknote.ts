import { BlockNoteEditor } from '@blocknote/core';
import '@blocknote/core/style.css';
import { doc, parent, provider, user } from '../note.ts';

const fragment = doc.getXmlFragment();
const editor = BlockNoteEditor.create({ collaboration: { fragment, provider, user, showCursorLabels: 'always' } });
editor.mount(parent);
