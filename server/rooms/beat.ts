import { setTimeout as startTimer } from 'node:timers';
import { setTimeout } from 'node:timers/promises';
import { nextTurn } from '../limits/longWork.ts';
import { Portions } from '../limits/portions.ts';

/** How the turns of a beat follow the load. */
export interface Pace {
  /** What part of a core the process may use before turns grow further apart. */
  target: number;
  /** The longest time between two turns, in milliseconds. */
  longest: number;
}

/** For rooms in which somebody waits for what others write; and for those of types that are patient. */
export const prompt: Pace = { target: 0.45, longest: 8 };
export const patient: Pace = { target: 0.15, longest: 48 };

/** How long a turn waits for those before it that have not ended, in milliseconds. */
const patience = 16;
/** What is shorter no timer measures, in milliseconds. */
const shortest = 0.5;
/** How much the newest turn counts among those before it. */
const smoothing = 0.2;

/**
 * When rooms of this process bring into the log what has gathered. They do so together, a few in each turn of the event loop,
 * so that one flush of the disk and a few packets to Redis serve them all, and a room writes once to each connection for
 * all operations that came meanwhile. Turns come at once while there is CPU to spare, and grow apart as it fills: the
 * time between two is what the last ones took of the processor, divided by what they may take. They do not overlap
 * unless one takes long.
 */
export class Beat {
  readonly #pace: Pace;
  readonly #used: () => number;
  #next: Promise<void> | undefined;
  /** Those whose turn it is: a few at once, however many rooms there are. */
  #portions = new Portions(nextTurn);
  #last = Number.NEGATIVE_INFINITY;
  /** What the process had used when the last turn began, and what it uses from one to the next, in milliseconds. */
  #usedAtLast: number;
  #cost = 0;
  /** How many have taken their turn and not yet ended it; and who waits for that. */
  #underWay = 0;
  #ended: (() => void) | undefined;

  /** `used` tells the CPU that the process has used, in milliseconds. */
  constructor(pace: Pace, used: () => number = cpuUsed) {
    this.#pace = pace;
    this.#used = used;
    this.#usedAtLast = used();
  }

  /** How long the rooms gather now before they speak, in milliseconds. */
  get interval(): number {
    return Math.min(this.#pace.longest, this.#cost / this.#pace.target);
  }

  /** Resolves when it is time. Whoever takes a turn ends it. */
  async turn(): Promise<void> {
    this.#next ??= this.#wait().then(() => this.#begin());
    await this.#next;
    this.#underWay += 1;
    await this.#portions.next();
  }

  /** What was gathered for a turn is in the log, or refused. */
  end(): void {
    this.#underWay -= 1;
    if (this.#underWay === 0) this.#ended?.();
  }

  #begin(): void {
    const used = this.#used();
    this.#cost += smoothing * (Math.min(this.#pace.longest, used - this.#usedAtLast) - this.#cost);
    this.#usedAtLast = used;
    this.#last = performance.now();
    this.#next = undefined;
    this.#portions = new Portions(nextTurn);
  }

  async #wait(): Promise<void> {
    const left = this.#last + this.interval - performance.now();
    if (left >= shortest) await setTimeout(left);
    if (this.#underWay > 0) await this.#allEnded();
    // What has come already, in all, is read before.
    await nextTurn();
  }

  #allEnded(): Promise<void> {
    return new Promise((resolve) => {
      const timer = startTimer(resolve, this.#last + patience - performance.now());
      this.#ended = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** The CPU that all threads of the process have used, in milliseconds. */
function cpuUsed(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
