import { KeptPages } from '../visit/keptPages.ts';
import { type Visited, visited } from '../visit/visited.ts';

/** Something that was taken off one's list, to come back from here. */
export interface Binned extends Visited {
  /** When it was put here, in milliseconds since the epoch. */
  binned_at: number;
  /** What was in a song that is on the server no more. */
  text?: string;
}

/** How long something stays, in milliseconds. */
const keptFor = 30 * 24 * 60 * 60 * 1000;

export const bin = new KeptPages<Binned>('tutti bin', ({ binned_at }) => Date.now() - binned_at < keptFor);

export function putIntoBin(visit: Visited, text?: string): void {
  bin.put({ ...visit, binned_at: Date.now(), ...(text !== undefined && { text }) });
}

/** Puts something back into the list. */
export function putBack({ path, title, at }: Binned): void {
  bin.take(path);
  visited.put({ path, title, at });
}
