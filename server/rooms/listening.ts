import type { RoomMessage } from './relay.ts';

/** Told of what happens in a room that it keeps in memory. */
export interface RoomListener {
  /** The document stands elsewhere: there are entries, or another history. */
  changed(): void;
  message(message: RoomMessage['message']): void;
  /** The room was deleted, or the server stops. */
  closed(): void;
}

/** Who listens to a room in this process. */
export class Listening {
  readonly #listeners = new Set<RoomListener>();

  get none(): boolean {
    return this.#listeners.size === 0;
  }

  /** Returns how to stop. */
  add(listener: RoomListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  readonly changed = (): void => {
    for (const listener of this.#listeners) listener.changed();
  };

  readonly message = (message: RoomMessage['message']): void => {
    for (const listener of this.#listeners) listener.message(message);
  };

  readonly closed = (): void => {
    for (const listener of this.#listeners) listener.closed();
  };
}
