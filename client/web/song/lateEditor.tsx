import { type ComponentType, type ReactElement, useEffect, useState } from 'react';
import { flushSync } from 'react-dom';
import { useConnection, useText } from '../../react/index.ts';
import { t } from '../texts/t.ts';
import { useSettled } from '../visit/entering.ts';
import type { EditorProps } from './editor.tsx';

/** The editor, fetched when the song is there to be read; where it can not be, one writes on without it until it can. */
export function LateEditor(props: EditorProps): ReactElement | null {
  const isDue = useSettled();
  const isConnected = useConnection().status === 'connected';
  const [fetched, setFetched] = useState<{ Editor: ComponentType<EditorProps>; caret: number | undefined }>();
  const [isMissing, setMissing] = useState(false);
  // What could not be fetched is asked for again when there is a connection.
  // biome-ignore lint/correctness/useExhaustiveDependencies: as said
  useEffect(() => {
    if (!isDue) return;
    import('./editor.tsx').then(
      // At once: nothing is typed between where the caret was and where it is then.
      ({ Editor }) => flushSync(() => setFetched((before) => before ?? { Editor, caret: caretInPlain() })),
      () => setMissing(true),
    );
  }, [isDue, isConnected]);
  if (fetched) return <fetched.Editor {...props} caret={fetched.caret} />;
  return isMissing ? <PlainEditor /> : null;
}

/** Where one is writing without the editor; undefined where nobody is. */
function caretInPlain(): number | undefined {
  const { activeElement: field } = document;
  return field instanceof HTMLTextAreaElement && field.matches('.plain-editor') ? field.selectionStart : undefined;
}

function PlainEditor(): ReactElement {
  return <textarea {...useText()} className="plain-editor" aria-label={t('The song in ChordPro')} spellCheck={false} />;
}
