import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import { Refusal } from '../../shared/refusals.ts';
import type { Limit } from '../config.ts';

/** Who sends so many times its limit floods. */
export const floodFactor = 20;
/** How often what has run out is swept up, in milliseconds. */
const sweepEvery = 10_000;

/** Points that were taken from the source for one key, to be spent here until the window ends. */
interface Lease {
  left: number;
  /** The source has no more. */
  exhausted: boolean;
  /** When the window ends, by performance.now(). */
  until: number;
  /** How often it was refused. */
  refused: number;
}

export interface AllowanceOptions {
  /** What is counted, for people. */
  name: string;
  limit: Limit;
  /** Where points are counted. */
  source: RateLimiterAbstract;
  /** How many are taken from there at once. */
  batch: number;
  /** Told of whoever floods, each time, and how many milliseconds of the window are left. Without it nobody does. */
  onFlood?: ((key: string, left: number) => void) | undefined;
}

/** What each key may spend of one kind in a window. */
export class Allowance {
  readonly #options: AllowanceOptions;
  readonly #leases = new Map<string, Lease>();
  /** Batches on their way: all who need one wait for the same. */
  readonly #fetching = new Map<string, Promise<void>>();
  #swept = performance.now();

  constructor(options: AllowanceOptions) {
    this.#options = options;
  }

  /**
   * Spends a point, or so many. Refuses `rate_limited`, a flood with `fatal`. Undefined, at once, where they are at hand. What costs more than
   * there is in a window costs all of it. Those who wait for points get them in the order in which they asked.
   */
  take(key: string, amount = 1): Promise<void> | undefined {
    const lease = this.#leases.get(key);
    const points = Math.min(amount, this.#options.limit.points);
    const isCurrent = lease && lease.until > performance.now();
    if (!isCurrent || this.#fetching.has(key) || (lease.left < points && !lease.exhausted)) {
      return this.#takeFetched(key, points);
    }
    if (lease.left < points) throw this.#refusal(lease, key);
    lease.left -= points;
    return undefined;
  }

  async #takeFetched(key: string, points: number): Promise<void> {
    await this.#fetch(key, points);
    await this.take(key, points);
  }

  #refusal(lease: Lease, key: string): Refusal {
    const { name, limit, onFlood } = this.#options;
    lease.refused += 1;
    const left = Math.max(1, Math.ceil(lease.until - performance.now()));
    const floods = onFlood !== undefined && lease.refused > limit.points * (floodFactor - 1);
    if (floods) onFlood(key, left);
    return new Refusal('rate_limited', `more than ${limit.points} ${name} in ${limit.seconds} s`, {
      retry_after_ms: left,
      ...(floods && { fatal: true }),
    });
  }

  #fetch(key: string, points: number): Promise<void> {
    const underWay = this.#fetching.get(key);
    if (underWay) return underWay;
    const fetching = this.#lease(key, points).finally(() => this.#fetching.delete(key));
    this.#fetching.set(key, fetching);
    return fetching;
  }

  /** Whoever crosses the limit gets what was left of it: points are counted one batch after the other. */
  async #lease(key: string, points: number): Promise<void> {
    const { source, limit } = this.#options;
    const batch = Math.max(this.#options.batch, points);
    const answer = await source.consume(key, batch).catch((refused: unknown) => {
      if (refused instanceof RateLimiterRes) return refused;
      throw refused;
    });
    const over = Math.max(0, answer.consumedPoints - limit.points);
    const now = performance.now();
    this.#sweep(now);
    const until = now + answer.msBeforeNext;
    const before = this.#leases.get(key);
    // What is left of the window before is gone: a new one ends so much later.
    const unspent = before && until - before.until < 500 * limit.seconds ? before.left : 0;
    this.#leases.set(key, {
      left: unspent + Math.max(0, batch - over),
      exhausted: over > 0,
      until,
      refused: 0,
    });
  }

  #sweep(now: number): void {
    if (now - this.#swept < sweepEvery) return;
    this.#swept = now;
    for (const [key, { until }] of this.#leases) if (until <= now) this.#leases.delete(key);
  }
}
