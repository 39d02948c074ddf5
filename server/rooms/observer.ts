import type { Document, Held } from '../documents/document.ts';
import type { News } from '../logs/log.ts';
import type { Member } from './member.ts';

/** Told of what happens in rooms, by their keys, beside those who are there. No room waits for it. */
export interface Observer {
  /** A room is in memory. */
  loaded(key: string, document: Document): void;
  /**
   * Something is in the log, and in what the room holds, whether that is in memory or not; and whether it was written here.
   * Without entries: the room has another history.
   */
  changed(key: string, held: Held, news: News, here: boolean): unknown;
  joined(key: string, member: Member): void;
  left(key: string, member: Member): void;
  /** The last one has left here. */
  emptied(key: string): void;
  /** Somebody is there, on whatever instance, and nobody was before; or the other way round. `head`: where the document stands. */
  occupied(key: string, head: { epoch: string; revision: number }, isOccupied: boolean): void;
}

/** Several as one, each told of what it wants to know. */
export function together(...observers: Partial<Observer>[]): Observer {
  return {
    loaded(...args) {
      for (const each of observers) each.loaded?.(...args);
    },
    changed(...args) {
      for (const each of observers) each.changed?.(...args);
    },
    joined(...args) {
      for (const each of observers) each.joined?.(...args);
    },
    left(...args) {
      for (const each of observers) each.left?.(...args);
    },
    emptied(...args) {
      for (const each of observers) each.emptied?.(...args);
    },
    occupied(...args) {
      for (const each of observers) each.occupied?.(...args);
    },
  };
}
