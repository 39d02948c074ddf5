import { setTimeout as pause } from 'node:timers/promises';
import { Refusal } from '../../shared/refusals.ts';
import { Flow } from '../limits/flow.ts';

/** Bytes of a body that are read as they come; with more it is a large one. */
export const small = 64 * 1024;
/** Bytes that large bodies may have together while they are read. */
const most = 24 * 1024 * 1024;
/** Bytes of them that are read of one user at once, and each second: what has been read is garbage for a while. */
const pace = { most: 16 * 1024 * 1024, perSecond: 8 * 1024 * 1024 };
/** How long one waits for its turn, in milliseconds. */
const patience = 10_000;
/** Who is given this long, in milliseconds, and has sent fewer bytes a millisecond than that (256 kbit/s), gives way to those who wait. */
const fair = 2_000;
const slowest = 32;
/** How often it is looked at who gives way, in milliseconds. */
const lookEvery = 250;

/** A large body that is read. */
export interface Place {
  /** So many bytes of it have come. Resolves when the next may. */
  came(bytes: number): Promise<unknown> | undefined;
  /** Aborted where it has to give way. */
  readonly signal: AbortSignal;
  /** It is read, or comes to nothing. */
  end(): void;
}

interface Waiting {
  user: string;
  bytes: number;
  since: number;
  enter(): void;
  refuse(refusal: Refusal): void;
}

interface Held {
  bytes: number;
  came: number;
  since: number;
  abort: AbortController;
}

/** Large bodies that are read at once: one of each user, and only so many bytes in all. Others wait for their turn, unread. */
export class Bodies {
  readonly #now: () => number;
  readonly #flow: Flow;
  readonly #held = new Map<string, Held>();
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** `now`: milliseconds by a clock that never runs back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#flow = new Flow({ ...pace, now });
  }

  /** Resolves when the turn has come of a body that may have so many bytes. Refuses `unavailable`. */
  async take(user: string, bytes: number): Promise<Place> {
    await new Promise<void>((enter, refuse) => {
      this.#waiting.push({ user, bytes, since: this.#now(), enter, refuse });
      this.#next();
    });
    const held = this.#held.get(user);
    if (!held) throw new Error('whose turn has come has a place');
    return {
      came: (more) => {
        held.came += more;
        const wait = this.#flow.take(user, more);
        return wait > 0 ? pause(wait) : undefined;
      },
      signal: held.abort.signal,
      end: () => {
        this.#held.delete(user);
        this.#next();
      },
    };
  }

  /** Called now and then while some wait: who is slow gives way, and who has waited for too long is refused. */
  look(): void {
    const now = this.#now();
    for (const { since, came, abort } of this.#held.values())
      if (now - since > fair && came < slowest * (now - since)) abort.abort(tooSlow());
    for (const { since, refuse } of this.#waiting) if (now - since > patience) refuse(tooMany());
    this.#waiting = this.#waiting.filter(({ since }) => now - since <= patience);
    this.#watch();
  }

  #next(): void {
    let bytes = 0;
    for (const held of this.#held.values()) bytes += held.bytes;
    this.#waiting = this.#waiting.filter((waiting) => {
      const isFree = !this.#held.has(waiting.user) && (this.#held.size === 0 || bytes + waiting.bytes <= most);
      if (!isFree) return true;
      bytes += waiting.bytes;
      this.#held.set(waiting.user, { bytes: waiting.bytes, came: 0, since: this.#now(), abort: new AbortController() });
      waiting.enter();
      return false;
    });
    this.#watch();
  }

  #watch(): void {
    if (this.#waiting.length > 0) this.#timer ??= setInterval(() => this.look(), lookEvery).unref();
    else {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }
}

function tooSlow(): Refusal {
  return new Refusal('unavailable', 'the body comes too slowly while others wait', { retry_after_ms: 1_000 });
}

function tooMany(): Refusal {
  return new Refusal('unavailable', 'too many large bodies are sent', { retry_after_ms: 1_000 });
}
