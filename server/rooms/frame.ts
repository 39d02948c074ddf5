import type { ServerEventName, ServerPayload } from '../../shared/events.ts';

/** Sends an event to every connection of a room on this instance, except to those that are named. */
export type Broadcast = <E extends ServerEventName>(event: E, payload: ServerPayload<E>, except?: string[]) => void;

/** How long a busy room gathers presence and cursors before it speaks, in milliseconds. */
export const presenceInterval = 32;

/** Calls `send` at once when it was quiet, and at most once per interval while it is busy. */
export class Frame {
  readonly #interval: number | (() => number);
  readonly #send: () => void;
  #timer: NodeJS.Timeout | undefined;
  #last = Number.NEGATIVE_INFINITY;

  /** `interval` in milliseconds; it may change with the load. */
  constructor(interval: number | (() => number), send: () => void) {
    this.#interval = interval;
    this.#send = send;
  }

  /** There is something to send. */
  request(): void {
    if (this.#timer) return;
    const interval = typeof this.#interval === 'number' ? this.#interval : this.#interval();
    const wait = this.#last + interval - performance.now();
    if (wait <= 0) this.flush();
    else this.#timer = setTimeout(() => this.flush(), wait);
  }

  /** Sends now. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#last = performance.now();
    this.#send();
  }

  /** Forgets what was requested. */
  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
