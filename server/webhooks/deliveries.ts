import { setTimeout as wait } from 'node:timers/promises';
import type { Duty } from '../instances/duty.ts';
import type { Read } from '../ledgers/ledger.ts';
import type { WebhookEvent } from './events.ts';
import type { Post } from './post.ts';
import type { QueueChange } from './queue.ts';
import type { GivenUp, OpenQueue, Queues } from './queues.ts';

/** What is sent at once: so many changes of a queue, each of some events, and about so many bytes. */
const most = { changes: 8, bytes: 512 * 1024 };
/** The pause after the first failure, and the longest one: each is twice the one before. In milliseconds. */
export const pauses = { first: 500, longest: 60_000 };
/** How long an answer is waited for when the server stops, in milliseconds. */
const lastMoment = 1_000;
/** How many queues are delivered from at once. */
const atOnce = 16;

export interface DeliveriesOptions {
  queues: Queues;
  /** One instance delivers, for all. */
  duty: Duty;
  post: Post;
  /** For how long an event is sent again, in milliseconds. */
  retryFor: number;
  /** Milliseconds since the epoch. */
  now(): number;
  onDelivered(events: number): void;
  /** `tries`: how many were in vain by now; 0 when one was not any more. */
  onTried(key: string, tries: number, error?: unknown): void;
  onGivenUp(key: string, events: number, reason: GivenUp): void;
  onError(error: unknown): void;
  /** Resolves after so many milliseconds, or when it is stopped. */
  pause?(milliseconds: number, stop: AbortSignal): Promise<void>;
}

/**
 * Delivers what waits: of each queue one request after the other, so that all comes in order, each until it is taken. What a
 * service does not take holds up its own queue and no other.
 */
export class Deliveries {
  readonly #options: DeliveriesOptions;
  readonly #pause: (milliseconds: number, stop: AbortSignal) => Promise<void>;
  /** What waits in the queues that are delivered from. */
  readonly #waiting = new Map<string, { events: number; bytes: number }>();
  readonly #running = new Map<string, Promise<void>>();
  /** Nothing is begun any more; and what is under way is broken off. */
  readonly #closing = new AbortController();
  readonly #cut = new AbortController();
  readonly #turns: (() => void)[] = [];
  #posting = 0;

  constructor(options: DeliveriesOptions) {
    this.#options = options;
    this.#pause = options.pause ?? pauseFor;
  }

  /** How much waits, as far as this instance delivers. */
  get waiting(): { events: number; bytes: number } {
    const all = [...this.#waiting.values()];
    return {
      events: all.reduce((sum, { events }) => sum + events, 0),
      bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  }

  /** Something may wait in a queue. */
  look(key: string): void {
    if (this.#running.has(key) || this.#closing.signal.aborted || !this.#options.duty.held) return;
    const run = this.#deliver(key).finally(() => {
      this.#running.delete(key);
      this.#waiting.delete(key);
    });
    this.#running.set(key, run);
    // What came while it ended.
    run.then(() => this.#lookAt(key)).catch(this.#options.onError);
  }

  /** What is under way has a moment to be answered; what is not is sent again by whoever is next. */
  async close(): Promise<void> {
    this.#closing.abort();
    const cut = setTimeout(() => this.#cut.abort(), lastMoment);
    await Promise.all(this.#running.values());
    clearTimeout(cut);
  }

  async #lookAt(key: string): Promise<void> {
    if (this.#closing.signal.aborted) return;
    const { state } = await this.#options.queues.of(key);
    if (state.events > 0) this.look(key);
  }

  async #deliver(key: string): Promise<void> {
    const { queues, duty, onDelivered, onTried, onError } = this.#options;
    const { signal } = this.#closing;
    let limit = most.changes;
    let tries = 0;
    while (!signal.aborted && duty.held) {
      let ledger: OpenQueue | undefined;
      let changes: Read<QueueChange>[] | undefined;
      try {
        ledger = await queues.of(key);
        const { done, events: waiting, bytes } = ledger.state;
        if (waiting === 0) return;
        this.#waiting.set(key, { events: waiting, bytes });
        changes = await ledger.read(done, { limit, bytes: most.bytes });
        if (!changes || changes.length === 0) {
          await queues.giveUpAll(key, ledger);
          continue;
        }
        const events = eventsOf(changes);
        if (events.length > 0) await this.#post(events);
        await queues.finish(ledger, changes);
        onDelivered(events.length);
        if (tries > 0) onTried(key, 0);
        tries = 0;
        limit = Math.min(2 * limit, most.changes);
      } catch (error) {
        if (signal.aborted) return;
        tries += 1;
        onTried(key, tries, error);
        // Too much perhaps; and the less is sent, the less goes with one that is never taken.
        limit = Math.max(1, limit >> 1);
        if (ledger && changes) await this.#giveUpOld(key, ledger, changes).catch(onError);
        await this.#pause(pauseAfter(tries), signal);
      }
    }
  }

  /** Those that were tried long enough. */
  async #giveUpOld(key: string, ledger: OpenQueue, changes: Read<QueueChange>[]): Promise<void> {
    const before = this.#options.now() - this.#options.retryFor;
    const end = changes.findIndex((change) => eventsOf([change]).some(({ timestamp }) => timestamp > before));
    const old = end < 0 ? changes : changes.slice(0, end);
    const { length } = eventsOf(old);
    if (length === 0) return;
    await this.#options.queues.finish(ledger, old);
    this.#options.onGivenUp(key, length, 'too old');
  }

  async #post(events: WebhookEvent[]): Promise<void> {
    if (this.#posting >= atOnce) await new Promise<void>((resolve) => this.#turns.push(resolve));
    else this.#posting += 1;
    try {
      await this.#options.post(events, this.#cut.signal);
    } finally {
      const next = this.#turns.shift();
      if (next) next();
      else this.#posting -= 1;
    }
  }
}

/** Half of it by chance, so that what failed at once is not sent again at once. */
function pauseAfter(tries: number): number {
  const pause = Math.min(pauses.first * 2 ** Math.min(tries - 1, 20), pauses.longest);
  return pause / 2 + (Math.random() * pause) / 2;
}

function eventsOf(changes: readonly Read<QueueChange>[]): WebhookEvent[] {
  return changes.flatMap(({ change }) => (change.type === 'happened' ? change.events : []));
}

async function pauseFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  await wait(milliseconds, undefined, { signal, ref: false }).catch(() => {});
}
