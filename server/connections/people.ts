import { Refusal } from '../../shared/refusals.ts';
import { userKeyOf } from '../access/identity.ts';
import type { Connection } from './connection.ts';
import type { Connections } from './connections.ts';

/** How long a user may be without a connection before that is told, in milliseconds. */
const grace = 5_000;
/** How often those who are watched are looked after: an instance that died says nothing. In milliseconds. */
const lookEvery = 15_000;

/** A connection, for as long as it wants to know about the same people. */
interface Watcher {
  connection: Connection;
  /** The connection has ended, or has subscribed anew. */
  over: boolean;
}

/** A user whom connections of this instance want to know about. */
interface Watched {
  user_id: string;
  /** As its watchers were told; undefined before they were. */
  online: boolean | undefined;
  /** Runs from the moment in which it was last seen, until that is told. */
  leaving: NodeJS.Timeout | undefined;
  watchers: Set<Watcher>;
  /** Looks follow each other, so that the last one tells what is. */
  looking: Promise<void>;
}

export interface PeopleOptions {
  connections: Connections;
  /** Whether a connection may know of a user. */
  shows(connection: Connection, user_id: string): boolean;
  onError(error: unknown): void;
}

/** Tells connections of this instance who is online, on whatever instance and in whatever rooms. */
export class People {
  readonly #options: PeopleOptions;
  readonly #watched = new Map<string, Watched>();
  /** The users that each connection watches. */
  readonly #watching = new WeakMap<Connection, ReadonlyMap<string, string>>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: PeopleOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.lookAtAll(), lookEvery);
  }

  /** Whether a connection may know of a user: guests may of those in their room. */
  shows(connection: Connection, user_id: string): boolean {
    return this.#options.shows(connection, user_id);
  }

  /** How many of these users a connection does not watch yet: so many have to be looked for. */
  unwatched(connection: Connection, user_ids: string[]): number {
    const watched = this.#watching.get(connection);
    const { org_id } = connection.identity;
    return user_ids.filter((user_id) => !watched?.has(userKeyOf({ org_id, user_id }))).length;
  }

  /**
   * Tells a connection from here on when these users of its tenant come and go, in place of those it watched before. The
   * function that it resolves with says who is online: call it in the moment of answering. It refuses `conflict`.
   */
  async watch(connection: Connection, user_ids: string[]): Promise<() => string[]> {
    if (!connection.connected) throw new Refusal('not_found', 'the connection has ended');
    const { org_id } = connection.identity;
    const wanted = new Map(user_ids.map((user_id) => [userKeyOf({ org_id, user_id }), user_id]));
    const watcher: Watcher = { connection, over: false };
    const watched = [...wanted].map(([userKey, user_id]) => this.#watch(watcher, userKey, user_id));
    connection.unwatch();
    this.#watching.set(connection, wanted);
    connection.unwatch = () => {
      watcher.over = true;
      for (const userKey of wanted.keys()) this.#unwatch(watcher, userKey);
    };
    await Promise.all([...wanted.keys()].map((userKey) => this.#look(userKey, Date.now())));
    return () => {
      if (watcher.over) throw subscribedAnew();
      for (const each of watched) each.online ??= false;
      return watched.filter(({ online }) => online).map(({ user_id }) => user_id);
    };
  }

  /** A user has its first connection on some instance. */
  async came(userKey: string, at: number): Promise<void> {
    await this.#look(userKey, at);
  }

  /** A user's last connection on some instance has ended. It may be back at once, or be on another one. */
  left(userKey: string, at: number): void {
    const watched = this.#watched.get(userKey);
    if (!watched) return;
    clearTimeout(watched.leaving);
    watched.leaving = setTimeout(() => {
      watched.leaving = undefined;
      void this.#look(userKey, at);
    }, grace);
  }

  /** An instance may have gone without a word. */
  lookAtAll(): void {
    for (const userKey of this.#watched.keys()) void this.#look(userKey, Date.now());
  }

  close(): void {
    clearInterval(this.#timer);
    for (const { leaving } of this.#watched.values()) clearTimeout(leaving);
  }

  #watch(watcher: Watcher, userKey: string, user_id: string): Watched {
    const watched: Watched = this.#watched.get(userKey) ?? {
      user_id,
      online: undefined,
      leaving: undefined,
      watchers: new Set(),
      looking: Promise.resolve(),
    };
    this.#watched.set(userKey, watched);
    watched.watchers.add(watcher);
    return watched;
  }

  #unwatch(watcher: Watcher, userKey: string): void {
    const watched = this.#watched.get(userKey);
    if (!watched?.watchers.delete(watcher) || watched.watchers.size > 0) return;
    clearTimeout(watched.leaving);
    this.#watched.delete(userKey);
  }

  /** Tells those who watch a user when it is online now and was not before, or the other way round. */
  #look(userKey: string, at: number): Promise<void> {
    const watched = this.#watched.get(userKey);
    if (!watched) return Promise.resolve();
    watched.looking = watched.looking.then(() => this.#compare(watched, userKey, at)).catch(this.#options.onError);
    return watched.looking;
  }

  async #compare(watched: Watched, userKey: string, timestamp: number): Promise<void> {
    const online = await this.#options.connections.isOnline(userKey);
    // Nobody can say: it is asked again.
    if (online === undefined) this.left(userKey, timestamp);
    const before = watched.online;
    if (online === undefined || online === before || (!online && watched.leaving)) return;
    watched.online = online;
    if (before === undefined) return;
    const event = online ? 'user_online' : 'user_offline';
    for (const { connection } of watched.watchers) {
      if (this.shows(connection, watched.user_id)) connection.send(event, { user_id: watched.user_id, timestamp });
    }
  }
}

export function subscribedAnew(): Refusal {
  return new Refusal('conflict', 'user_ids: a later list took the place of this one meanwhile');
}
