import type { RoomId } from '../../../shared/rooms.ts';
import { type SharedBoard, sharedBoard } from '../../board.ts';
import { songAt } from '../songs/songAt.ts';

/** What a band plays, and how: the same for all of them. Whoever may write there may have written anything. */
export interface SetlistContent {
  title?: unknown;
  songs?: unknown;
}

/** A song of a set list. */
export interface SetlistSong {
  id: string;
  /** Its page on this server, from the base path on: with the invitation, where it was put here by one. */
  path: string;
  room_id: RoomId;
  /** What it was called when it was put here. */
  title: string;
  /** Semitones up from what is written. */
  transpose: number;
  /** The fret; undefined: as the song says. */
  capo: number | undefined;
}

export const setlists = sharedBoard<SetlistContent>('setlist');
export type SharedSetlist = SharedBoard<SetlistContent>;

/** Set lists are no longer than that: a connection is in 50 rooms at most. */
export const mostSongs = 40;
export const longestTitle = 200;

/** What it is called. */
export function titleOf({ title }: SetlistContent): string {
  return typeof title === 'string' ? title.slice(0, longestTitle) : '';
}

/** Its songs in order; what is no song is not shown. */
export function songsOf(setlist: SharedSetlist): SetlistSong[] {
  const { songs } = setlist.value;
  const ids = setlist.ids(['songs']);
  if (!Array.isArray(songs)) return [];
  return ids.flatMap((id, at) => readSong(id, songs[at]) ?? []);
}

export function addSong(setlist: SharedSetlist, song: Pick<SetlistSong, 'path' | 'title'>): void {
  // Where somebody else has begun the list meanwhile, it is theirs that is gone on with.
  if (setlist.get(['songs']) === undefined)
    void setlist.do({ type: 'set', path: ['songs'], node: { items: {} }, was: null }).catch(() => {});
  setlist.insert(['songs'], { ...song, title: song.title.slice(0, longestTitle), transpose: 0, capo: null });
}

function readSong(id: string, raw: unknown): SetlistSong | undefined {
  const { path, title, transpose, capo } = (raw ?? {}) as Record<string, unknown>;
  const at = typeof path === 'string' ? songAt(path) : undefined;
  if (!at) return undefined;
  return {
    id,
    path: path as string,
    room_id: at.room_id,
    title: typeof title === 'string' ? title.slice(0, longestTitle) : '',
    transpose: wholeFrom(transpose, -11, 11) ?? 0,
    capo: wholeFrom(capo, 0, 11),
  };
}

function wholeFrom(value: unknown, least: number, most: number): number | undefined {
  return Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most ? Number(value) : undefined;
}
