import { type ComponentType, type ReactElement, useEffect, useState } from 'react';
import { useRoom, useText } from '../../react/index.ts';
import { t } from '../texts/t.ts';
import type { EditorProps } from './editor.tsx';

/** How long the song may take to come before the editor is fetched, in milliseconds: one may write before it has. */
const patience = 2_000;

/** The editor, fetched when the song is there to be read; where it can not be, one writes on without it. */
export function LateEditor(props: EditorProps): ReactElement | null {
  const isJoined = useRoom().status === 'joined';
  const [isDue, setDue] = useState(false);
  const [Editor, setEditor] = useState<ComponentType<EditorProps>>();
  const [isMissing, setMissing] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setDue(true), isJoined ? 0 : patience);
    return () => clearTimeout(timer);
  }, [isJoined]);
  useEffect(() => {
    if (!isDue) return;
    import('./editor.tsx').then(
      (fetched) => setEditor(() => fetched.Editor),
      () => setMissing(true),
    );
  }, [isDue]);
  if (Editor) return <Editor {...props} />;
  return isMissing ? <PlainEditor /> : null;
}

function PlainEditor(): ReactElement {
  return <textarea {...useText()} className="plain-editor" aria-label={t('The song in ChordPro')} spellCheck={false} />;
}
