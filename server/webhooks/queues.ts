import { sizeOf as jsonSizeOf } from '../../shared/json.ts';
import type { WebhookEventType } from '../config.ts';
import type { Ledger } from '../ledgers/ledger.ts';
import { Ledgers } from '../ledgers/ledgers.ts';
import type { Log } from '../logs/log.ts';
import { changeOf, type Notice, type QueueChange, type QueueName, type QueueState, queue, queueKey } from './queue.ts';

/** How long notices gather before they are brought into the log, and how soon that is tried again, in milliseconds. */
const gather = 100;
const tryAgainAfter = 1_000;
/** How many go into one change of the log: what is delivered is counted in those. */
const mostAtOnce = 25;
/** How many may wait in memory for a store that does not answer, and how many bytes; the oldest go first. */
const mostNotices = 10_000;
const mostNoticed = 4 * 1024 * 1024;
/** Bytes of events that may wait in a queue; the oldest are given up for newer ones. */
export const mostBytes: Record<QueueName, number> = { rooms: 32 * 1024 * 1024, users: 4 * 1024 * 1024 };
/** What a queue that is full has afterwards, so that it is not full again at once. */
const afterwards = 0.95;
/** How much is read at once of what is given up. */
const read = { limit: 1_000, bytes: 1024 * 1024 };

/** Why events were given up. */
export type GivenUp = 'the queue is full' | 'too old' | 'lost by the store';

export type OpenQueue = Ledger<QueueState, QueueChange>;

export interface QueuesOptions {
  log: Log;
  wanted: ReadonlySet<WebhookEventType>;
  /** Something waits to be delivered. */
  onQueued(key: string): void;
  onGivenUp(key: string, events: number, reason: GivenUp): void;
  onError(error: unknown): void;
  /** Smaller in tests. */
  mostBytes?: Record<QueueName, number>;
  mostNoticed?: number;
}

/** What this instance has noticed and not yet brought into the log. */
interface Gathered {
  org_id: string;
  name: QueueName;
  notices: Notice[];
  /** What those take, roughly. */
  bytes: number;
  timer: NodeJS.Timeout | undefined;
  flushing: Promise<void>;
  /** The store did not take it the last time. */
  failed: boolean;
}

/**
 * What is to be delivered, kept in the log: what was noticed on any instance is told once, and outlives all of them. Whoever
 * notices something goes on at once.
 */
export class Queues {
  readonly #options: QueuesOptions;
  readonly #ledgers: Ledgers<QueueState, QueueChange>;
  readonly #gathered = new Map<string, Gathered>();
  readonly #most: Record<QueueName, number>;
  readonly #mostNoticed: number;
  #closed = false;

  constructor(options: QueuesOptions) {
    this.#options = options;
    this.#most = options.mostBytes ?? mostBytes;
    this.#mostNoticed = options.mostNoticed ?? mostNoticed;
    this.#ledgers = new Ledgers(options.log, queue);
  }

  /** Ask for it anew each time. Refuses `unavailable`. */
  of(key: string): Promise<OpenQueue> {
    return this.#ledgers.of(key);
  }

  /** Returns at once. What is noticed when all is closed the next one to start will notice, too. */
  add(org_id: string, name: QueueName, notice: Notice): void {
    if (this.#closed) return;
    const key = queueKey(org_id, name);
    const flushing = Promise.resolve();
    const fresh: Gathered = { org_id, name, notices: [], bytes: 0, timer: undefined, flushing, failed: false };
    const gathered = this.#gathered.get(key) ?? fresh;
    this.#gathered.set(key, gathered);
    const { notices } = gathered;
    notices.push(notice);
    gathered.bytes += weightOf(notice);
    let over = 0;
    const isFull = () => notices.length > mostNotices || (gathered.bytes > this.#mostNoticed && notices.length > 1);
    while (isFull()) over += takeFirst(gathered, 1);
    if (over > 0) this.#options.onGivenUp(key, over, 'the queue is full');
    gathered.timer ??= setTimeout(() => void this.#flush(key, gathered), gather);
  }

  /** Resolves when all that was noticed in a queue is in the log, or the store does not take it for now. */
  async settled(org_id: string, name: QueueName): Promise<void> {
    const key = queueKey(org_id, name);
    const gathered = this.#gathered.get(key);
    if (gathered) await this.#flush(key, gathered);
  }

  /** All events up to a change are over: delivered, or given up. `entries` are those that were read from where it began. */
  async finish(ledger: OpenQueue, entries: readonly { revision: number; change: QueueChange }[]): Promise<void> {
    const through = entries.at(-1)?.revision ?? 0;
    await ledger.record('server', ({ done }) => {
      if (done >= through) return undefined;
      const over = entries.filter(({ revision }) => revision > done).map(({ change }) => sizeOf(change));
      const sum = (of: 'events' | 'bytes') => over.reduce((total, size) => total + size[of], 0);
      return { type: 'done', through, events: sum('events'), bytes: sum('bytes') };
    });
  }

  /** What waits can not be read any more: the store has lost it, unless another instance knows better. */
  async giveUpAll(key: string, ledger: OpenQueue): Promise<void> {
    const { epoch, state } = ledger;
    const { done } = await ledger.record('server', ({ done, events, bytes }) => {
      if (ledger.epoch !== epoch || done !== state.done) return undefined;
      return { type: 'done', through: ledger.revision, events, bytes };
    });
    if (done !== state.done) this.#options.onGivenUp(key, state.events, 'lost by the store');
  }

  /** The same, of all queues. */
  async settledAll(): Promise<void> {
    await Promise.all([...this.#gathered].map(([key, gathered]) => this.#flush(key, gathered)));
  }

  close(): void {
    this.#closed = true;
    for (const [key, { timer, notices }] of this.#gathered) {
      clearTimeout(timer);
      if (notices.length > 0) this.#options.onGivenUp(key, notices.length, 'lost by the store');
    }
    this.#ledgers.close();
  }

  #flush(key: string, gathered: Gathered): Promise<void> {
    clearTimeout(gathered.timer);
    gathered.timer = undefined;
    gathered.flushing = gathered.flushing.then(() => this.#write(key, gathered));
    return gathered.flushing;
  }

  async #write(key: string, gathered: Gathered): Promise<void> {
    const { org_id, name, notices } = gathered;
    try {
      while (notices.length > 0) {
        const ledger = await this.of(key);
        await this.#makeRoom(key, ledger, this.#most[name]);
        const some = notices.slice(0, mostAtOnce);
        const { events } = await ledger.record('server', (state) =>
          changeOf(state, org_id, some, this.#options.wanted),
        );
        gathered.failed = false;
        // Those that had to go meanwhile were the first.
        const last = some.at(-1);
        takeFirst(gathered, last ? notices.indexOf(last) + 1 : 0);
        if (events > 0) this.#options.onQueued(key);
      }
      if (gathered.timer === undefined && this.#gathered.get(key) === gathered) this.#gathered.delete(key);
    } catch (error) {
      if (!gathered.failed) this.#options.onError(error);
      gathered.failed = true;
      if (!this.#closed) gathered.timer ??= setTimeout(() => void this.#flush(key, gathered), tryAgainAfter);
    }
  }

  /** Gives up the oldest events where too much waits. */
  async #makeRoom(key: string, ledger: OpenQueue, most: number): Promise<void> {
    if (ledger.state.bytes <= most) return;
    let events = 0;
    while (ledger.state.bytes > afterwards * most) {
      const entries = await ledger.read(ledger.state.done, read);
      if (!entries || entries.length === 0) return this.giveUpAll(key, ledger);
      let bytes = ledger.state.bytes;
      const end = entries.findIndex(({ change }) => {
        bytes -= sizeOf(change).bytes;
        return bytes <= afterwards * most;
      });
      const before = ledger.state.events;
      await this.finish(ledger, end < 0 ? entries : entries.slice(0, end + 1));
      events += before - ledger.state.events;
    }
    this.#options.onGivenUp(key, events, 'the queue is full');
  }
}

/** Lets the first notices go; returns how many those were. */
function takeFirst(gathered: Gathered, count: number): number {
  const taken = gathered.notices.splice(0, count);
  for (const notice of taken) gathered.bytes -= weightOf(notice);
  return taken.length;
}

/** What a notice takes in memory, roughly: what was published has any size that a message may have, all others are alike. */
function weightOf(notice: Notice): number {
  return 256 + (notice.type === 'entry.published' ? jsonSizeOf(notice.data) : 0);
}

function sizeOf(change: QueueChange): { events: number; bytes: number } {
  return change.type === 'happened' ? { events: change.events.length, bytes: change.bytes } : { events: 0, bytes: 0 };
}
