import { useMemo } from 'react';
import { type Excerpt, excerptOf } from '../song/excerpt.ts';
import { useSongRooms } from '../songs/useSongRooms.ts';
import { whyMissing } from '../songs/whyMissing.ts';
import type { Track } from './tracks.ts';

export interface TrackSong {
  path: string;
  source: string;
  excerpt: Excerpt;
}

/** The song that plays, as it is now: undefined where none does, and until it is there; `missing` is why it is not. */
export function useTrackSong(track: Track | undefined): { song: TrackSong | undefined; missing: string | undefined } {
  const path = track?.kind === 'song' ? track.path : undefined;
  const rooms = useSongRooms(path === undefined ? [] : [path]);
  const room = path === undefined ? undefined : rooms.get(path);
  const source = room?.text.text ?? '';
  const excerpt = useMemo(() => excerptOf(source), [source]);
  const song = path === undefined || source === '' ? undefined : { path, source, excerpt };
  return { song, missing: whyMissing(room) };
}
