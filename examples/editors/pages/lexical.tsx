import { LexicalCollaboration } from '@lexical/react/LexicalCollaborationContext';
import { CollaborationPlugin } from '@lexical/react/LexicalCollaborationPlugin';
import { LexicalComposer } from '@lexical/react/LexicalComposer';
import { ContentEditable } from '@lexical/react/LexicalContentEditable';
import { LexicalErrorBoundary } from '@lexical/react/LexicalErrorBoundary';
import { RichTextPlugin } from '@lexical/react/LexicalRichTextPlugin';
import type { Provider } from '@lexical/yjs';
import { createRoot } from 'react-dom/client';
import { doc, parent, provider, user } from '../note.ts';

const config = {
  namespace: 'note',
  editorState: null, // it is the document's
  onError(error: Error) {
    throw error;
  },
};

createRoot(parent).render(
  <LexicalComposer initialConfig={config}>
    <LexicalCollaboration>
      <RichTextPlugin contentEditable={<ContentEditable />} ErrorBoundary={LexicalErrorBoundary} />
      <CollaborationPlugin
        id="note"
        providerFactory={(id, docs) => {
          docs.set(id, doc);
          return provider as unknown as Provider; // whose awareness is Lexical's own
        }}
        shouldBootstrap={false}
        username={user.name}
        cursorColor={user.color}
      />
    </LexicalCollaboration>
  </LexicalComposer>,
);
