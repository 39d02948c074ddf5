import type { Entry } from '../../shared/documents/type.ts';
import { Refusal } from '../../shared/refusals.ts';
import { type Document, Draft, type Submission } from '../documents/document.ts';
import { clientRecords } from '../logs/head.ts';
import type { ClientRecord, Known, Log, News } from '../logs/log.ts';
import type { Accounts } from './accounts.ts';
import type { Beat } from './beat.ts';
import { nextTurn, Pages, pageBytes } from './pages.ts';

/** A submission that waits for its outcome. */
interface Waiting {
  /** As it was made, or brought to a later head by a try that another instance was faster than. */
  submission: Submission;
  /** Made against a revision that was not there yet when it arrived, but that what waits before it would make. */
  ahead: boolean;
  /** How many entries of others had come by then. */
  overtaken: number;
  /** In which of the document's histories it was made. */
  history: number;
  /** What it takes in memory, roughly. */
  bytes: number;
  resolve(revision: number): void;
  reject(reason: unknown): void;
}

/** How many operations are appended at once, at most; fewer while another instance is faster. And how many bytes. */
const largestBatch = 512;
const batchBytes = 1024 * 1024;
/**
 * How many parts are looked at before others have their turn: about a millisecond. Whoever sends old bases, or many
 * parts, holds up the other rooms for no longer than that.
 */
const slice = 20_000;
/** What looking at a part takes where it is applied. */
const applied = 10;
/** An operation that takes fewer parts to bring to the head is not counted: others wait for it as long as for a packet. */
const light = 1_000;
/** How many parts one operation may take: nobody who keeps up with a room sends what takes more. */
const heaviest = 1_000_000;
/** How many bytes of entries that memory has let go are fetched for one who stands that far back. */
const furthest = 8 * 1024 * 1024;
/** How long they stay at least, in milliseconds: who asked for them has yet to use them. */
const lingering = 5_000;
/** How long a batch is tried again when another instance was faster, in milliseconds. */
const patience = 5_000;
/** For how long another instance that has written may be about to write again, in milliseconds. */
const rivalry = 1_000;
/** How long an append takes to a slow log, in milliseconds: another instance may never have been fast enough there. */
const slowAppend = 50;

/** What a draft has of each client. */
type Committed = Map<string, { sequence: number; revision: number }>;

/** Where a log ends. */
interface Head {
  epoch: string;
  revision: number;
}

/** How many operations of a room may wait, while its log is slow, and how many bytes of memory they may take. */
const longestQueue = 4096;
const largestQueue = 64 * 1024 * 1024;

export interface WriterOptions {
  /** The room's key in the log. */
  key: string;
  log: Log;
  document: Document;
  max_document_bytes: number;
  beat: Beat;
  /** Who pays for what operations take. */
  accounts: Accounts;
  /** Told of entries once they are committed and in the document, in order, and whether it was here that they were. */
  onCommitted(news: News, here: boolean): void;
  /** Told when the document has another history: what anyone made against the one before fits no more. */
  onReplaced(): void;
  /** Told how long each append took, in milliseconds, and whether it was committed. */
  onAppended(milliseconds: number, committed: boolean): void;
  /** Told of what went wrong where nobody waits for an answer. */
  onError(error: unknown): void;
}

/**
 * Brings a room's operations into its log, and the log's news into its document. What arrives before the room's turn, or
 * while an append is under way, is appended as one batch: throughput is not bound by the store's round trip.
 */
export class Writer {
  readonly #options: WriterOptions;
  readonly #document: Document;
  #queue: Waiting[] = [];
  #queuedBytes = 0;
  #batchSize = largestBatch;
  #running: Promise<void> | undefined;
  /** News that came while an append was under way. */
  #news: News[] = [];
  /** An append had no answer: the log may be ahead of the document. */
  #unsure = false;
  /** How many entries came from elsewhere. */
  #overtaken = 0;
  /** When that was last, by performance.now(). */
  #overtakenAt = Number.NEGATIVE_INFINITY;
  /** How long the last append took, in milliseconds. */
  #took = 0;
  /** How many histories the document has had. */
  #history = 0;
  /** When entries were last fetched for somebody, by performance.now(). */
  #fetchedAt = Number.NEGATIVE_INFINITY;
  /** The last committed operation of each client that someone here has joined with; undefined: none yet, as far as known. */
  readonly #clients = new Map<string, ClientRecord | undefined>();

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#document = options.document;
  }

  /** Resolves with the revision that the operation made, once it is in the log. Rejects with a Refusal. */
  submit(submission: Submission): Promise<number> {
    if (this.#queue.length >= longestQueue || this.#queuedBytes >= largestQueue) {
      const message = `${this.#queue.length} operations of this room are waiting`;
      return Promise.reject(new Refusal('rate_limited', message, { retry_after_ms: 1000 }));
    }
    return new Promise((resolve, reject) => {
      const ahead = (submission.revision ?? 0) > this.#document.revision;
      const overtaken = this.#overtaken;
      const bytes = this.#document.type.weight(submission.operation);
      this.#queue.push({ submission, ahead, overtaken, history: this.#history, bytes, resolve, reject });
      this.#queuedBytes += bytes;
      this.#running ??= this.#run();
    });
  }

  /** How many operations wait. */
  get queued(): number {
    return this.#queue.length;
  }

  /** What was last committed of a client. It is known from here on, until forget(). */
  async recall(client_id: string): Promise<ClientRecord | undefined> {
    if (!this.#clients.has(client_id)) this.#clients.set(client_id, undefined);
    const record = this.#clients.get(client_id) ?? (await this.#options.log.client(this.#options.key, client_id));
    // Meanwhile the client's earlier connection may have written: what was committed later counts.
    const known = this.#clients.get(client_id) ?? record;
    this.#clients.set(client_id, known);
    return known;
  }

  /** What was last committed of a client that recall() was asked for. */
  record(client_id: string): ClientRecord | undefined {
    return this.#clients.get(client_id);
  }

  /** Lets go of clients that are in the room no longer, unless something of theirs may still wait. */
  forget(isMember: (client_id: string) => boolean): void {
    if (this.#running) return;
    for (const client_id of this.#clients.keys()) if (!isMember(client_id)) this.#clients.delete(client_id);
  }

  /** News from the log, in the order of revisions or repeated or with gaps. */
  receive(news: News): void {
    this.#news.push(news);
    this.#running ??= this.#run();
  }

  /** Resolves when nothing waits. */
  async settled(): Promise<void> {
    while (this.#running) await this.#running;
  }

  /** Whether entries were fetched that somebody may be about to use: they are not to be let go yet. */
  get needsOld(): boolean {
    return performance.now() - this.#fetchedAt < lingering;
  }

  /**
   * Fetches entries that memory has let go, for a user who stands at a revision that far back, as long as they do not
   * take too much. Refuses `rate_limited` where the user, or the room, has used up its share.
   */
  async #reachBack(revision: number, user_id: string): Promise<void> {
    const { log, key, accounts } = this.#options;
    if (revision >= this.#document.reach || !(await this.#hasEntries(revision))) return;
    const pages = new Pages();
    while (revision < this.#document.reach && pages.bytes < furthest) {
      const { epoch, reach } = this.#document;
      accounts.take(user_id, 'bytes', 0);
      const after = Math.max(revision, reach - pages.limit);
      const older = await log.read(key, { epoch, after, limit: reach - after, bytes: pageBytes });
      if (!older) return;
      this.#fetchedAt = performance.now();
      const isAll = older.length === reach - after;
      const isNext = isAll && this.#document.reach === reach && this.#document.epoch === epoch;
      const bytes = isNext ? this.#document.extend(older) : this.#document.weigh(older);
      accounts.charge(user_id, 'bytes', bytes);
      await pages.turn(older, bytes, reach - after);
    }
  }

  /** Whether the log reaches back that far: it is asked for one entry before it is asked for all. */
  async #hasEntries(after: number): Promise<boolean> {
    const { log, key } = this.#options;
    return (await log.read(key, { epoch: this.#document.epoch, after, limit: 1, bytes: 1 })) !== undefined;
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0 || this.#news.length > 0) {
      const hasTurn = this.#queue.length > 0;
      if (hasTurn) await this.#turn();
      const batch = this.#queue.splice(0, this.#batchSize);
      for (const { bytes } of batch) this.#queuedBytes -= bytes;
      try {
        if (this.#news.length > 0) await this.#takeNews();
        if (batch.length > 0) await this.#commit(batch);
      } catch (error) {
        this.#unsure = true;
        for (const { reject } of batch) reject(error);
        if (batch.length === 0) this.#options.onError(error);
      }
      if (hasTurn) this.#options.beat.end();
    }
    this.#running = undefined;
  }

  /** What has no place in a batch is the first of the next one. */
  #putBack(rest: Waiting[]): void {
    for (const { bytes } of rest) this.#queuedBytes += bytes;
    this.#queue.unshift(...rest);
  }

  /** Whoever was first would always be: between two appends it leaves time for what another instance brings. */
  async #turn(): Promise<void> {
    const hasRivals = performance.now() - this.#overtakenAt < rivalry;
    if (hasRivals || this.#took > slowAppend) await pause(Math.random() * this.#took);
    await this.#options.beat.turn();
  }

  /** Appends what of the batch is good, and answers each. One bad operation is refused alone. */
  async #commit(batch: Waiting[]): Promise<void> {
    const deadline = performance.now() + patience;
    while (performance.now() < deadline) {
      if (this.#unsure) await this.#catchUp();
      await this.#fetch(batch);
      const draft = new Draft(this.#document, Date.now(), this.#options.max_document_bytes);
      const outcomes = await this.#try(draft, batch);
      const met = draft.entries.length > 0 && (await this.#append(draft));
      if (!met) {
        this.#batchSize = Math.min(largestBatch, 2 * this.#batchSize);
        for (const settle of outcomes) settle();
        return;
      }
      await this.#follow(met);
      // Whoever writes less is faster: what is long would be too late again and again.
      this.#batchSize = Math.ceil(batch.length / 2);
      this.#putBack(batch.splice(this.#batchSize));
    }
    throw new Refusal('unavailable', 'too many write to this room at once', { retry_after_ms: 500 });
  }

  /** Fetches what memory has let go for the first of the batch. Those before another who needs that are answered first. */
  async #fetch(batch: Waiting[]): Promise<void> {
    const isOld = (waiting: Waiting) => {
      const { client_id, sequence = Number.POSITIVE_INFINITY, revision = this.#document.revision } = waiting.submission;
      const isRepeat = sequence <= (this.#clients.get(client_id)?.sequence ?? 0);
      return revision < this.#document.reach && !isRepeat;
    };
    const [first] = batch;
    if (first && isOld(first)) {
      try {
        await this.#reachBack(first.submission.revision ?? 0, first.submission.user_id);
      } catch (error) {
        if (!(error instanceof Refusal) || error.error_code !== 'rate_limited') throw error;
        first.reject(error);
        batch.shift();
      }
    }
    const next = batch.findIndex((waiting, index) => index > 0 && isOld(waiting));
    if (next > 0) this.#putBack(batch.splice(next));
  }

  /** Puts each operation of the batch into the draft, and says what is to be told of it once the draft is committed. */
  async #try(draft: Draft, batch: Waiting[]): Promise<(() => void)[]> {
    const committed: Committed = new Map();
    const outcomes: (() => void)[] = [];
    let left = slice;
    for (const [index, waiting] of batch.entries()) {
      if (draft.bytes > batchBytes) {
        this.#putBack(batch.splice(index));
        break;
      }
      const cost = draft.cost(waiting.submission);
      const taken = cost + applied * this.#document.type.parts(waiting.submission.operation);
      left -= taken;
      if (left < 0) {
        // It takes long: those before it are answered first.
        if (cost > slice && draft.entries.length > 0) {
          this.#putBack(batch.splice(index));
          break;
        }
        await nextTurn();
        left = slice - taken;
      }
      outcomes.push(
        cost > slice ? await this.#tryHeavy(draft, waiting, cost) : this.#tryOne(draft, waiting, cost, committed),
      );
    }
    return outcomes;
  }

  /** The same for the first of a draft, brought to the head in slices: the document does not move before that is done. */
  async #tryHeavy(draft: Draft, waiting: Waiting, cost: number): Promise<() => void> {
    try {
      if (!this.#repeated(waiting)) await this.#bring(waiting, cost);
    } catch (error) {
      return () => waiting.reject(error);
    }
    return this.#tryOne(draft, waiting, 0, new Map());
  }

  async #bring(waiting: Waiting, cost: number): Promise<void> {
    const { accounts } = this.#options;
    const { user_id } = waiting.submission;
    if (cost > heaviest) throw tooHeavy();
    accounts.take(user_id, 'transforms', cost);
    let spent = 0;
    try {
      while (spent <= heaviest) {
        const work = { left: slice };
        waiting.submission = this.#document.rebase(waiting.submission, work);
        spent += slice - work.left;
        if ((waiting.submission.revision ?? 0) >= this.#document.revision) return;
        await nextTurn();
      }
      throw tooHeavy();
    } finally {
      // It may have come apart on the way, or may have been refused before its end.
      accounts.charge(user_id, 'transforms', spent - cost);
    }
  }

  #tryOne(draft: Draft, waiting: Waiting, cost: number, committed: Committed): () => void {
    const { ahead, overtaken, history, resolve, reject } = waiting;
    const { client_id, sequence, revision: base, user_id } = waiting.submission;
    try {
      const repeated = this.#repeated(waiting, committed);
      if (repeated) return () => resolve(repeated.revision);
      if (history !== this.#history) throw anotherEpoch();
      if (ahead && overtaken !== this.#overtaken) {
        throw new Refusal('conflict', `revision ${base} went to another operation than was expected`);
      }
      if (cost > light) this.#options.accounts.take(user_id, 'transforms', cost);
      waiting.submission = this.#document.rebase(waiting.submission);
      draft.add(waiting.submission);
      const { revision } = draft;
      if (sequence !== undefined) committed.set(client_id, { sequence, revision });
      return () => resolve(revision);
    } catch (error) {
      return () => reject(error);
    }
  }

  /** The operation that this one repeats. Refuses `conflict` where its client has gone on since. */
  #repeated({ submission }: Waiting, committed?: Committed): { revision: number } | undefined {
    const { client_id, sequence } = submission;
    const last = committed?.get(client_id) ?? this.#clients.get(client_id);
    if (sequence === undefined || !last || sequence > last.sequence) return undefined;
    if (sequence === last.sequence) return last;
    throw new Refusal('conflict', `sequence ${sequence} is below ${last.sequence}, the last one of ${client_id}`);
  }

  /** Resolves with the head that was met where the draft did not follow it. */
  async #append(draft: Draft): Promise<Head | undefined> {
    const { log, key, onAppended } = this.#options;
    const { epoch, revision } = this.#document;
    this.#unsure = true;
    const began = performance.now();
    const appended = await log.append(key, { epoch, after: revision, entries: draft.entries });
    this.#unsure = false;
    this.#took = performance.now() - began;
    onAppended(this.#took, appended.committed);
    if (!appended.committed) return appended;
    this.#document.adopt(draft, appended.epoch);
    this.#tell({ epoch: appended.epoch, revision, entries: draft.entries }, true);
    return undefined;
  }

  /** Brings the document to a head that another instance has made. What that has told spares another round trip. */
  async #follow(met: Head): Promise<void> {
    const before = this.#document.revision;
    await this.#takeNews();
    const { epoch, revision } = this.#document;
    if (epoch !== met.epoch || revision < met.revision || revision === before) await this.#catchUp();
  }

  /** Brings what was told meanwhile into the document: skips what it has, fetches what is missing. */
  async #takeNews(): Promise<void> {
    for (let news = this.#news.shift(); news; news = this.#news.shift()) {
      const { revision, epoch } = this.#document;
      const sameHistory = news.epoch === epoch || revision === 0;
      const isLess = news.entries.length === 0 && news.revision < revision;
      if (!sameHistory || isLess || news.revision > revision) await this.#catchUp();
      else this.#advance(news.epoch, news.entries.slice(revision - news.revision));
    }
  }

  /** Fetches all that the log has beyond the document. */
  async #catchUp(): Promise<void> {
    const { log, key } = this.#options;
    const epoch = this.#document.epoch || (await log.load(key)).epoch;
    for (const pages = new Pages(); ; ) {
      const entries = await log.read(key, {
        epoch,
        after: this.#document.revision,
        limit: pages.limit,
        bytes: pageBytes,
      });
      if (!entries) await this.#reconcile();
      if (!entries?.length) break;
      this.#advance(epoch, entries);
      await pages.turn(entries, this.#document.weigh(entries));
    }
    this.#unsure = false;
  }

  /**
   * The log does not go on from where the document stands. Where it has lost some of it, it takes that from here, in a
   * new epoch; otherwise the document is made anew from the log.
   */
  async #reconcile(): Promise<void> {
    const { log, key, onReplaced } = this.#options;
    const epoch = this.#document.epoch && (await log.renew?.(key, this.#known()));
    if (epoch) {
      this.#document.follow(epoch, []);
      this.#tell({ epoch, revision: this.#document.revision, entries: [] }, false);
      return;
    }
    const loaded = await log.load(key);
    const records = [...this.#clients.keys()].map(async (id) => [id, await log.client(key, id)] as const);
    for (const [client_id, record] of await Promise.all(records)) this.#clients.set(client_id, record);
    if (loaded.epoch !== this.#document.epoch) this.#history += 1;
    this.#document.restart(loaded);
    onReplaced();
  }

  #known(): Known {
    const { reach, timestamp } = this.#document;
    const clients = clientRecords(reach, this.#document.since(reach));
    for (const [client_id, record] of this.#clients) if (record) clients.set(client_id, record);
    return { snapshot: this.#document.snapshot(), timestamp, clients };
  }

  #advance(epoch: string, entries: Entry[]): void {
    if (entries.length === 0) return;
    const { revision } = this.#document;
    this.#overtaken += entries.length;
    this.#overtakenAt = performance.now();
    this.#document.follow(epoch, entries);
    this.#tell({ epoch, revision, entries }, false);
  }

  #tell(news: News, here: boolean): void {
    news.entries.forEach(({ client_id, sequence, user_id }, index) => {
      if (sequence === undefined || !this.#clients.has(client_id)) return;
      this.#clients.set(client_id, { user_id, sequence, revision: news.revision + index + 1 });
    });
    this.#options.onCommitted(news, here);
  }
}

/** What would take too long to bring to the head. */
function tooHeavy(): Refusal {
  return new Refusal('conflict', 'too much was written since the revision that it was made against: join again');
}

/** What was made in another epoch than the room stands in. */
export function anotherEpoch(): Refusal {
  return new Refusal('conflict', 'the room is in another epoch: join again');
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
