import { KeptPages } from './keptPages.ts';

/** A song, a session or a set list that was open on this device. */
export interface Visited {
  /** Its address on this server: with the invitation, where it was opened by one. */
  path: string;
  title: string;
  /** When it was last open, in milliseconds since the epoch. */
  at: number;
}

export const visited = new KeptPages<Visited>('tutti songs');

/** The id of a song or a session that nobody has begun. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => (byte % 36).toString(36)).join('');
}
