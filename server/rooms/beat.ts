import { setTimeout } from 'node:timers/promises';

/** The shortest time between two turns, in milliseconds, and how much each write to a connection adds to it. */
const shortest = 2;
const perWrite = 0.3;
/** The longest, in milliseconds. */
const longest = 16;

/**
 * When the rooms of this process bring into the log what has gathered. They do so together, so that one flush of the
 * disk, one packet to Redis and one waking of the process serve them all, and a room writes once to each connection for
 * all operations that came meanwhile. A quiet process takes its turn at once; the more the last turn had to write, the
 * longer the next one waits.
 */
export class Beat {
  #next: Promise<void> | undefined;
  #last = Number.NEGATIVE_INFINITY;
  /** To how many connections the last turn wrote. */
  #writes = 0;

  /** Resolves when it is time. */
  turn(): Promise<void> {
    this.#next ??= this.#wait().then(() => {
      this.#next = undefined;
      this.#last = performance.now();
      this.#writes = 0;
    });
    return this.#next;
  }

  /** A turn made so many writes. */
  wrote(connections: number): void {
    this.#writes += connections;
  }

  async #wait(): Promise<void> {
    for (let left = this.#left(); left > 0; left = this.#left()) await setTimeout(left);
  }

  /** Asked again after each wait: what the last turn wrote may be known only by then. */
  #left(): number {
    return this.#last + Math.min(longest, shortest + perWrite * this.#writes) - performance.now();
  }
}
