import type { Connection } from './connection/connection.ts';
import { Listeners } from './listeners.ts';

export interface PresenceEvents {
  /** Someone came online or went, or others are watched. */
  change: readonly string[];
}

/** Who of some users is online, whatever rooms they are in. */
export class Presence {
  readonly #connection: Connection;
  readonly #listeners = new Listeners<PresenceEvents>();
  #watched: string[] = [];
  #online: readonly string[] = [];

  constructor(connection: Connection) {
    this.#connection = connection;
    connection.on('connected', () => {
      if (this.#watched.length > 0) this.watch(this.#watched).catch(() => {});
    });
    connection.on('user_online', ({ user_id }) => this.#change([...this.#without(user_id), user_id]));
    connection.on('user_offline', ({ user_id }) => this.#change(this.#without(user_id)));
  }

  /** Those of the watched users who are online, as far as is known. */
  get online(): readonly string[] {
    return this.#online;
  }

  /** Watches these users, at most 200, in place of those before, also over reconnections. Throws a Refusal. */
  async watch(user_ids: string[]): Promise<void> {
    this.#watched = user_ids;
    const { online } = await this.#connection.request('presence_subscribe', { user_ids });
    if (this.#watched === user_ids) this.#change(online);
  }

  /** Returns how to stop listening. */
  on<Name extends keyof PresenceEvents>(name: Name, listener: (event: PresenceEvents[Name]) => void): () => void {
    return this.#listeners.on(name, listener);
  }

  #without(user_id: string): string[] {
    return this.#online.filter((each) => each !== user_id);
  }

  #change(online: readonly string[]): void {
    this.#online = online;
    this.#listeners.emit('change', online);
  }
}
