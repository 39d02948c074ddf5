import type { IncomingMessage } from 'node:http';
import { Refusal } from '../../shared/refusals.ts';
import { Tally } from '../collections/tally.ts';
import type { Config } from '../config.ts';
import type { Consume } from '../limits/limits.ts';
import type { Transported } from '../wire/outbox.ts';
import { addressOf, siteOf } from './addresses.ts';
import { Lines } from './lines.ts';

/** How many connections may be open of which it is not known yet who they are: in all, and from one address. */
const mostArriving = { all: 4_000, address: 500 };
/** How long a connection may take to say who it is, in milliseconds. */
export const arrivalTime = 10_000;

export interface ArrivalsOptions {
  config: Config;
  consume: Consume;
  /** Ends a connection that gives way to another. */
  cut(conn: Transported): void;
}

/**
 * Connections that have not said yet who they are. There are only so many, and Socket.IO closes each in its time. When
 * all places are taken, sites share them: the newest of whoever has most gives way to one from a site that has fewer.
 */
export class Arrivals {
  readonly #options: ArrivalsOptions;
  readonly #arriving = new Map<Transported, string>();
  /** The same by site, the newest last. */
  readonly #sites = new Map<string, Set<Transported>>();
  readonly #addresses = new Tally();
  readonly #lines = new Lines((address) => Math.max(0, mostArriving.address - this.#addresses.of(address)));
  /** Those that are being asked who they are. */
  readonly #asked = new WeakSet<Transported>();

  constructor(options: ArrivalsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#arriving.size;
  }

  /** Resolves when one more may begin. Refuses `rate_limited` and `too_many_connections`. */
  async admit(request: IncomingMessage): Promise<void> {
    const address = this.#addressOf(request);
    await this.#lines.turn(address, request);
    try {
      if (!this.#hasRoom(address))
        throw new Refusal('too_many_connections', 'too many connections have not said yet who they are');
      await this.count(request);
    } catch (error) {
      this.#lines.next(address, false);
      throw error;
    }
  }

  /** Counts an attempt, by address and by site. Refuses `rate_limited`. */
  async count(request: IncomingMessage): Promise<void> {
    const address = this.#addressOf(request);
    await this.#options.consume('handshakes of a site', siteOf(address));
    await this.#options.consume('handshakes', address);
  }

  /** A connection has begun. Call finish() when it has ended. */
  begin(conn: Transported): void {
    const address = this.#addressOf(conn.request);
    const greediest = this.#arriving.size >= mostArriving.all ? this.#giving(address) : undefined;
    if (greediest) this.#options.cut(greediest);
    const site = siteOf(address);
    this.#sites.set(site, (this.#sites.get(site) ?? new Set()).add(conn));
    this.#arriving.set(conn, address);
    this.#addresses.change(address, 1);
    // Others were faster while it was counted.
    if (this.#arriving.size > mostArriving.all) this.#options.cut(conn);
  }

  /** It has ended, or `isKnown` who it is. */
  finish(conn: Transported, isKnown = false): void {
    const address = this.#arriving.get(conn);
    if (address === undefined) return;
    this.#arriving.delete(conn);
    this.#addresses.change(address, -1);
    const site = siteOf(address);
    const neighbours = this.#sites.get(site);
    neighbours?.delete(conn);
    if (neighbours?.size === 0) this.#sites.delete(site);
    this.#lines.next(address, isKnown);
  }

  /** Runs what finds out who a connection is: one attempt after the other, and each counts. Refuses as admit() does. */
  async ask(conn: Transported, address: string, run: () => Promise<void>): Promise<void> {
    await this.#options.consume('handshakes', address);
    if (this.#asked.has(conn)) throw new Refusal('bad_request', 'one attempt to connect after the other');
    this.#asked.add(conn);
    try {
      await run();
    } finally {
      this.#asked.delete(conn);
    }
  }

  #hasRoom(address: string): boolean {
    return this.#arriving.size < mostArriving.all || this.#giving(address) !== undefined;
  }

  /** Who gives way to one from an address: of the site that has most, the newest from the address that has most. */
  #giving(address: string): Transported | undefined {
    let greediest = new Set<Transported>();
    for (const site of this.#sites.values()) if (site.size > greediest.size) greediest = site;
    const own = this.#sites.get(siteOf(address));
    const isOwn = own === greediest;
    if (!isOwn && (own?.size ?? 0) >= greediest.size) return undefined;
    let giving: Transported | undefined;
    let most = isOwn ? this.#addresses.of(address) : 0;
    for (const conn of greediest) {
      const count = this.#addresses.of(this.#arriving.get(conn) ?? '');
      if (count < most || (isOwn && count === this.#addresses.of(address))) continue;
      most = count;
      giving = conn;
    }
    return giving;
  }

  #addressOf(request: IncomingMessage): string {
    return addressOf(request, this.#options.config.trustProxyHops);
  }
}
