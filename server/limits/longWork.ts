/** As it is now: tests of an application hold the timers of their process, and for this line they would be lost. */
const { setTimeout } = globalThis;

/** What is left to everybody else between two at most, in milliseconds: also when the process stood still for a minute. */
const longest = 1_000;
/** What is done in one turn for somebody: after so many milliseconds others have theirs. */
export const longestTurn = 3;
/** From how many milliseconds on something took long. */
const long = 10;

/** Lets others have their turn: what would answer at once, as a log in memory does, lets nobody in between. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Those of whom the last that was done took long wait in one line for their next. One comes after the other, and between two of
 * them everybody else for as long as the first took.
 */
export class LongWork {
  readonly #line: (() => void)[] = [];
  #until = 0;

  /** Resolves when it is the turn of somebody of whom the last took so many milliseconds. */
  turn(took = 0): Promise<void> {
    this.#until = Math.max(this.#until, performance.now() + Math.min(took, longest));
    return new Promise((resolve) => {
      this.#line.push(resolve);
      if (this.#line.length === 1) this.#arrange();
    });
  }

  /** Resolves when others have had their turn after something of so many milliseconds: as much time, where it took long. */
  rest(took: number): Promise<void> {
    return took > long ? this.turn(took) : nextTurn();
  }

  #arrange(): void {
    const left = this.#until - performance.now();
    if (left > 0) setTimeout(this.#next, Math.ceil(left));
    else setImmediate(this.#next);
  }

  readonly #next = () => {
    this.#line.shift()?.();
    if (this.#line.length > 0) this.#arrange();
  };
}

/** Of the process: its thread is one. */
export const longWork = new LongWork();
