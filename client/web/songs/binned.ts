import { device } from '../visit/kept.ts';
import { keepVisited, pageOf, type Visited } from '../visit/songs.ts';

/** Something that was taken off one's list, to come back from here. */
export interface Binned extends Visited {
  /** When it was put here, in milliseconds since the epoch. */
  binned_at: number;
  /** What was in a song that is on the server no more. */
  text?: string;
}

const place = 'tutti bin';
const most = 100;
/** How long something stays, in milliseconds. */
const keptFor = 30 * 24 * 60 * 60 * 1000;

/** The newest first. What is too old has gone. */
export function binned(now = Date.now()): Binned[] {
  const bin = device.read<Binned[]>(place);
  return Array.isArray(bin) ? bin.filter(({ binned_at }) => now - binned_at < keptFor) : [];
}

export function putIntoBin(visit: Visited, text?: string): void {
  const own: Binned = { ...visit, binned_at: Date.now(), ...(text !== undefined && { text }) };
  device.write(place, [own, ...othersThan(visit.path)].slice(0, most));
}

export function takeOutOfBin(path: string): void {
  device.write(place, othersThan(path));
}

/** Puts something back into the list. */
export function putBack({ path, title, at }: Binned): void {
  takeOutOfBin(path);
  keepVisited({ path, title, at });
}

/** Who signs out leaves nothing behind. */
export function emptyBin(): void {
  device.remove(place);
}

function othersThan(path: string): Binned[] {
  return binned().filter((other) => pageOf(other.path) !== pageOf(path));
}
