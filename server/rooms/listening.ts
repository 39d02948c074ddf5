import type { RoomMessage } from './relay.ts';

/** Told of what happens in a room that it keeps in memory. */
export interface RoomListener {
  /** The document stands elsewhere: there are entries, or another history. */
  changed(): void;
  message(message: RoomMessage['message']): void;
  /** The room was deleted, or the server stops. */
  closed(): void;
}

const nobody: readonly RoomListener[] = [];

/** Who listens to a room in this process. */
export class Listening {
  #listeners: readonly RoomListener[] = nobody;

  get none(): boolean {
    return this.#listeners.length === 0;
  }

  /** Returns how to stop. */
  add(listener: RoomListener): () => void {
    this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    };
  }

  changed(): void {
    for (const listener of this.#listeners) listener.changed();
  }

  message(message: RoomMessage['message']): void {
    for (const listener of this.#listeners) listener.message(message);
  }

  closed(): void {
    for (const listener of this.#listeners) listener.closed();
  }
}
