import { Clock } from '../../shared/clock.ts';
import { monotonic } from '../../shared/monotonic.ts';

/** How far the time may be from where it comes from before it is not simply taken from there, in milliseconds. */
const leeway = 20;
/** How much faster or slower than time it goes until it is there: a second is caught up in 100. */
const rate = 0.01;

/**
 * The time that the server stamps with and tells: what a session's positions and ends are counted by. It comes from the
 * calendar of this machine, or with many instances from Redis's, so that all have the same; but whatever becomes of those, it
 * never runs back, and never jumps. Where a clock was set it follows slowly; a restart takes the new time at once.
 */
export class Time {
  readonly #monotonic: () => number;
  readonly #calendar: () => number;
  /** Redis's clock. */
  #shared: Clock | undefined;
  /** The time minus the clock that never runs back, and when that was looked at. */
  #offset: number;
  #at: number;
  #last = 0;

  constructor(here = monotonic, calendar: () => number = Date.now) {
    this.#monotonic = here;
    this.#calendar = calendar;
    this.#at = here();
    this.#offset = calendar() - this.#at;
  }

  /** Milliseconds since the epoch. */
  readonly now = (): number => {
    const here = this.#monotonic();
    const source = this.#shared ? here + this.#shared.offset : this.#calendar();
    const ahead = source - here - this.#offset;
    // Within the leeway it is the source's own; beyond, it nears that no faster than the rate.
    const step = Math.abs(ahead) <= leeway ? leeway : rate * (here - this.#at);
    this.#offset += Math.max(-step, Math.min(step, ahead));
    this.#at = here;
    this.#last = Math.max(this.#last, Math.round(here + this.#offset));
    return this.#last;
  };

  /** Redis was asked for its time: the question left and was back at these moments of the clock that never runs back. */
  measured(sent: number, received: number, time: number): void {
    const isFirst = this.#shared === undefined;
    this.#shared ??= new Clock(0);
    this.#shared.measured(sent, received, time);
    if (!isFirst) return;
    // Nobody has read a room before.
    this.#offset = this.#shared.offset;
    this.#last = 0;
  }

  /** How far this machine's calendar is ahead of the time, in milliseconds. */
  get skew(): number {
    return this.#calendar() - this.now();
  }
}
