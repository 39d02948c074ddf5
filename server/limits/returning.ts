import { createHash } from 'node:crypto';
import { monotonic } from '../../shared/monotonic.ts';
import type { Redis } from '../redis/redis.ts';

/** How long it is remembered that a user was let in from an address, in milliseconds. */
const remembered = 60 * 60 * 1000;
/** How many are remembered here; the oldest go first. */
const most = 100_000;

/**
 * Who was let in from where lately. Where an instance ends, all behind one address come to another one, or to the next,
 * together: the first time that each is there does not count against its address. Without Redis nothing outlives the process,
 * neither this nor what is counted.
 */
export class Returning {
  readonly #redis: Redis | undefined;
  /** Who was let in by this instance: until when that is remembered, by monotonic(), the longest ago first. */
  readonly #here = new Map<string, number>();

  constructor(redis?: Redis) {
    this.#redis = redis;
  }

  /** Whether a user was let in from there lately, and never by this instance. */
  async has(address: string, userKey: string): Promise<boolean> {
    const name = nameOf(address, userKey);
    if (!this.#redis || this.#redis.trouble !== undefined || (this.#here.get(name) ?? 0) > monotonic()) return false;
    // The answer is waited for: when all come back at once, the process is busy, and whom it took for new would be refused.
    return this.#redis.send(this.#redis.name(name), ['EXISTS', this.#redis.name(name)]).then(
      (found) => found === 1,
      () => false,
    );
  }

  /** A user is let in from there. */
  add(address: string, userKey: string): void {
    if (!this.#redis) return;
    const name = nameOf(address, userKey);
    this.#here.delete(name);
    this.#here.set(name, monotonic() + remembered);
    const oldest = this.#here.keys().next();
    if (this.#here.size > most && !oldest.done) this.#here.delete(oldest.value);
    this.#redis
      .send(this.#redis.name(name), ['SET', this.#redis.name(name), '1', 'PX', String(remembered)])
      .catch(() => {});
  }
}

/** Neither address nor user can be read from it. */
function nameOf(address: string, userKey: string): string {
  return `returning:${createHash('sha256').update(`${address} ${userKey}`).digest('base64url')}`;
}
