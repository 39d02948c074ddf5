import { useMemo } from 'react';
import { useCursors } from '../../react/index.ts';
import { useColors, usePeopleNames, usePlace } from '../place.ts';
import { lineAt, lineStarts } from './lines.ts';
import type { Reader } from './sheetLine.tsx';

/** In which line of the source everyone's cursor is, one's own at `line` included. */
export function useReaders(source: string, line: number | undefined): ReadonlyMap<number, Reader[]> {
  const { client } = usePlace();
  const cursors = useCursors();
  const colorOf = useColors();
  const nameOf = usePeopleNames();
  // Names change as rarely as colours do; the map is made anew for what moves.
  // biome-ignore lint/correctness/useExhaustiveDependencies: nameOf is new with each render
  return useMemo(() => {
    const readers = new Map<number, Reader[]>();
    const add = (at: number, user_id: string, client_id: string) => {
      const reader = { client_id, name: nameOf(user_id), color: colorOf(user_id) };
      const others = readers.get(at);
      if (others) others.push(reader);
      else readers.set(at, [reader]);
    };
    const starts = lineStarts(source);
    const own = client.greeting?.user.user_id;
    if (line !== undefined && own !== undefined) add(line, own, 'own');
    for (const { user_id, client_id, position } of cursors) {
      const head = typeof position === 'number' ? position : position?.head;
      if (head !== undefined) add(lineAt(starts, head), user_id, client_id);
    }
    return readers;
  }, [source, line, cursors, colorOf, client]);
}
