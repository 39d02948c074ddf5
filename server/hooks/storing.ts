import { setTimeout as wait } from 'node:timers/promises';
import { monotonic } from '../../shared/monotonic.ts';
import { Refusal } from '../../shared/refusals.ts';
import { roomOfKey, tenantOfKey } from '../access/keys.ts';
import { Document } from '../documents/document.ts';
import type { Kinds } from '../kinds/kinds.ts';
import { Ledger } from '../ledgers/ledger.ts';
import { Ledgers } from '../ledgers/ledgers.ts';
import type { Log } from '../logs/log.ts';
import type { RoomHooks, StoringTimes } from './hooks.ts';
import { type Mark, type MarkChange, markKey, marks } from './marks.ts';
import type { Slots } from './slots.ts';

/** When storeDocument is called where nothing else is said: see StoringTimes. */
const times = { after: 2_000, every: 10_000, onClose: 10_000 };
/** How long it may take before its place goes to another room, in milliseconds. */
const patience = 10_000;
/** How long an instance that has a room leaves it to the one where it was written, in milliseconds: longer than a lease lasts. */
const yielding = 15_000;
/** When it is looked again whether another instance has stored a room, in milliseconds. */
const busyRetry = 500;
/** Pauses after failures, in milliseconds: the first, and the longest. */
const pauses = { first: 1_000, most: 60_000 };
/** How often all rooms are looked at, in milliseconds, how soon again where that failed, and how many at once. */
const sweeping = { every: 60 * 60 * 1_000, again: 10_000, atOnce: 16 };

/** A room's content as it is kept. */
export type Kept = Pick<Document, 'epoch' | 'revision' | 'timestamp' | 'proof'> & { content(): unknown };

export interface StoringOptions extends StoringTimes {
  hook: NonNullable<RoomHooks['storeDocument']>;
  log: Log;
  kinds: Kinds;
  slots: Slots;
  /** A room that is in memory. */
  find(key: string): Document | undefined;
  /** Which instances live, where there may be others. */
  leases: { readonly own: string; readonly settled: boolean; holds(lease: string): boolean } | undefined;
  /** Told what the hook has thrown, and why it could not be called. */
  onFailed(error: unknown): void;
}

type Marked = Ledger<Mark, MarkChange>;

interface Unstored {
  /** When the first change was, by monotonic(). */
  since: number;
  timer: NodeJS.Timeout | undefined;
  failures: number;
  /** Resolves when what is under way is done. */
  running: Promise<void> | undefined;
  /** Whether there are changes since that began. */
  changed: boolean;
  /** Whether it was called, and the log does not know yet what became of that. */
  doubtful: boolean;
}

/**
 * Has an application keep what rooms hold. The log stays the truth: a room's mark there says up to where it is kept, so that
 * after whatever end of a process the rest is kept by who loads the room next, or looks through all of them. One instance at a
 * time stores a room, having claimed its mark, what the log has after that: none stores what is older than what is stored. One that
 * was frozen may do so nevertheless; it finds out when it wakes, and has the room stored again.
 */
export class Storing {
  readonly #options: StoringOptions;
  readonly #marks: Ledgers<Mark, MarkChange>;
  readonly #rooms = new Map<string, Unstored>();
  readonly #ending = new AbortController();
  #reason = '';
  #sweeping: Promise<void> | undefined;
  #sweepAgain = false;

  constructor(options: StoringOptions) {
    this.#options = options;
    this.#marks = new Ledgers(options.log, marks);
  }

  /** How many rooms have changes that are not stored. */
  get size(): number {
    return this.#rooms.size;
  }

  /** Why rooms are not stored; undefined where none has failed. */
  get trouble(): string | undefined {
    const failing = [...this.#rooms.values()].filter(({ failures }) => failures > 0).length;
    return failing > 0 ? `storeDocument fails for ${failing} rooms: ${this.#reason}` : undefined;
  }

  /** Something was written in a room, here or on another instance. */
  changed(key: string, here: boolean): void {
    if (!this.#isKept(key)) return;
    const unstored = this.#rooms.get(key) ?? this.#begin(key);
    unstored.changed = true;
    if (unstored.running || unstored.failures > 0) return;
    const { storeAfterMs = times.after, storeEveryMs = times.every } = this.#options;
    const left = unstored.since + storeEveryMs - monotonic();
    if (here) this.#schedule(key, unstored, Math.min(storeAfterMs, left));
    else if (!unstored.timer) this.#schedule(key, unstored, storeEveryMs + yielding);
  }

  /** Everyone has left a room: it is stored at once where it has changes. */
  emptied(key: string): void {
    const unstored = this.#rooms.get(key);
    if (unstored && !unstored.running && unstored.failures === 0) this.#schedule(key, unstored, 0);
  }

  /** A room was loaded: perhaps who wrote there has ended before it was stored. */
  async loaded(key: string, { epoch, revision }: Pick<Kept, 'epoch' | 'revision'>): Promise<void> {
    if (!this.#isKept(key) || revision === 0 || this.#rooms.has(key)) return;
    const { state } = await this.#marks.of(markKey(key));
    if (!isStored(state, { epoch, revision })) this.changed(key, true);
  }

  /** A room holds what the application has of it. */
  async seeded(key: string, { epoch, revision, timestamp }: Omit<Kept, 'content' | 'proof'>): Promise<void> {
    const ledger = await this.#marks.of(markKey(key));
    await ledger.record('', ({ doubts }) => ({ type: 'stored', epoch, revision, timestamp, doubts }));
  }

  /** From now on looks through all rooms, now and then, for what was not stored. */
  watch(): void {
    void this.#watch();
  }

  /** Looks through all rooms soon: another instance is gone. */
  async sweep(): Promise<void> {
    this.#sweepAgain = true;
    this.#sweeping ??= this.#sweepAll().finally(() => {
      this.#sweeping = undefined;
    });
    return this.#sweeping;
  }

  /** Stores what is not stored, within a time. Only when nothing more is written. */
  async close(): Promise<void> {
    const { storeOnCloseMs = times.onClose } = this.#options;
    const deadline = monotonic() + storeOnCloseMs;
    this.#ending.abort();
    const store = async (key: string, unstored: Unstored) => {
      clearTimeout(unstored.timer);
      for (let pause = 100; this.#rooms.has(key) && monotonic() < deadline; pause *= 2) {
        await unstored.running;
        if (this.#rooms.has(key)) await this.#run(key, unstored);
        if (this.#rooms.has(key)) await wait(Math.min(pause, Math.max(0, deadline - monotonic())));
      }
    };
    const all = Promise.all([...this.#rooms].map(([key, unstored]) => store(key, unstored)));
    await Promise.race([all, wait(storeOnCloseMs, undefined, { ref: false })]);
    for (const { timer } of this.#rooms.values()) clearTimeout(timer);
    if (this.#rooms.size > 0)
      this.#options.onFailed(
        new Error(`${this.#rooms.size} rooms are not stored yet: they will be after the next start`),
      );
    this.#marks.close();
  }

  #begin(key: string): Unstored {
    const since = monotonic();
    const unstored = { since, timer: undefined, failures: 0, running: undefined, changed: true, doubtful: false };
    this.#rooms.set(key, unstored);
    return unstored;
  }

  #schedule(key: string, unstored: Unstored, delay: number): void {
    clearTimeout(unstored.timer);
    if (this.#ending.signal.aborted) return;
    unstored.timer = setTimeout(() => void this.#run(key, unstored), Math.max(0, delay));
  }

  /** Tries to store a room, and sees to it that it is tried again where that is needed. */
  #run(key: string, unstored: Unstored): Promise<void> {
    unstored.running ??= this.#try(key, unstored).finally(() => {
      unstored.running = undefined;
    });
    return unstored.running;
  }

  async #try(key: string, unstored: Unstored): Promise<void> {
    unstored.timer = undefined;
    unstored.changed = false;
    unstored.since = monotonic();
    const release = await this.#options.slots.take();
    try {
      const isDone = await this.#store(key, unstored, () => {
        release();
        this.#failed(unstored, new Error(`no answer in ${patience / 1000} s`));
      });
      unstored.failures = 0;
      if (isDone && !unstored.changed) this.#rooms.delete(key);
      else this.#schedule(key, unstored, isDone ? (this.#options.storeAfterMs ?? times.after) : busyRetry);
    } catch (error) {
      this.#failed(unstored, error);
      const pause = Math.min(pauses.most, pauses.first * 2 ** (unstored.failures - 1));
      this.#schedule(key, unstored, pause * (0.5 + Math.random() / 2));
    }
    release();
  }

  /** Resolves with whether the room is stored, as far as it was written when this was called. */
  async #store(key: string, unstored: Unstored, onLate: () => void): Promise<boolean> {
    const ledger = await this.#marks.of(markKey(key));
    if (unstored.doubtful) await ledger.record('', () => ({ type: 'doubted' }));
    unstored.doubtful = false;
    const document = await this.#current(key);
    if (!document || isStored(ledger.state, document)) return true;
    const isHeld = await this.#claim(ledger);
    if (!isHeld()) return false;
    try {
      return await this.#storeHeld(key, unstored, ledger, isHeld, onLate);
    } catch (error) {
      await ledger.record('', ({ claim }) => {
        if (!isHeld()) return { type: 'doubted' };
        return claim === null ? undefined : { type: 'release' };
      });
      unstored.doubtful = false;
      throw error;
    }
  }

  /** The same for a room that no other instance stores: all that others have stored was in the log before. */
  async #storeHeld(
    key: string,
    unstored: Unstored,
    ledger: Marked,
    isHeld: () => boolean,
    onLate: () => void,
  ): Promise<boolean> {
    const document = await this.#current(key);
    if (!document || isStored(ledger.state, document)) {
      await ledger.record('', ({ claim }) => (isHeld() && claim !== null ? { type: 'release' } : undefined));
      return true;
    }
    if (!isHeld()) return false;
    const { doubts } = ledger.state;
    unstored.doubtful = this.#options.leases !== undefined;
    await this.#ask(key, document, onLate);
    const { epoch, revision, timestamp } = document;
    const change = { type: 'stored', epoch, revision, timestamp, doubts } as const;
    // Where it was frozen meanwhile, another one may have stored what is newer: then all that counts is what is stored again.
    const mark = await ledger.record('', () => (isHeld() ? change : { type: 'doubted' }));
    unstored.doubtful = false;
    return isStored(mark, document);
  }

  /** Claims a room for this instance, unless another one that lives has it. Resolves with how to see whether it has it. */
  async #claim(ledger: Marked): Promise<() => boolean> {
    const { leases } = this.#options;
    if (!leases) return () => true;
    const lease = leases.own;
    // What is done under no lease yet is never seen to end.
    const isFree = ({ claim }: Mark) => leases.settled && (claim === null || claim === lease || !leases.holds(claim));
    await ledger.record('', (mark) => (isFree(mark) ? { type: 'claim', lease } : undefined));
    return () => leases.own === lease && ledger.state.claim === lease;
  }

  async #ask(key: string, { epoch, revision, content }: Kept, onLate: () => void): Promise<void> {
    const aborting = new AbortController();
    const timer = setTimeout(() => {
      aborting.abort();
      onLate();
    }, patience);
    try {
      const [room_id, org_id] = [roomOfKey(key), tenantOfKey(key)];
      await this.#options.hook({ room_id, org_id, epoch, revision, content: content(), signal: aborting.signal });
    } finally {
      clearTimeout(timer);
    }
  }

  /** What the log has; from memory where that is the same. Undefined where the room was never written, or was deleted. */
  async #current(key: string): Promise<Kept | undefined> {
    const { log, kinds, find } = this.#options;
    const document = find(key);
    if (document && document.revision > 0) {
      const kept = keptOf(document);
      const { epoch, revision, proof } = kept;
      const later = await log.read(key, { epoch, after: revision, limit: 1, bytes: 1 });
      if (later?.length === 0 && (await log.proof(key, { epoch, revision })) === proof) return kept;
    }
    const loaded = new Document(kinds.of(roomOfKey(key)).type, await log.load(key));
    return loaded.revision > 0 ? keptOf(loaded) : undefined;
  }

  /** Inboxes are the server's own, ledgers are no rooms, and what a kind that is gone has left nobody can read. */
  #isKept(key: string): boolean {
    const kind = key.startsWith(':') ? undefined : this.#options.kinds.find(roomOfKey(key));
    return kind !== undefined && !kind.personal;
  }

  #failed(unstored: Unstored, error: unknown): void {
    unstored.failures += 1;
    this.#reason = error instanceof Error ? error.message : String(error);
    this.#options.onFailed(error);
  }

  async #watch(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      const isDone = await this.sweep().then(
        () => true,
        (error) => {
          if (!(error instanceof Refusal) && !signal.aborted) this.#options.onFailed(error);
          return false;
        },
      );
      const pause = isDone && this.trouble === undefined ? sweeping.every : sweeping.again;
      await wait(pause, undefined, { ref: false, signal }).catch(() => {});
    }
  }

  async #sweepAll(): Promise<void> {
    while (this.#sweepAgain) {
      this.#sweepAgain = false;
      for (let after = ''; ; ) {
        const page = await this.#options.log.list({ prefix: '', after, limit: sweeping.atOnce });
        if (page.length === 0) break;
        const looks = page.filter(({ room }) => this.#isKept(room)).map((stored) => this.#look(stored));
        await Promise.all(looks);
        // Where storing fails, those behind would fail too: they are looked at again.
        if (this.#ending.signal.aborted || this.trouble !== undefined) return;
        const last = page.at(-1)?.room ?? '';
        // Ledgers are as many as rooms, and beside them.
        after = last.startsWith(':') ? ';' : last;
      }
    }
  }

  async #look({ room, revision, timestamp }: { room: string; revision: number; timestamp: number }): Promise<void> {
    if (this.#rooms.has(room)) return;
    const { log } = this.#options;
    const mark = await Ledger.read(log, markKey(room), marks);
    const isSame = mark.revision === revision && mark.timestamp === timestamp;
    // In another epoch there is no proof of what was stored.
    if (isSame && (await log.proof(room, mark)) !== undefined) return;
    if (!this.#rooms.has(room) && !this.#ending.signal.aborted) await this.#run(room, this.#begin(room));
  }
}

function isStored(mark: Mark, { epoch, revision }: Pick<Kept, 'epoch' | 'revision'>): boolean {
  return mark.epoch === epoch && mark.revision >= revision;
}

/** As it is now: content is never changed in place. */
function keptOf({ epoch, revision, timestamp, proof, type, content }: Document): Kept {
  return { epoch, revision, timestamp, proof, content: () => type.save(content) };
}
