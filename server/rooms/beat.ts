import { setImmediate, setTimeout } from 'node:timers/promises';

/** The shortest time between two turns, in milliseconds, and how much each write to a connection adds to it. */
const shortest = 2;
const perWrite = 0.3;
/** The longest, in milliseconds. */
const longest = 16;
/** From how long on a wait is worth resting for, in milliseconds. */
const worthResting = 3;

/** What nobody ever changes: waiting for it is resting. */
const never = new Int32Array(new SharedArrayBuffer(4));

/**
 * When the rooms of this process bring into the log what has gathered. They do so together, so that one flush of the
 * disk, one packet to Redis and one waking of the process serve them all, and a room writes once to each connection for
 * all operations that came meanwhile. A quiet process takes its turn at once; the more the last turn had to write, the
 * longer the next one waits.
 *
 * A busy process rests until then: it sleeps in one piece, and reads in one go what has come, as a network card does that
 * moderates its interrupts. To be woken for each packet costs more than all that is done with it. It never rests while
 * an append is under way, nor when there is so much to do that no time is left.
 */
export class Beat {
  #next: Promise<void> | undefined;
  #last = Number.NEGATIVE_INFINITY;
  /** To how many connections the last turn wrote. */
  #writes = 0;
  /** How many have taken their turn and not yet ended it. */
  #underWay = 0;

  /** Resolves when it is time. Whoever takes a turn ends it. */
  async turn(): Promise<void> {
    this.#next ??= this.#wait().then(() => {
      this.#next = undefined;
      this.#last = performance.now();
      this.#writes = 0;
    });
    await this.#next;
    this.#underWay += 1;
  }

  /** A turn made so many writes. */
  wrote(connections: number): void {
    this.#writes += connections;
  }

  /** What was gathered for a turn is in the log, or refused. */
  end(): void {
    this.#underWay -= 1;
  }

  async #wait(): Promise<void> {
    for (let left = this.#left(); left > 0; left = this.#left()) {
      if (left < worthResting) await setTimeout(left);
      else if (this.#underWay > 0) await setTimeout(worthResting / 2);
      else await this.#rest();
    }
  }

  async #rest(): Promise<void> {
    // What has come already, in all, is read before and after.
    await setImmediate();
    Atomics.wait(never, 0, 0, Math.max(0, this.#left()));
    await setImmediate();
    await setImmediate();
  }

  /** Asked again after each wait: what the last turn wrote is known when it has ended. */
  #left(): number {
    const interval = this.#underWay > 0 ? longest : Math.min(longest, shortest + perWrite * this.#writes);
    return this.#last + interval - performance.now();
  }
}
