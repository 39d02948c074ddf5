import { useMemo, useState } from 'react';
import { useShared } from '../../react/index.ts';
import { usePlace } from '../place.ts';
import { titleIn } from '../song/chordpro/plainText.ts';
import { type Excerpt, excerptOf } from '../song/excerpt.ts';
import { useSongRooms } from '../songs/useSongRooms.ts';
import { whyMissing } from '../songs/whyMissing.ts';
import { t } from '../texts/t.ts';
import { mostSongs, type SetlistSong, setlists, songsOf } from './setlist.ts';

/** A song of the list with what is in it; without, where it is not there, or not for the visitor. */
export interface ListedSong extends SetlistSong {
  source: string;
  excerpt: Excerpt | undefined;
  /** Why it is not there. */
  refusal: string | undefined;
}

/** The songs of the set list in order, each as it is now. */
export function useSongs(): ListedSong[] {
  const { room } = usePlace();
  const setlist = room.document(setlists);
  const content = useShared(setlists, (list) => list.content);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another content is another list
  const listed = useMemo(() => songsOf(setlist).slice(0, mostSongs), [setlist, content]);
  const rooms = useSongRooms(listed.map(({ path }) => path));
  const [read] = useState(() => new Map<string, { source: string; excerpt: Excerpt }>());
  return listed.map((song) => {
    const opened = rooms.get(song.path);
    const source = opened?.text.text ?? '';
    let known = read.get(song.path);
    if (known?.source !== source) {
      known = { source, excerpt: excerptOf(source) };
      read.set(song.path, known);
    }
    return {
      ...song,
      title: (source !== '' && titleIn(known.excerpt.song)) || song.title || t('Untitled'),
      source,
      excerpt: source === '' ? undefined : known.excerpt,
      refusal: whyMissing(opened),
    };
  });
}
