import { setTimeout as wait } from 'node:timers/promises';
import { type Redis, scriptOf } from '../redis/redis.ts';

/** How long whoever floods stays out: the first time, and after many, in milliseconds. Each time doubles it. */
const stay = { first: 10_000, longest: 300_000 };
/** How long a flood is remembered after its penalty, in milliseconds. */
const remembered = 600_000;
/** How long Redis may take before an instance answers alone, in milliseconds. */
const patience = 150;
/** How many are kept here; the oldest go first. */
const mostKept = 10_000;

/** By performance.now(). */
interface Penalty {
  times: number;
  until: number;
}

/**
 * Users who have flooded, and are let in again after a while: on every instance, whatever connections they had. Kept in
 * Redis where there is one, and here in any case.
 */
export class Penalties {
  readonly #redis: Redis | undefined;
  readonly #kept = new Map<string, Penalty>();

  constructor(redis?: Redis) {
    this.#redis = redis;
  }

  /** A user has flooded. `least`: milliseconds until its limit would let it go on. */
  impose(user: string, least = 0): void {
    const now = performance.now();
    const before = this.#kept.get(user);
    // One flood comes over many connections.
    if (before && before.until > now) return;
    const times = before && before.until + remembered > now ? before.times + 1 : 1;
    const until = now + Math.min(stay.longest, Math.max(stay.first, least) * 2 ** (times - 1));
    this.#kept.delete(user);
    this.#kept.set(user, { times, until });
    const oldest = this.#kept.keys().next();
    if (this.#kept.size > mostKept && !oldest.done) this.#kept.delete(oldest.value);
    const args = [Math.max(stay.first, least), stay.longest, remembered].map((time) => String(Math.ceil(time)));
    this.#redis?.run(imposeScript, [nameOf(this.#redis, user)], args).catch(() => {});
  }

  /** How many milliseconds a user has to stay out yet: 0 for almost everybody. */
  async left(user: string): Promise<number> {
    const here = (this.#kept.get(user)?.until ?? 0) - performance.now();
    if (here > 0) return Math.ceil(here);
    if (!this.#redis || this.#redis.trouble !== undefined) return 0;
    const asked = this.#redis.run(leftScript, [nameOf(this.#redis, user)], []).then(Number, () => 0);
    return Promise.race([asked, wait(patience, 0, { ref: false })]);
  }
}

function nameOf(redis: Redis, user: string): string {
  return redis.name(`penalty:${user}`);
}

/** KEYS penalty; ARGV first longest remembered */
const imposeScript = scriptOf(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if tonumber(redis.call('HGET', KEYS[1], 'until') or '0') > now then return end
local times = redis.call('HINCRBY', KEYS[1], 'times', 1)
local stay = math.min(tonumber(ARGV[2]), ARGV[1] * 2 ^ (times - 1))
redis.call('HSET', KEYS[1], 'until', now + stay)
redis.call('PEXPIRE', KEYS[1], stay + ARGV[3])
`);

/** KEYS penalty */
const leftScript = scriptOf(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
return math.max(0, tonumber(redis.call('HGET', KEYS[1], 'until') or '0') - now)
`);
