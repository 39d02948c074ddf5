import { Refusal } from '../../shared/refusals.ts';
import type { RoomId } from '../../shared/rooms.ts';
import type { Banned } from '../access/banned.ts';
import { Groups } from '../collections/groups.ts';
import type { Config } from '../config.ts';
import type { Places } from '../limits/places.ts';
import type { Connection } from './connection.ts';

/** How long a connection may take to show that it lives, before its user is refused another, in milliseconds. */
export const probeTime = 2_000;

export interface ConnectionsOptions {
  config: Config;
  places: Places;
  /** Has the other instances, where there are any, drop a user's connections that do not answer. */
  probeElsewhere(userKey: string): Promise<void>;
  /** Told of a user's first connection here. */
  onCame(userKey: string): void;
  /** Told when the last one has ended. */
  onLeft(userKey: string): void;
}

/** The live connections of this instance, by user, and how many a user and an address may have. */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #byUser = new Groups<Connection>();
  /** The users whose connections are being asked whether they live. */
  readonly #probes = new Map<string, Promise<unknown>>();
  #size = 0;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#size;
  }

  get userCount(): number {
    return this.#byUser.size;
  }

  [Symbol.iterator](): Iterator<Connection> {
    return this.#byUser[Symbol.iterator]();
  }

  of(userKey: string): Connection[] {
    return this.#byUser.of(userKey);
  }

  /**
   * Takes a place for a user at an address, until giveBack(). Refuses `too_many_connections`: a user only
   * when its connections have been asked whether they live, and those that did not answer are dropped; as soon as it is
   * `allowed`, or as that is refused.
   */
  async reserve(user: string, address: string, allowed: Promise<void>): Promise<void> {
    const { config, places } = this.#options;
    const { maxConnectionsPerUser, maxConnectionsPerIp } = config;
    const take = () => places.take(user, maxConnectionsPerUser);
    // Both at once: with Redis that is one way there and back.
    const [atOnce, atAddress] = await Promise.all([take(), places.take(addressPlaces(address), maxConnectionsPerIp)]);
    try {
      const ofUser = atOnce || (await allowed.then(() => this.#dropDead(user)).then(take));
      if (!ofUser) throw tooMany(maxConnectionsPerUser, 'user');
      if (atAddress) return;
      places.giveBack(user);
      throw tooMany(maxConnectionsPerIp, 'address');
    } catch (error) {
      if (atAddress) places.giveBack(addressPlaces(address));
      throw error;
    }
  }

  /** The connection that a place was taken for has ended, or was not let in. */
  giveBack(user: string, address: string): void {
    this.#options.places.giveBack(user);
    this.#options.places.giveBack(addressPlaces(address));
  }

  /** How many connections a user has, on all instances. */
  countOf(userKey: string): Promise<number> {
    return this.#options.places.count(userKey);
  }

  /** Whether a user has a connection, on any instance; undefined while nobody can say. */
  async isOnline(userKey: string): Promise<boolean | undefined> {
    if (this.#byUser.has(userKey) || (await this.countOf(userKey)) > 0) return true;
    return this.#options.places.certain ? false : undefined;
  }

  /** Whether a user has connections on other instances. */
  async elsewhere(userKey: string): Promise<boolean> {
    return (await this.countOf(userKey)) > this.of(userKey).length;
  }

  add(connection: Connection): void {
    const { userKey } = connection;
    const isFirst = !this.#byUser.has(userKey);
    this.#byUser.add(userKey, connection);
    this.#size += 1;
    if (isFirst) this.#options.onCame(userKey);
  }

  remove(connection: Connection): void {
    const { userKey } = connection;
    if (!this.#byUser.delete(userKey, connection)) return;
    this.#size -= 1;
    if (!this.#byUser.has(userKey)) this.#options.onLeft(userKey);
  }

  /** Ends all connections of a user. Returns how many there were. */
  disconnect(userKey: string): number {
    const connections = this.of(userKey);
    for (const connection of connections) {
      connection.refuse(new Refusal('unauthorized', 'disconnected by an administrator', { fatal: true }));
    }
    return connections.length;
  }

  /** Whether a user is about to enter a room. */
  isJoining(userKey: string, room_id: RoomId): boolean {
    return this.of(userKey).some(({ memberships }) => memberships.isJoining(room_id));
  }

  /** Refuses a user's joins of a room that are under way. Returns on how many connections there were any. */
  turnAway(userKey: string, room_id: RoomId): number {
    return this.of(userKey).filter(({ memberships }) => memberships.turnAway(room_id)).length;
  }

  /** Ends the connections of a tenant whose user or token is banned. */
  endBanned(org_id: string, banned: Banned): void {
    for (const connection of [...this]) if (connection.identity.org_id === org_id) connection.heed(banned);
  }

  /** Drops those of a user that do not answer; resolves when all have had their time. */
  async probe(userKey: string): Promise<void> {
    await Promise.all(this.of(userKey).map((connection) => connection.probe(probeTime)));
  }

  /** Many that ask at once share one probe. */
  #dropDead(userKey: string): Promise<unknown> {
    const probing = this.#probes.get(userKey);
    if (probing) return probing;
    const probe = Promise.all([this.probe(userKey), this.#options.probeElsewhere(userKey)]);
    this.#probes.set(userKey, probe);
    return probe.finally(() => this.#probes.delete(userKey));
  }
}

/** A user's are under its own key, which is never like this. */
function addressPlaces(address: string): string {
  return `address:${address}`;
}

function tooMany(cap: number, whose: string): Refusal {
  return new Refusal('too_many_connections', `${cap} connections of this ${whose}, which is all it may`);
}
