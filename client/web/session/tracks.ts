import { readable } from '../readable.ts';
import { songAt } from '../songs/songAt.ts';
import { pageOf } from '../visit/keptPages.ts';
import { type Tune, tuneOf } from './tunes.ts';

/** What a session plays: a tune that the page knows, a song of the band's, or something at an address. */
export type Track = { kind: 'tune'; tune: Tune } | { kind: 'song'; path: string } | { kind: 'link'; address: string };

/** An id is no longer. */
export const longestId = 1_024;

/** undefined for what this page does not know. */
export function trackOf(track_id: string | null): Track | undefined {
  if (track_id === null) return undefined;
  const tune = tuneOf(track_id);
  if (tune) return { kind: 'tune', tune };
  const path = `/${track_id.replace(':', '/')}`;
  if (track_id.startsWith('song:') && songAt(path)) return { kind: 'song', path };
  return isAddress(track_id) ? { kind: 'link', address: track_id } : undefined;
}

/** The track of a song's page: with the invitation, where it was opened by one. undefined where that is none. */
export function trackOfPage(path: string): string | undefined {
  const { room_id, invitation } = songAt(path) ?? {};
  if (room_id === undefined) return undefined;
  const track_id = invitation === undefined ? room_id : `${room_id}#token=${invitation}`;
  return track_id.length <= longestId ? track_id : undefined;
}

/** What a track is called where nothing else is known of it. */
export function nameOfTrack(track_id: string): string {
  return readable(track_id.startsWith('song:') ? pageOf(track_id).slice('song:'.length) : track_id);
}

/** Whether something can be played, or followed, from here. */
export function isAddress(text: string): boolean {
  return text.length <= longestId && /^https:\/\/[^\s"<>]+$/.test(text) && URL.canParse(text);
}

/** What was typed, as an address is written: with `%20` for a space. */
export function addressIn(text: string): string {
  return URL.canParse(text.trim()) ? new URL(text.trim()).href : text;
}

/** How long what is at an address takes, in milliseconds; undefined where it is nothing to listen to. */
export function durationAt(address: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const audio = new Audio();
    audio.preload = 'metadata';
    audio.onloadedmetadata = () =>
      resolve(Number.isFinite(audio.duration) ? Math.ceil(audio.duration * 1000) : undefined);
    audio.onerror = () => resolve(undefined);
    setTimeout(() => resolve(undefined), 5_000);
    audio.src = address;
  });
}
