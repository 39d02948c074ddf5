import { BlockNoteEditor } from '@blocknote/core';
import '@blocknote/core/style.css';
import { doc, parent, provider, user } from '../note.ts';

const editor = BlockNoteEditor.create({ collaboration: { fragment: doc.getXmlFragment(), provider, user } });
editor.mount(parent);
