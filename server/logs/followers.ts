import { Groups } from '../collections/groups.ts';
import type { News } from './log.ts';

type Listener = (news: News) => void;

/** Told of a room that has its first entry, or that there may be some. */
type FirstsListener = (room?: string) => void;

/** Who follows which room, within this process. */
export class Followers {
  readonly #listeners = new Groups<Listener>();
  readonly #firsts = new Set<FirstsListener>();

  /** Returns how to stop. */
  follow(room: string, listener: Listener): () => void {
    this.#listeners.add(room, listener);
    return () => void this.#listeners.delete(room, listener);
  }

  /** The same of all rooms that begin. */
  followFirsts(listener: FirstsListener): () => void {
    this.#firsts.add(listener);
    return () => this.#firsts.delete(listener);
  }

  /** Tells of an append that was made here. */
  appended(room: string, news: News): void {
    if (news.revision === 0) this.tellFirst(room);
    this.tell(room, news);
  }

  tellFirst(room?: string): void {
    for (const listener of [...this.#firsts]) listener(room);
  }

  tell(room: string, news: News): void {
    for (const listener of this.#listeners.of(room)) listener(news);
  }
}
