import { randomBytes } from 'node:crypto';
import { LocalPlaces, type Places } from '../places.ts';
import { type Redis, scriptOf } from './redis.ts';

/**
 * How long a place is held without being renewed, how long before that it is renewed, and how often it is looked, in
 * milliseconds. The connections of an instance that has died count for as long as a place is held.
 */
const held = { for: 60_000, renewedAfter: 20_000, lookedAfterEvery: 1_000 };

interface Place {
  key: string;
  /** By performance.now(). */
  renewAt: number;
}

/** Counted over all instances in Redis: a sorted set for each key, of places by when they end. */
export class RedisPlaces implements Places {
  readonly #redis: Redis;
  /** Counts while Redis does not answer. */
  readonly #local = new LocalPlaces();
  readonly #origin = randomBytes(9).toString('base64url');
  /** The places that this instance holds, the longest not renewed first. */
  readonly #held = new Map<string, Place>();
  readonly #timer = setInterval(() => this.#renew(), held.lookedAfterEvery);
  #count = 0;
  /** Redis has answered before. */
  #met = false;
  /** By when all that Redis may have forgotten in its trouble is renewed, by performance.now(). */
  #certainFrom = Number.NEGATIVE_INFINITY;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async take(key: string, most: number): Promise<(() => void) | undefined> {
    const giveBack = await this.#local.take(key, most);
    if (!giveBack) return undefined;
    const place = `${this.#origin}:${this.#count++}`;
    if (!(await this.#taken(key, place, most))) {
      giveBack();
      return undefined;
    }
    this.#held.set(place, { key, renewAt: performance.now() + held.renewedAfter });
    return () => {
      giveBack();
      this.#held.delete(place);
      this.#redis.send(nameOf(key), ['ZREM', nameOf(key), place]).catch(() => {});
    };
  }

  async count(key: string): Promise<number> {
    try {
      return Number(await this.#redis.run(countScript, [nameOf(key)], []));
    } catch {
      return this.#local.count(key);
    }
  }

  get certain(): boolean {
    return this.#redis.trouble === undefined && performance.now() >= this.#certainFrom;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #taken(key: string, place: string, most: number): Promise<boolean> {
    if (this.#redis.trouble !== undefined) return true;
    const run = this.#redis.run(takeScript, [nameOf(key)], [place, String(held.for), String(most)]);
    return run.then(
      (taken) => taken === 1,
      () => true,
    );
  }

  #renew(): void {
    const now = performance.now();
    const well = this.#redis.trouble === undefined;
    if (this.#met && !well) this.#certainFrom = now + held.for;
    this.#met ||= well;
    for (const [place, { key, renewAt }] of this.#held) {
      if (renewAt > now) break;
      this.#held.delete(place);
      this.#held.set(place, { key, renewAt: now + held.renewedAfter });
      // Without a bound: what is held is held, also where Redis has forgotten it.
      this.#redis.run(takeScript, [nameOf(key)], [place, String(held.for), '1e9']).catch(() => {});
    }
  }
}

function nameOf(key: string): string {
  return `tutti:places:${key}`;
}

const forget = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
`;

/** KEYS places; ARGV place heldFor most */
const takeScript = scriptOf(`${forget}
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
`);

/** KEYS places */
const countScript = scriptOf(`${forget}
return redis.call('ZCARD', KEYS[1])
`);
