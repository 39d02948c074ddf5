/** Says on standard error how far something has come: a line that is written again, in a terminal alone. */
export class Progress {
  readonly #what: string;
  #told = 0;

  constructor(what: string) {
    this.#what = what;
  }

  tell(done: number): void {
    if (!process.stderr.isTTY || performance.now() - this.#told < 100) return;
    this.#told = performance.now();
    process.stderr.write(`\r${done} ${this.#what}`);
  }

  end(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  }
}
