import { EditorView } from '@codemirror/view';
import { useCallback, useEffect, useState } from 'react';
import { useCursors } from '../../react/index.ts';
import { usePlace } from '../place.ts';

/** Whom this window follows, and how to follow someone or nobody: the editor and the sheet go where their cursor goes. */
export function useFollowing(
  view: EditorView | undefined,
): [user_id: string | undefined, follow: (user_id: string | undefined) => void] {
  const { room } = usePlace();
  const [following, setFollowing] = useState<string>();
  const cursor = useCursors().find(({ user_id }) => user_id === following);
  const position = cursor?.position;
  const head = typeof position === 'number' ? position : position?.head;

  useEffect(() => {
    if (!view || following === undefined || head === undefined || head > view.state.doc.length) return;
    view.dispatch({ effects: EditorView.scrollIntoView(head, { y: 'center' }) });
    const line = view.state.doc.lineAt(head).number - 1;
    document.querySelector(`[data-line="${line}"]`)?.scrollIntoView({ block: 'center' });
  }, [view, following, head]);

  useEffect(() => {
    return room.on('participants', (participants) => {
      setFollowing((user) => (participants.some(({ user_id }) => user_id === user) ? user : undefined));
    });
  }, [room]);

  return [following, useCallback((user_id) => setFollowing(user_id), [])];
}
