import type { Log } from '../logs/log.ts';
import { Ledger, type LedgerType } from './ledger.ts';

/** How long a ledger that nobody asks for stays open, and how often it is looked, in milliseconds. */
const idleTime = 10 * 60_000;
const lookEvery = 60_000;
/** How many are open at most: who names many that are empty takes no more memory. */
const mostOpen = 10_000;

interface Open<State, Change> {
  ledger: Promise<Ledger<State, Change>>;
  /** By performance.now(). */
  usedAt: number;
}

/** Ledgers of one type: each is opened by who asks for it first, and closed when nobody has for a while. */
export class Ledgers<State, Change> {
  readonly #log: Log;
  readonly #type: LedgerType<State, Change>;
  /** The longest unused first. */
  readonly #open = new Map<string, Open<State, Change>>();
  readonly #timer: NodeJS.Timeout;

  constructor(log: Log, type: LedgerType<State, Change>) {
    this.#log = log;
    this.#type = type;
    this.#timer = setInterval(() => this.#closeIdle(), lookEvery);
  }

  /** Ask for it anew each time: one that was closed hears no news. Refuses `unavailable`. */
  of(key: string): Promise<Ledger<State, Change>> {
    const ledger = this.#open.get(key)?.ledger ?? this.#begin(key);
    this.#open.delete(key);
    this.#open.set(key, { ledger, usedAt: performance.now() });
    const oldest = this.#open.keys().next();
    if (this.#open.size > mostOpen && !oldest.done) this.#close(oldest.value);
    return ledger;
  }

  close(): void {
    clearInterval(this.#timer);
    for (const key of [...this.#open.keys()]) this.#close(key);
  }

  #begin(key: string): Promise<Ledger<State, Change>> {
    const ledger = Ledger.open(this.#log, key, this.#type);
    // What failed is opened anew by who asks next.
    ledger.catch(() => this.#open.get(key)?.ledger === ledger && this.#open.delete(key));
    return ledger;
  }

  #closeIdle(): void {
    const before = performance.now() - idleTime;
    for (const [key, { usedAt }] of [...this.#open]) if (usedAt < before) this.#close(key);
  }

  #close(key: string): void {
    const open = this.#open.get(key);
    this.#open.delete(key);
    open?.ledger.then(
      (ledger) => ledger.close(),
      () => {},
    );
  }
}
