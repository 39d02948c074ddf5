/** The public face of `tutti/monaco`, as tsc declares it: written by `npm run docs`, to be read in a diff. */
import type { editor } from 'monaco-editor';
import type { Room } from 'tutti/client';
export { bindMonaco };

declare function bindMonaco(editor: editor.ICodeEditor, room: Room): () => void;
