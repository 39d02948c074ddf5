/** How often keys whose bucket is full again are forgotten, in milliseconds. */
const sweepEvery = 10_000;

export interface FlowOptions {
  /** What may come at once after a pause, and what may come each second. */
  most: number;
  perSecond: number;
  /** For how many milliseconds anybody has to wait at most: what is over is forgiven. */
  longest?: number;
  /** Milliseconds by a clock that never runs back. */
  now?: () => number;
}

/** A token bucket for each key. What comes is never refused: whoever sends too much is told how long to wait. */
export class Flow {
  readonly #most: number;
  readonly #perSecond: number;
  /** What may be left at least, below 0. */
  readonly #least: number;
  readonly #now: () => number;
  /** What is left of each that is not full, and when that was. */
  readonly #buckets = new Map<string, { left: number; at: number }>();
  #swept = 0;

  constructor({ most, perSecond, longest = Number.POSITIVE_INFINITY, now = () => performance.now() }: FlowOptions) {
    this.#most = most;
    this.#perSecond = perSecond;
    this.#least = (-longest * perSecond) / 1_000;
    this.#now = now;
  }

  /** Takes so much. Returns how many milliseconds the next should wait: 0 while something is left. */
  take(key: string, amount: number): number {
    const now = this.#now();
    this.#sweep(now);
    const bucket = this.#buckets.get(key) ?? { left: this.#most, at: now };
    bucket.left = Math.max(this.#least, this.#filled(bucket, now) - amount);
    bucket.at = now;
    this.#buckets.set(key, bucket);
    return Math.max(0, Math.ceil((-bucket.left * 1_000) / this.#perSecond));
  }

  #filled({ left, at }: { left: number; at: number }, now: number): number {
    return Math.min(this.#most, left + ((now - at) * this.#perSecond) / 1_000);
  }

  #sweep(now: number): void {
    if (now - this.#swept < sweepEvery) return;
    this.#swept = now;
    for (const [key, bucket] of this.#buckets) if (this.#filled(bucket, now) >= this.#most) this.#buckets.delete(key);
  }
}
