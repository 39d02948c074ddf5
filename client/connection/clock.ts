/** How many of the newest measurements count. */
const kept = 8;

interface Measurement {
  /** There and back, in milliseconds. */
  latency: number;
  /** The server's clock minus this one, in milliseconds. */
  offset: number;
}

/** The server's clock and the way to it, from questions about its time. */
export class Clock {
  readonly #guess: number;
  #measurements: Measurement[] = [];

  /** `guess`: the offset until it is measured. */
  constructor(guess: number) {
    this.#guess = guess;
  }

  /** A question that left at `sent` was answered with the server's time and was back at `received`. */
  measured(sent: number, received: number, serverTime: number): void {
    const measurement = { latency: received - sent, offset: serverTime - (sent + received) / 2 };
    this.#measurements = [...this.#measurements, measurement].slice(-kept);
  }

  /** The last one; undefined before the first. */
  get latency(): number | undefined {
    return this.#measurements.at(-1)?.latency;
  }

  /** That of the fastest answer, which has the least room for error: half its latency. */
  get offset(): number {
    const [first, ...others] = this.#measurements;
    if (!first) return this.#guess;
    return others.reduce((best, other) => (other.latency < best.latency ? other : best), first).offset;
  }
}
