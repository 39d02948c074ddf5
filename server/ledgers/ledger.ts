import { Refusal } from '../../shared/refusals.ts';
import type { LoadedRoom, Log, News } from '../logs/log.ts';

/** How many changes lie between two snapshots. */
const snapshotEvery = 100;
/** What the log keeps behind one, unless its type needs more: nobody asks a ledger for what it was before. */
const kept = { entries: 1, bytes: 1 };
/** How often a change is tried again that another instance was faster than. */
const mostTries = 20;

/** One change, as it was recorded. */
export interface Recorded<Change> {
  change: Change;
  /** Who made it. */
  user_id: string;
  /** Milliseconds since the epoch. */
  timestamp: number;
}

/** What a ledger is about. Pure code; the state is JSON and never changed in place. */
export interface LedgerType<State, Change> {
  create(): State;
  /** The state after a change. What does not fit is left out by the next reader too, so it must not throw. */
  apply(state: State, recorded: Recorded<Change>): State;
  /** The revision behind which changes can still be read; without it, none can. */
  readableFrom?(state: State): number;
}

/** A change as it is read again: `revision` is what it made. */
export interface Read<Change> extends Recorded<Change> {
  revision: number;
}

/**
 * What is known of something that is no document, such as who may not come in: changes in a log of their own, and the
 * state that they make, the same on every instance. Where it is read it is in memory; where it is changed, the change is
 * durable before record() resolves.
 */
export class Ledger<State, Change> {
  readonly #log: Log;
  readonly #key: string;
  readonly #type: LedgerType<State, Change>;
  readonly #onChange: (state: State) => void;
  #unfollow: () => void = () => {};
  #epoch = '';
  #revision = 0;
  #timestamp = 0;
  #state: State;
  #snapshotAt = 0;
  /** Changes of this instance follow each other. */
  #writing: Promise<unknown> = Promise.resolve();
  #catchingUp: Promise<void> | undefined;

  private constructor(
    log: Log,
    key: string,
    type: LedgerType<State, Change>,
    onChange: (state: State) => void = () => {},
  ) {
    this.#log = log;
    this.#key = key;
    this.#type = type;
    this.#onChange = onChange;
    this.#state = type.create();
  }

  /**
   * `key` names it in the log: see ledgerKey(). `onChange` is told the state, when it is first known and whenever any
   * instance has changed it. Refuses `unavailable` where the store does not answer.
   */
  static async open<State, Change>(
    log: Log,
    key: string,
    type: LedgerType<State, Change>,
    onChange?: (state: State) => void,
  ): Promise<Ledger<State, Change>> {
    const ledger = new Ledger(log, key, type, onChange);
    ledger.#unfollow = log.follow(key, (news) => ledger.#hear(news));
    try {
      await ledger.#catchUp();
    } catch (error) {
      ledger.close();
      throw error;
    }
    return ledger;
  }

  /** What the log has of one now, for who does not follow it. Refuses `unavailable` where the store does not answer. */
  static async read<State, Change>(log: Log, key: string, type: LedgerType<State, Change>): Promise<State> {
    const ledger = new Ledger(log, key, type);
    await ledger.#load();
    return ledger.#state;
  }

  get state(): State {
    return this.#state;
  }

  get epoch(): string {
    return this.#epoch;
  }

  get revision(): number {
    return this.#revision;
  }

  /**
   * The changes behind a revision, as many as `limits` let through, but one at least where there is one; undefined where they
   * are kept no longer. Refuses `unavailable`.
   */
  async read(after: number, limits: { limit: number; bytes: number }): Promise<Read<Change>[] | undefined> {
    const entries = await this.#log.read(this.#key, { epoch: this.#epoch, after, ...limits });
    return entries?.map(({ operation, user_id, timestamp }, index) => {
      return { change: operation as Change, user_id, timestamp, revision: after + index + 1 };
    });
  }

  /**
   * Records a change, which `decide` makes of the state that it will follow; where it makes none, nothing is recorded.
   * Resolves with the state afterwards. Refuses `unavailable`, and what `decide` refuses.
   */
  record(user_id: string, decide: (state: State) => Change | undefined): Promise<State> {
    const written = this.#writing.then(() => this.#append(user_id, decide));
    this.#writing = written.catch(() => {});
    return written;
  }

  /** Leaves nothing in the log but the state: neither who made it so, nor what it was before. Refuses `unavailable`. */
  async compact(): Promise<void> {
    if (this.#revision === 0) return;
    const snapshot = { epoch: this.#epoch, revision: this.#revision, content: this.#state };
    this.#snapshotAt = snapshot.revision;
    await this.#log.snapshot(this.#key, snapshot, { entries: 0, bytes: 0 });
  }

  close(): void {
    this.#unfollow();
  }

  async #append(user_id: string, decide: (state: State) => Change | undefined): Promise<State> {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const change = decide(this.#state);
      if (change === undefined) return this.#state;
      const timestamp = Math.max(Date.now(), this.#timestamp);
      const entry = { operation: change, client_id: 'ledger', user_id, timestamp };
      const append = { epoch: this.#epoch, after: this.#revision, entries: [entry] };
      const appended = await this.#log.append(this.#key, append);
      if (appended.committed) {
        this.#follow(appended.epoch, append.after, append.entries);
        this.#onChange(this.#state);
        await this.#snapshot();
        return this.#state;
      }
      await this.#catchUp();
    }
    throw new Refusal('unavailable', 'too many write at once', { retry_after_ms: 500 });
  }

  #hear({ epoch, revision, entries }: News): void {
    const fits = entries.length > 0 && revision === this.#revision && (revision === 0 || epoch === this.#epoch);
    if (fits) {
      this.#follow(epoch, revision, entries);
      this.#onChange(this.#state);
    } else if (epoch !== this.#epoch || revision + entries.length > this.#revision) {
      this.#catchUp().catch(() => {});
    }
  }

  #follow(epoch: string, after: number, entries: News['entries']): void {
    // It may have been heard of before its append was answered, or the other way round.
    for (const { operation, user_id, timestamp } of entries.slice(Math.max(0, this.#revision - after))) {
      this.#state = this.#type.apply(this.#state, { change: operation as Change, user_id, timestamp });
      this.#revision += 1;
      this.#timestamp = timestamp;
    }
    this.#epoch = epoch;
  }

  /** Becomes what the log has. Many that ask at once share one look, but none gets one that began before it asked. */
  #catchUp(): Promise<void> {
    const before = this.#catchingUp ?? Promise.resolve();
    const look = before.catch(() => {}).then(() => this.#load());
    this.#catchingUp = look;
    return look;
  }

  async #load(): Promise<void> {
    let loaded: LoadedRoom;
    try {
      loaded = await this.#log.load(this.#key);
    } catch (error) {
      if (await this.#renewed()) return;
      throw error;
    }
    const { epoch, revision, snapshot, entries, timestamp } = loaded;
    if (epoch === this.#epoch && revision < this.#revision) return;
    this.#state = snapshot ? (snapshot.content as State) : this.#type.create();
    this.#revision = snapshot?.revision ?? 0;
    this.#snapshotAt = this.#revision;
    this.#follow(epoch, this.#revision, entries);
    this.#timestamp = timestamp;
    this.#onChange(this.#state);
  }

  /** Whether the log had lost a part of it, and has it again from here. */
  async #renewed(): Promise<boolean> {
    if (this.#epoch === '') return false;
    const snapshot = { epoch: this.#epoch, revision: this.#revision, content: this.#state };
    const known = { snapshot, timestamp: this.#timestamp, proofAt: () => undefined, clients: new Map() };
    const epoch = await this.#log.renew?.(this.#key, known);
    if (epoch) this.#epoch = epoch;
    return epoch !== undefined;
  }

  async #snapshot(): Promise<void> {
    if (this.#revision - this.#snapshotAt < snapshotEvery) return;
    const snapshot = { epoch: this.#epoch, revision: this.#revision, content: this.#state };
    this.#snapshotAt = snapshot.revision;
    const readable = this.#revision - (this.#type.readableFrom?.(this.#state) ?? this.#revision);
    const keep = readable > 0 ? { entries: readable, bytes: Number.MAX_SAFE_INTEGER } : kept;
    await this.#log.snapshot(this.#key, snapshot, keep).catch(() => false);
  }
}

/** A ledger's key in the log, beside the rooms' keys: no tenant's name, percent-encoded, begins with a colon. */
export function ledgerKey(name: string, org_id: string, of = ''): string {
  return `:${name}/${encodeURIComponent(org_id.toWellFormed())}/${of}`;
}
