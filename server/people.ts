import { Refusal } from '../shared/refusals.ts';
import { userKeyOf } from './auth.ts';
import type { Connections } from './connections.ts';
import type { Connection } from './rooms/connection.ts';

/** How long a user may be without a connection before that is told, in milliseconds. */
const grace = 5_000;
/** How often those who are watched are looked after: an instance that died says nothing. In milliseconds. */
const lookEvery = 15_000;

/** A user whom connections of this instance want to know about. */
interface Watched {
  user_id: string;
  /** As its watchers were told; undefined before they were. */
  online: boolean | undefined;
  watchers: Set<Connection>;
  /** Looks follow each other, so that the last one tells what is. */
  looking: Promise<void>;
}

export interface PeopleOptions {
  connections: Connections;
  /** Has every instance look after a user, which came or went at a time in milliseconds since the epoch. */
  announce(userKey: string, at: number): void;
  onError(error: unknown): void;
}

/** Who is online, whatever rooms they are in, for those who want to know. */
export class People {
  readonly #options: PeopleOptions;
  readonly #watched = new Map<string, Watched>();
  /** The users whose last connection here has just ended. */
  readonly #leaving = new Map<string, NodeJS.Timeout>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: PeopleOptions) {
    this.#options = options;
    this.#timer = setInterval(() => {
      for (const userKey of this.#watched.keys()) void this.look(userKey, Date.now());
    }, lookEvery);
  }

  /**
   * Tells a connection from here on when these users of its tenant come and go, in place of those it watched before. The
   * function that it resolves with says who is online: call it in the moment of answering.
   */
  async watch(connection: Connection, user_ids: string[]): Promise<() => string[]> {
    if (!connection.connected) throw new Refusal('not_found', 'the connection has ended');
    const { org_id } = connection.identity;
    const wanted = new Map(user_ids.map((user_id) => [userKeyOf({ org_id, user_id }), user_id]));
    connection.unwatch();
    const watched = [...wanted].map(([userKey, user_id]) => this.#watch(connection, userKey, user_id));
    connection.unwatch = () => {
      for (const userKey of wanted.keys()) this.#unwatch(connection, userKey);
    };
    await Promise.all([...wanted.keys()].map((userKey) => this.look(userKey, Date.now())));
    return () => {
      for (const each of watched) each.online ??= false;
      return watched.filter(({ online }) => online).map(({ user_id }) => user_id);
    };
  }

  /** A user's first connection here. */
  arrived(userKey: string): void {
    clearTimeout(this.#leaving.get(userKey));
    this.#leaving.delete(userKey);
    this.#options.announce(userKey, Date.now());
  }

  /** A user's last connection here has ended. */
  left(userKey: string): void {
    const at = Date.now();
    const told = setTimeout(() => {
      this.#leaving.delete(userKey);
      this.#options.announce(userKey, at);
    }, grace);
    this.#leaving.set(userKey, told);
  }

  /** Tells those who watch a user when it is online now and was not before, or the other way round. */
  look(userKey: string, at: number): Promise<void> {
    const watched = this.#watched.get(userKey);
    if (!watched) return Promise.resolve();
    watched.looking = watched.looking.then(() => this.#look(watched, userKey, at)).catch(this.#options.onError);
    return watched.looking;
  }

  close(): void {
    clearInterval(this.#timer);
    for (const told of this.#leaving.values()) clearTimeout(told);
  }

  #watch(connection: Connection, userKey: string, user_id: string): Watched {
    const fresh = { user_id, online: undefined, watchers: new Set<Connection>(), looking: Promise.resolve() };
    const watched = this.#watched.get(userKey) ?? fresh;
    this.#watched.set(userKey, watched);
    watched.watchers.add(connection);
    return watched;
  }

  #unwatch(connection: Connection, userKey: string): void {
    const watched = this.#watched.get(userKey);
    if (watched?.watchers.delete(connection) && watched.watchers.size === 0) this.#watched.delete(userKey);
  }

  async #look(watched: Watched, userKey: string, timestamp: number): Promise<void> {
    const online = this.#leaving.has(userKey) || (await this.#options.connections.isOnline(userKey));
    const before = watched.online;
    if (online === undefined || online === before) return;
    watched.online = online;
    if (before === undefined) return;
    const event = online ? 'user_online' : 'user_offline';
    for (const connection of watched.watchers) connection.send(event, { user_id: watched.user_id, timestamp });
  }
}
