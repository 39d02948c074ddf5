import { monotonic } from '../../shared/monotonic.ts';
import type { Redis } from '../redis/redis.ts';

/** How long it is remembered what was done, in milliseconds: a day. */
const remembered = 24 * 60 * 60 * 1000;
/** How much of it this process remembers at most. */
const most = 100_000;

/** Remembers for a day what was done and must not be done twice, such as telling something that no log keeps. */
export interface Once {
  /** Whether nobody asked for it before. */
  first(name: string): Promise<boolean>;
}

/** In this process. */
export class LocalOnce implements Once {
  /** When each was asked for, the longest ago first. */
  readonly #asked = new Map<string, number>();

  async first(name: string): Promise<boolean> {
    const now = monotonic();
    for (const [oldest, at] of this.#asked) {
      if (now - at < remembered && this.#asked.size < most) break;
      this.#asked.delete(oldest);
    }
    if (this.#asked.has(name)) return false;
    this.#asked.set(name, now);
    return true;
  }
}

/** In Redis, for all instances. */
export class RedisOnce implements Once {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async first(name: string): Promise<boolean> {
    const key = this.#redis.name(`once:${name}`);
    return (await this.#redis.send(key, ['SET', key, '1', 'NX', 'PX', String(remembered)])) !== null;
  }
}
