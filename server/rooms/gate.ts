/** Lets in what takes much memory while it is done: at once only as much as has so many bytes together, the others one after the other. */
export class Gate {
  readonly #most: number;
  readonly #waiting: { bytes: number; enter(): void }[] = [];
  #bytes = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Does the work when its turn has come. What has more bytes than there may be at once is done alone. */
  async pass<Result>(bytes: number, work: () => Promise<Result>): Promise<Result> {
    await new Promise<void>((enter) => {
      this.#waiting.push({ bytes, enter });
      this.#next();
    });
    try {
      return await work();
    } finally {
      this.#bytes -= bytes;
      this.#next();
    }
  }

  #next(): void {
    for (let [first] = this.#waiting; first; [first] = this.#waiting) {
      if (this.#bytes > 0 && this.#bytes + first.bytes > this.#most) return;
      this.#waiting.shift();
      this.#bytes += first.bytes;
      first.enter();
    }
  }
}
