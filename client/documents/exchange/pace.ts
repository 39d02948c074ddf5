/** Milliseconds between two operations, after having been told once to go slower, and at most. */
const slower = 250;
const slowest = 4_000;

/** How fast operations are sent: as fast as they come, unless the server says that this is too fast. */
export class Pace {
  #interval = 0;
  #nextAt = 0;

  /** How many milliseconds it is before the next may be sent; none are left where that is not above 0. */
  wait(now: number): number {
    return this.#nextAt - now;
  }

  sent(now: number): void {
    this.#nextAt = now + this.#interval;
  }

  /** One was taken: the next may follow sooner. */
  taken(): void {
    this.#interval = this.#interval > slower / 4 ? this.#interval * 0.9 : 0;
  }

  /** One was refused, to be tried again after so many milliseconds; it may have been one of too many. */
  retry(now: number, after: number, tooMany: boolean): void {
    if (tooMany) this.#interval = Math.min(slowest, Math.max(slower, 2 * this.#interval));
    this.#nextAt = now + after;
  }
}
