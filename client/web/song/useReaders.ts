import { useMemo } from 'react';
import { useCursors } from '../../react/index.ts';
import { useColors, usePeopleNames, usePlace } from '../place.ts';
import type { Reader } from './sheet.tsx';

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
      readers.set(at, [...(readers.get(at) ?? []), reader]);
    };
    const own = client.greeting?.user.user_id;
    if (line !== undefined && own !== undefined) add(line, own, 'own');
    for (const { user_id, client_id, position } of cursors) {
      const head = typeof position === 'number' ? position : position?.head;
      if (head !== undefined) add(lineAt(source, head), user_id, client_id);
    }
    return readers;
  }, [source, line, cursors, colorOf, client]);
}

function lineAt(source: string, offset: number): number {
  let line = 0;
  for (let at = source.indexOf('\n'); at >= 0 && at < offset; at = source.indexOf('\n', at + 1)) line += 1;
  return line;
}
