import { Groups } from '../collections/groups.ts';
import { LocalPlaces, type Places } from '../limits/places.ts';
import { type Redis, scriptOf } from '../redis/redis.ts';
import type { Leases } from './leases.ts';

/**
 * How long a place is held without being renewed, how long before that it is renewed, and how often it is looked, in
 * milliseconds. Those of an instance that has died count no longer than its lease.
 */
const held = { for: 60_000, renewedAfter: 20_000, lookedAfterEvery: 1_000 };
/** How long Redis may lack what it has forgotten in its trouble, in milliseconds: by then who lives has renewed it. */
const uncertain = 10_000;

/** Keys are spread over so many parts of Redis, and asked for together by part. */
const parts = 16;
/** How many are asked for at once: Redis does nothing else meanwhile. */
const mostAsked = 500;

interface Place {
  readonly key: string;
  readonly number: number;
  /** Under which lease it is held. */
  lease: string;
  /** By performance.now(). */
  renewAt: number;
}

/** Whose places are being counted, and who is told. */
interface Asked {
  count: Promise<number>;
  resolve(count: number | Promise<number>): void;
}

/** Counted over all instances in Redis: a sorted set for each key, of places by when they end. */
export class RedisPlaces implements Places {
  readonly #redis: Redis;
  readonly #leases: Leases;
  /** Counts while Redis does not answer. */
  readonly #local = new LocalPlaces();
  /** The places that this instance holds, the longest not renewed first. */
  readonly #held = new Set<Place>();
  readonly #byKey = new Groups<Place>();
  /** What is asked for when this turn ends, by part of Redis. */
  readonly #asked = new Map<number, Map<string, Asked>>();
  readonly #timer: NodeJS.Timeout;
  #count = 0;
  /** Redis has answered before. */
  #met = false;
  /** By when all that Redis may have forgotten in its trouble is renewed, by performance.now(). */
  #certainFrom = Number.NEGATIVE_INFINITY;

  constructor(redis: Redis, leases: Leases) {
    this.#redis = redis;
    this.#leases = leases;
    this.#timer = setInterval(() => this.#renew(performance.now()), held.lookedAfterEvery);
    const renewAll = () => this.#renew(Number.POSITIVE_INFINITY);
    redis.onReady(renewAll);
    leases.onBegun(renewAll);
  }

  async take(key: string, most: number): Promise<boolean> {
    if (!(await this.#local.take(key, most))) return false;
    const number = this.#count++;
    const lease = this.#leases.own;
    if (!(await this.#taken(key, fieldOf(lease, number), most))) {
      this.#local.giveBack(key);
      return false;
    }
    const place = { key, number, lease, renewAt: performance.now() + held.renewedAfter };
    this.#held.add(place);
    this.#byKey.add(key, place);
    return true;
  }

  giveBack(key: string): void {
    const place = this.#byKey.first(key);
    if (!place) return;
    this.#local.giveBack(key);
    this.#held.delete(place);
    this.#byKey.delete(key, place);
    const name = this.#nameOf(key);
    this.#redis.send(name, ['ZREM', name, fieldOf(place.lease, place.number)]).catch(() => {});
  }

  /** All that are asked for in the same turn share a few commands. */
  count(key: string): Promise<number> {
    const part = partOf(key);
    const asked = this.#asked.get(part) ?? new Map<string, Asked>();
    if (this.#asked.size === 0) setImmediate(() => this.#ask());
    this.#asked.set(part, asked);
    const before = asked.get(key);
    if (before) return before.count;
    const waiting: Asked = { count: Promise.resolve(0), resolve: () => {} };
    waiting.count = new Promise((resolve) => {
      waiting.resolve = resolve;
    });
    asked.set(key, waiting);
    return waiting.count;
  }

  get certain(): boolean {
    return this.#redis.trouble === undefined && performance.now() >= this.#certainFrom;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #taken(key: string, place: string, most: number): Promise<boolean> {
    if (this.#redis.trouble !== undefined) return true;
    const args = [place, '', String(held.for), String(most), ...this.#ended()];
    return this.#redis.run(takeScript, [this.#nameOf(key)], args).then(
      (taken) => taken === 1,
      () => true,
    );
  }

  #ask(): void {
    const parts = [...this.#asked.values()];
    this.#asked.clear();
    for (const part of parts) {
      const all = [...part];
      for (let next = 0; next < all.length; next += mostAsked) void this.#askPart(all.slice(next, next + mostAsked));
    }
  }

  async #askPart(asked: [string, Asked][]): Promise<void> {
    const names = asked.map(([key]) => this.#nameOf(key));
    const counts = await this.#redis.run(countScript, names, this.#ended()).catch(() => undefined);
    for (const [index, [key, { resolve }]] of asked.entries()) {
      resolve(counts ? Number((counts as unknown[])[index]) : this.#local.count(key));
    }
  }

  /** Renews those whose time has come by then. */
  #renew(until: number): void {
    const now = performance.now();
    const well = this.#redis.trouble === undefined;
    if (this.#met && !well) this.#certainFrom = now + uncertain;
    this.#met ||= well;
    const { own } = this.#leases;
    for (const place of [...this.#held]) {
      const { key, number, lease, renewAt } = place;
      if (renewAt > until) break;
      this.#held.delete(place);
      this.#held.add(Object.assign(place, { lease: own, renewAt: now + held.renewedAfter }));
      const before = lease === own ? '' : fieldOf(lease, number);
      // Without a bound: what is held is held, also where Redis has forgotten it.
      const args = [fieldOf(own, number), before, String(held.for), '1e9'];
      this.#redis.run(takeScript, [this.#nameOf(key)], args).catch(() => {});
    }
  }

  /** In a cluster, those of one part are on one server. */
  #nameOf(key: string): string {
    return this.#redis.name(`places:{${partOf(key)}}:${key}`);
  }

  /** The leases whose places count no longer, and are perhaps still there. */
  #ended(): string[] {
    return this.#leases.endedWithin(held.for).map((lease) => fieldOf(lease, ''));
  }
}

function fieldOf(lease: string, place: number | ''): string {
  return `${lease}:${place}`;
}

function partOf(key: string): number {
  let sum = 0;
  for (let at = 0; at < key.length; at++) sum = (31 * sum + key.charCodeAt(at)) | 0;
  return (sum >>> 0) % parts;
}

/** Forgets the places that have not been renewed, and those that begin with one of the arguments. */
const forget = (firstArgument: number) => `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function forget(key)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
  for at = ${firstArgument}, #ARGV do
    for _, place in ipairs(redis.call('ZRANGE', key, 0, -1)) do
      if place:sub(1, #ARGV[at]) == ARGV[at] then redis.call('ZREM', key, place) end
    end
  end
end
`;

/** KEYS places; ARGV place before heldFor most, what places of leases begin with that have ended */
const takeScript = scriptOf(`${forget(5)}
forget(KEYS[1])
redis.call('ZREM', KEYS[1], ARGV[2])
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[4]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
`);

/** KEYS places of many; ARGV what places of leases begin with that have ended */
const countScript = scriptOf(`${forget(1)}
local counts = {}
for at, key in ipairs(KEYS) do
  forget(key)
  counts[at] = redis.call('ZCARD', key)
end
return counts
`);
