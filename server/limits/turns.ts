/**
 * Those of whom the last that was done took long wait in one line for their next. One comes after the other, and between two of
 * them everybody else for as long as the first took.
 */
export class Turns {
  readonly #line: (() => void)[] = [];
  #until = 0;

  /** Calls back when it is somebody's turn of whom the last took so many milliseconds. */
  wait(took: number, goOn: () => void): void {
    this.#until = Math.max(this.#until, performance.now() + took);
    this.#line.push(goOn);
    if (this.#line.length === 1) this.#arrange();
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
export const turns = new Turns();
