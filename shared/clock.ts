/** Another machine's clock and the way to it, from questions about its time. What it is compared with never runs back. */
export class Clock {
  /** How long the last question took there and back, in milliseconds; undefined before the first. */
  latency: number | undefined;
  /** The other clock minus this one, in milliseconds, as the fastest answer says that counts yet; before, a guess. */
  offset: number;
  /** How far the offset may be from the truth: half of what the answer took, and more with time, for clocks drift. */
  #error = Number.POSITIVE_INFINITY;

  constructor(guess: number) {
    this.offset = guess;
  }

  /** A question that left at `sent` was answered with the other's time and was back at `received`. */
  measured(sent: number, received: number, time: number): void {
    this.latency = received - sent;
    const error = this.latency / 2;
    const offset = time - sent - error;
    this.#error += 1;
    // Where both can not be right, a clock was set, or has slept.
    if (error < this.#error || Math.abs(offset - this.offset) > error + this.#error) {
      this.offset = offset;
      this.#error = error;
    }
  }
}
