import type { IncomingMessage } from 'node:http';
import { Refusal } from '../../shared/refusals.ts';
import type { Config } from '../config.ts';
import type { Consume } from '../limits/limits.ts';
import { Tally } from '../limits/tally.ts';
import type { Transported } from '../wire/outbox.ts';
import { addressOf } from './addresses.ts';

/** How many connections may be open of which it is not known yet who they are: in all, and from one address. */
const mostArriving = { all: 4_000, address: 500 };
/** How long a connection may take to say who it is, in milliseconds. */
export const arrivalTime = 10_000;

/** Connections that have not said yet who they are. There are only so many, and Socket.IO closes each in its time. */
export class Arrivals {
  readonly #config: Config;
  readonly #consume: Consume;
  readonly #arriving = new Map<Transported, string>();
  readonly #addresses = new Tally();
  /** Those that are being asked who they are. */
  readonly #asked = new WeakSet<Transported>();

  constructor(config: Config, consume: Consume) {
    this.#config = config;
    this.#consume = consume;
  }

  get size(): number {
    return this.#arriving.size;
  }

  /** Whether one more may begin. Refuses `rate_limited` and `too_many_connections`. */
  async admit(request: IncomingMessage): Promise<void> {
    const address = addressOf(request, this.#config.trustProxyHops);
    if (this.#arriving.size >= mostArriving.all || this.#addresses.of(address) >= mostArriving.address) {
      throw new Refusal('too_many_connections', 'too many connections have not said yet who they are');
    }
    await this.#consume('handshakes', address);
  }

  /** A connection has begun. */
  begin(conn: Transported, request: IncomingMessage): void {
    const address = addressOf(request, this.#config.trustProxyHops);
    this.#arriving.set(conn, address);
    this.#addresses.change(address, 1);
    conn.once('close', () => this.finish(conn));
  }

  /** It is known who it is, or it has ended. */
  finish(conn: Transported): void {
    const address = this.#arriving.get(conn);
    if (address === undefined) return;
    this.#arriving.delete(conn);
    this.#addresses.change(address, -1);
  }

  /** Runs what finds out who a connection is: one attempt after the other, and each counts. Refuses as admit() does. */
  async ask(conn: Transported, address: string, run: () => Promise<void>): Promise<void> {
    if (this.#asked.has(conn)) throw new Refusal('bad_request', 'one attempt to connect after the other');
    this.#asked.add(conn);
    try {
      await this.#consume('handshakes', address);
      await run();
    } finally {
      this.#asked.delete(conn);
    }
  }
}
