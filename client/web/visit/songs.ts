import { device } from './kept.ts';

/** A song or a session that was open on this device. */
export interface Visited {
  /** Its address on this server: with the invitation, where it was opened by one. */
  path: string;
  title: string;
  /** When it was last open, in milliseconds since the epoch. */
  at: number;
}

const place = 'tutti songs';
const most = 100;

/** Newest first. */
export function visited(): Visited[] {
  const songs = device.read<Visited[]>(place);
  return Array.isArray(songs) ? songs : [];
}

export function keepVisited(visit: Visited): void {
  device.write(place, [visit, ...othersThan(visit.path)].slice(0, most));
}

export function forgetVisited(path: string): void {
  device.write(place, othersThan(path));
}

/** Who signs out leaves no titles behind. */
export function forgetAllVisited(): void {
  device.remove(place);
}

function othersThan(path: string): Visited[] {
  return visited().filter((other) => pageOf(other.path) !== pageOf(path));
}

/** A path without what is behind `#`. */
export function pageOf(path: string): string {
  return path.replace(/#.*/, '');
}

/** The id of a song or a session that nobody has begun. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => (byte % 36).toString(36)).join('');
}
