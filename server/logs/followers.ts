import type { News } from './log.ts';

type Listener = (news: News) => void;

/** Who follows which room, within this process. */
export class Followers {
  readonly #listeners = new Map<string, Set<Listener>>();

  /** Returns how to stop. */
  follow(room: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(room) ?? new Set();
    this.#listeners.set(room, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(room) === listeners) this.#listeners.delete(room);
    };
  }

  tell(room: string, news: News): void {
    for (const listener of [...(this.#listeners.get(room) ?? [])]) listener(news);
  }
}
