import { editor, KeyCode, KeyMod } from 'monaco-editor/editor';
import { MonacoBinding } from 'y-monaco';
import { UndoManager } from 'yjs';
import { doc, parent, provider } from '../note.ts';

self.MonacoEnvironment = { getWorker: () => new Worker('worker.js', { type: 'module' }) };

const text = doc.getText();
const view = editor.create(parent, { language: 'plaintext', automaticLayout: true, padding: { top: 24 } });
const model = view.getModel();
if (!model) throw new Error('the editor has no text');
const binding = new MonacoBinding(text, model, new Set([view]), provider.awareness);

// Monaco's own would take back what others write, too.
const undo = new UndoManager(text, { trackedOrigins: new Set([binding]) });
view.addCommand(KeyMod.CtrlCmd | KeyCode.KeyZ, () => undo.undo());
view.addCommand(KeyMod.CtrlCmd | KeyMod.Shift | KeyCode.KeyZ, () => undo.redo());

// The binding gives each one a class, and no more.
const style = document.head.appendChild(document.createElement('style'));
provider.awareness.on('change', () => {
  style.textContent = [...provider.awareness.getStates()]
    .map(([id, { user }]) => {
      const { name, color, colorLight } = user ?? {};
      return `.yRemoteSelection-${id} { background: ${colorLight} }
        .yRemoteSelectionHead-${id} { border-left: 2px solid ${color} }
        .yRemoteSelectionHead-${id}::after { content: ${JSON.stringify(name)}; background: ${color} }`;
    })
    .join('\n');
});
