import { useMemo } from 'react';
import { type Excerpt, excerptOf } from '../song/excerpt.ts';
import { useSongRooms } from '../songs/useSongRooms.ts';
import type { Track } from './tracks.ts';

export interface TrackSong {
  path: string;
  source: string;
  excerpt: Excerpt;
}

/** The song that plays, as it is now; undefined where none does, and until it is there. */
export function useTrackSong(track: Track | undefined): TrackSong | undefined {
  const path = track?.kind === 'song' ? track.path : undefined;
  const rooms = useSongRooms(path === undefined ? [] : [path]);
  const source = (path !== undefined && rooms.get(path)?.text.text) || '';
  const excerpt = useMemo(() => excerptOf(source), [source]);
  return path === undefined || source === '' ? undefined : { path, source, excerpt };
}
