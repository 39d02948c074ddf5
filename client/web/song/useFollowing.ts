import { useCallback, useEffect, useState } from 'react';
import { useCursors } from '../../react/index.ts';
import { usePlace } from '../place.ts';
import type { EditorHandle } from './editor.tsx';
import { lineAt, lineStarts } from './lines.ts';

/** Whom this window follows: the editor and the sheet go where their cursor goes. */
export interface Following {
  user_id: string | undefined;
  /** Whether there is a cursor of theirs to be followed. */
  hasCursor: boolean;
  /** Follows someone, or nobody. */
  follow(user_id: string | undefined): void;
}

/** `source` is what the sheet shows; `shown` is the side that the page shows, where it shows one at a time. */
export function useFollowing(editor: EditorHandle | undefined, source: string, shown: string): Following {
  const { room } = usePlace();
  const [user_id, setFollowing] = useState<string>();
  const cursor = useCursors().find((each) => each.user_id === user_id);
  const position = cursor?.position;
  const head = typeof position === 'number' ? position : position?.head;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a side that was not shown was not scrolled
  useEffect(() => {
    if (user_id === undefined || head === undefined) return;
    editor?.show(head);
    lineOnSheet(lineAt(lineStarts(source), head))?.scrollIntoView({ block: 'center' });
  }, [editor, source, user_id, head, shown]);

  useEffect(() => {
    return room.on('participants', (participants) => {
      setFollowing((user) => (participants.some((each) => each.user_id === user) ? user : undefined));
    });
  }, [room]);

  return { user_id, hasCursor: head !== undefined, follow: useCallback((user) => setFollowing(user), []) };
}

/** Where the sheet shows a line of the source, or the last one before it that it shows. */
function lineOnSheet(line: number): Element | undefined {
  const lines = [...document.querySelectorAll<HTMLElement>('.sheet [data-line]')];
  return lines.findLast(({ dataset }) => Number(dataset.line) <= line) ?? lines[0];
}
