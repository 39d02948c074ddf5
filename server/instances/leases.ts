import { randomBytes } from 'node:crypto';
import { monotonic } from '../../shared/monotonic.ts';
import { type Redis, scriptOf } from '../redis/redis.ts';
import type { Time } from '../watch/time.ts';

/** How often Redis is asked for its time at the beginning: the fastest answer is nearest to it. */
const firstQuestions = 4;
/** How often an instance renews its lease and looks at those of others, in milliseconds. */
const renewEvery = 2_000;
/** How often it may be seen not to have done so. Looks that Redis did not answer do not count. */
const mayMiss = 5;
/** How long an instance that was taken for gone notices who of its people have gone, before it tells of them again. */
const settling = 1_500;
/** How long a lease is remembered that nobody ended, in milliseconds: longer than what was written under it. */
const remembered = 48 * 60 * 60 * 1000;

/** Of another instance. */
interface Lease {
  /** When it was renewed last, by Redis's clock; empty until it was seen there. */
  renewed: string;
  missed: number;
}

/**
 * Which instances live. Each holds a lease in Redis and renews it; one that does not is gone within 10 seconds, with
 * all that was told under that lease. It may have been frozen: then it finds its lease ended, begins another, and tells
 * anew. Nobody's clock counts but one's own looks: who was frozen itself, or without Redis, begins to count again.
 */
export class Leases {
  /** Names this process; its leases are that, a dot and a number. */
  readonly instance = randomBytes(6).toString('base64url');
  readonly #redis: Redis;
  readonly #time: Time | undefined;
  readonly #key: string;
  readonly #others = new Map<string, Lease>();
  /** The leases that have ended, and when they were found to, by performance.now(). */
  readonly #ended = new Map<string, number>();
  readonly #onBeat: (() => void)[] = [];
  readonly #onEnded: ((lease: string) => void)[] = [];
  readonly #onBegun: (() => void)[] = [];
  readonly #timer: NodeJS.Timeout;
  #count = 0;
  #settledAt = 0;
  #beating: Promise<void> | undefined;

  /** `time` learns from each look what Redis's clock says. */
  constructor(redis: Redis, time?: Time) {
    this.#redis = redis;
    this.#time = time;
    this.#key = redis.name('leases');
    this.#timer = setInterval(() => void this.beat(1), renewEvery);
    // Sooner than others have had their time.
    redis.onReady(() => void this.beat(0));
  }

  /** The lease that this instance holds. Before the first nobody has heard of it. */
  get own(): string {
    return this.#lease(this.#count);
  }

  /** Whether this instance may tell what it has: it holds a lease, and knows who of its people live. */
  get settled(): boolean {
    return this.#count > 0 && performance.now() >= this.#settledAt;
  }

  /** Whether what is told under a lease counts. One that nobody has seen yet does, until it misses its renewals. */
  holds(lease: string): boolean {
    if (this.#ended.has(lease)) return false;
    if (lease !== this.own && !this.#others.has(lease)) this.#others.set(lease, { renewed: '', missed: 0 });
    return true;
  }

  /** The leases that ended within so many milliseconds. */
  endedWithin(milliseconds: number): string[] {
    const since = performance.now() - milliseconds;
    return [...this.#ended].filter(([, at]) => at >= since).map(([lease]) => lease);
  }

  /** Calls back after each look that Redis answered. */
  onBeat(listener: () => void): void {
    this.#onBeat.push(listener);
  }

  /** Calls back when another instance is gone. */
  onEnded(listener: (lease: string) => void): void {
    this.#onEnded.push(listener);
  }

  /** Calls back when this instance has a lease, first or anew: others know nothing of what it told before. */
  onBegun(listener: () => void): void {
    this.#onBegun.push(listener);
  }

  /** Looks, unless that is under way, and resolves when Redis has answered, or has not. */
  beat(misses: 0 | 1): Promise<void> {
    this.#beating ??= this.#lookOnce(misses);
    return this.#beating;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#redis.send(this.#key, ['ZREM', this.#key, this.own]).catch(() => {});
  }

  async #lookOnce(misses: 0 | 1): Promise<void> {
    try {
      await this.#look(misses);
      for (const listener of this.#onBeat) listener();
    } catch {
      for (const lease of this.#others.values()) lease.missed = 0;
    }
    this.#beating = undefined;
  }

  /** Renews the lease, and notes those that were not renewed: so often they have missed it then. */
  async #look(misses: 0 | 1): Promise<void> {
    const args = [this.own, this.#lease(this.#count + 1), String(remembered)];
    if (this.#count === 0) await this.#measure();
    const sent = monotonic();
    const [now, held, leases] = (await this.#redis.run(renewScript, [this.#key], args)) as [number, string, string[]];
    this.#time?.measured(sent, monotonic(), now);
    const isFirst = this.#count === 0;
    if (held !== this.own) this.#begin();
    const renewals = new Map<string, string>();
    for (let at = 0; at < leases.length; at += 2) renewals.set(leases[at] ?? '', leases[at + 1] ?? '');
    renewals.delete(this.own);
    for (const lease of [...this.#others.keys(), ...renewals.keys()]) this.holds(lease);
    for (const [lease, seen] of this.#others) {
      const { renewed } = seen;
      seen.renewed = renewals.get(lease) ?? renewed;
      if (seen.renewed === renewed) seen.missed += misses;
      // Who died before this instance began has missed them already.
      else seen.missed = isFirst ? Math.floor((now - Number(seen.renewed)) / renewEvery) : 0;
      if (seen.missed >= mayMiss) await this.#end(lease, seen);
    }
  }

  /** Takes the time from the fastest of some answers: while a process starts, they come late. */
  async #measure(): Promise<void> {
    let fastest: [sent: number, received: number, time: number] | undefined;
    for (let asked = 0; asked < firstQuestions; asked++) {
      const sent = monotonic();
      const [seconds, micros] = (await this.#redis.send(this.#key, ['TIME'])) as [string, string];
      const answer = [sent, monotonic(), Number(seconds) * 1000 + Number(micros) / 1000] as const;
      if (!fastest || answer[1] - sent < fastest[1] - fastest[0]) fastest = [...answer];
    }
    if (fastest) this.#time?.measured(...fastest);
  }

  #begin(): void {
    this.#count += 1;
    if (this.#count > 1) this.#settledAt = performance.now() + settling;
    for (const listener of this.#onBegun) listener();
  }

  /** Unless it was renewed at the last moment: whoever holds it must learn that it has ended, or nobody may say so. */
  async #end(lease: string, { renewed }: Lease): Promise<void> {
    if ((await this.#redis.run(endScript, [this.#key], [lease, renewed])) !== 1) return;
    this.#others.delete(lease);
    this.#ended.set(lease, performance.now());
    for (const listener of this.#onEnded) listener(lease);
  }

  #lease(count: number): string {
    return `${this.instance}.${count}`;
  }
}

/** The instance that holds a lease. */
export function instanceOf(lease: string): string {
  return lease.slice(0, lease.indexOf('.'));
}

/** KEYS leases; ARGV own next remembered. Answers the time, the lease that is held, and all leases with their renewals. */
const renewScript = scriptOf(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[3])
local held = redis.call('ZSCORE', KEYS[1], ARGV[1]) and ARGV[1] or ARGV[2]
redis.call('ZADD', KEYS[1], now, held)
return { now, held, redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES') }
`);

/** KEYS leases; ARGV lease renewed. Answers 1 where the lease has not been renewed since. */
const endScript = scriptOf(`
local renewed = redis.call('ZSCORE', KEYS[1], ARGV[1])
if renewed and renewed ~= ARGV[2] then return 0 end
redis.call('ZREM', KEYS[1], ARGV[1])
return 1
`);
