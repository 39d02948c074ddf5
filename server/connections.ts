import { Refusal } from '../shared/refusals.ts';
import { type Identity, userKeyOf } from './auth.ts';
import type { Config } from './config.ts';
import type { Connection } from './rooms/connection.ts';
import { Tally } from './tally.ts';

/** How long a connection may take to show that it lives, before its user is refused another, in milliseconds. */
const probeTime = 2_000;

/** The live connections of this instance, by user and by address, and how many there may be. */
export class Connections {
  readonly #config: Config;
  readonly #byUser = new Map<string, Set<Connection>>();
  /** Places taken, by user and by address: also those of handshakes that are under way. */
  readonly #users = new Tally();
  readonly #addresses = new Tally();
  /** The users whose connections are being asked whether they live. */
  readonly #probes = new Map<string, Promise<unknown>>();
  #size = 0;

  constructor(config: Config) {
    this.#config = config;
  }

  get size(): number {
    return this.#size;
  }

  get userCount(): number {
    return this.#byUser.size;
  }

  *[Symbol.iterator](): Iterator<Connection> {
    for (const connections of this.#byUser.values()) yield* connections;
  }

  of(userKey: string): ReadonlySet<Connection> {
    return this.#byUser.get(userKey) ?? new Set();
  }

  /**
   * Takes a place for a user at an address, and returns how to give it back. Refuses `too_many_connections`: a user only
   * when its connections have been asked whether they live, and those that did not answer are dropped.
   */
  async reserve(identity: Identity, address: string): Promise<() => void> {
    const user = userKeyOf(identity);
    const { maxConnectionsPerUser, maxConnectionsPerIp } = this.#config;
    if (this.#users.of(user) >= maxConnectionsPerUser) await this.#dropDead(user);
    checkCap(this.#users.of(user), maxConnectionsPerUser, 'user');
    checkCap(this.#addresses.of(address), maxConnectionsPerIp, 'address');
    this.#users.change(user, 1);
    this.#addresses.change(address, 1);
    return () => {
      this.#users.change(user, -1);
      this.#addresses.change(address, -1);
    };
  }

  add(connection: Connection): void {
    const connections = this.#byUser.get(connection.userKey) ?? new Set();
    this.#byUser.set(connection.userKey, connections.add(connection));
    this.#size += 1;
  }

  remove(connection: Connection): void {
    const connections = this.#byUser.get(connection.userKey);
    if (!connections?.delete(connection)) return;
    this.#size -= 1;
    if (connections.size === 0) this.#byUser.delete(connection.userKey);
  }

  /** Ends all connections of a user. Returns how many there were. */
  disconnect(userKey: string): number {
    const connections = [...this.of(userKey)];
    for (const connection of connections) {
      connection.refuse(new Refusal('unauthorized', 'disconnected by an administrator', { fatal: true }));
    }
    return connections.length;
  }

  /** Many that ask at once share one probe. */
  #dropDead(userKey: string): Promise<unknown> {
    const probing = this.#probes.get(userKey);
    if (probing) return probing;
    const probe = Promise.all([...this.of(userKey)].map((connection) => connection.probe(probeTime)));
    this.#probes.set(userKey, probe);
    return probe.finally(() => this.#probes.delete(userKey));
  }
}

function checkCap(taken: number, cap: number, whose: string): void {
  if (taken >= cap)
    throw new Refusal('too_many_connections', `${taken} connections of this ${whose}, which is all it may`);
}
