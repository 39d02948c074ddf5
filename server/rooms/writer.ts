import { isDeepStrictEqual } from 'node:util';
import { Refusal } from '../../shared/refusals.ts';
import { LazyMap } from '../collections/lazyMap.ts';
import { type Document, Draft, type Submission } from '../documents/document.ts';
import { longestTurn, longWork, nextTurn } from '../limits/longWork.ts';
import type { ClientRecord, Log, News } from '../logs/log.ts';
import { Damaged } from '../logs/proof.ts';
import type { Accounts } from './accounts.ts';
import type { Beat } from './beat.ts';
import { Clients } from './clients.ts';
import { Follower, type FollowerEvents, type Head } from './follower.ts';
import { Late, slice } from './late.ts';
import { isNamed, isSameRequest, otherRequest } from './named.ts';

/** A submission that waits for its outcome. */
interface Waiting {
  /** As it was made, or brought to a later head by a try that another instance was faster than. */
  submission: Submission;
  /** As it was made. */
  sent: Sent;
  /** Made against a revision that was not there yet when it arrived, but that what waits before it would make. */
  ahead: boolean;
  /** How many entries of others had come by then. */
  overtaken: number;
  /** In which of the document's histories it was made. */
  history: number;
  resolve(revision: number): void;
  reject(reason: unknown): void;
}

/** How many operations are appended at once, at most; fewer while another instance is faster. And how many bytes. */
const largestBatch = 512;
const batchBytes = 64 * 1024;
/** What looking at a part takes where it is applied. */
const applied = 10;
/**
 * How long a batch is tried again when another instance was faster, in milliseconds; and how often, also where the process
 * stood still meanwhile.
 */
const patience = 5_000;
const leastTries = 8;
/** How long an append takes to a slow log, in milliseconds: another instance may never have been fast enough there. */
const slowAppend = 50;

/** An operation as a client has sent it. */
type Sent = Pick<Submission, 'sequence' | 'operation' | 'revision'>;
/** What a draft has of each client. */
type Committed = Map<string, { sequence: number; revision: number; sent: Sent }>;
/** What a client has in the log under a sequence that it uses again, and whether it was sent just so. */
type Repeated = Pick<ClientRecord, 'sequence' | 'revision'> & { isSame: boolean };

/** Who waits until the log was looked at. */
interface Looking {
  resolve(): void;
  reject(error: unknown): void;
}

/** How much more than when it was made compact a full document has to take to be so again: this part of what it may take. */
const slack = 1 / 32;

/** How many operations of a room may wait, while its log is slow; how many bytes, the backlog of the process says. */
const longestQueue = 4096;

export interface WriterOptions {
  /** The room's key in the log. */
  key: string;
  log: Log;
  document: Document;
  max_document_bytes: number;
  beat: Beat;
  /** The time that entries are stamped with. */
  now(): number;
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
export class Writer implements FollowerEvents {
  readonly #options: WriterOptions;
  readonly #document: Document;
  readonly #clients: Clients;
  readonly #follower: Follower;
  readonly #late: Late;
  /** What was committed here last of each client, as it was sent: the same again need not be carried to where it is. */
  readonly #sent = new LazyMap<string, Sent>();
  #queue: Waiting[] = [];
  #batchSize = largestBatch;
  #running: Promise<void> | undefined;
  /** Who waits until the log was looked at. */
  #looking: Looking[] = [];
  /** Whether a command was refused as the document is here. */
  #doubted = false;
  /** How long the last append took, in milliseconds. */
  #took = 0;
  /** How long it was tried since others had their turn, where that is longer than a turn may be, in milliseconds. */
  #overdue = 0;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#document = options.document;
    this.#clients = new Clients(options.log, options.key);
    this.#follower = new Follower(options, this.#clients, this);
    this.#late = new Late(options);
  }

  /** Resolves with the revision that the operation made, once it is in the log. Rejects with a Refusal. */
  submit(submission: Submission): Promise<number> {
    if (this.#queue.length >= longestQueue) {
      const message = `${this.#queue.length} operations of this room are waiting`;
      return Promise.reject(new Refusal('rate_limited', message, { retry_after_ms: 1000 }));
    }
    return new Promise((resolve, reject) => {
      const ahead = (submission.revision ?? 0) > this.#document.revision;
      const { overtaken, history } = this.#follower;
      const { sequence, operation, revision } = submission;
      const sent = { sequence, operation, revision };
      this.#queue.push({ submission, sent, ahead, overtaken, history, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** How many operations wait. */
  get queued(): number {
    return this.#queue.length;
  }

  /**
   * What was last committed of a client. It is known from here on, until forget(). The log may tell of what another instance
   * has just committed: what a client is told then has to be of a document that has it.
   */
  async recall(client_id: string): Promise<ClientRecord | undefined> {
    const record = await this.#clients.recall(client_id);
    if (record && record.revision > this.#document.revision) await this.look();
    return record;
  }

  /** What was last committed of a client that recall() was asked for. */
  record(client_id: string): ClientRecord | undefined {
    return this.#clients.record(client_id);
  }

  /** Lets go of clients that are in the room no longer, unless something of theirs may still wait. */
  forget(isMember: (client_id: string) => boolean): void {
    if (this.#running) return;
    this.#clients.forget(isMember);
    for (const client_id of this.#sent.keys()) if (!isMember(client_id)) this.#sent.delete(client_id);
  }

  /** News from the log, in the order of revisions or repeated or with gaps. */
  receive(news: News): void {
    this.#follower.receive(news);
    this.#running ??= this.#run();
  }

  /** Looks at the log, of which this instance may not have heard all. Resolves when what it has is in the document. */
  look(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#looking.push({ resolve, reject });
      const { epoch, revision } = this.#document;
      this.receive({ epoch, revision: revision + 1, entries: [] });
    });
  }

  /** Resolves when nothing waits. */
  async settled(): Promise<void> {
    while (this.#running) await this.#running;
  }

  onFollowed(news: News): void {
    this.#tell(news, false);
  }

  onReplaced(): void {
    this.#sent.clear();
    this.#options.onReplaced();
  }

  /** Whether entries were fetched that somebody may be about to use: they are not to be let go yet. */
  get needsOld(): boolean {
    return this.#late.needsOld;
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0 || this.#follower.hasNews || this.#looking.length > 0) {
      const hasTurn = this.#queue.length > 0;
      if (hasTurn) await this.#turn();
      const batch = this.#queue.splice(0, this.#batchSize);
      try {
        if (this.#follower.hasNews || this.#looking.length > 0) await this.#look();
        if (batch.length > 0) await this.#commit(batch);
      } catch (error) {
        this.#follower.unsure = true;
        for (const { reject } of batch) reject(error);
        if (batch.length === 0 || error instanceof Damaged) this.#options.onError(error);
      }
      if (hasTurn) this.#options.beat.end();
    }
    this.#running = undefined;
  }

  /** Takes what was told, and answers those who wait for that. */
  async #look(): Promise<void> {
    const looking = this.#looking.splice(0);
    try {
      await this.#follower.takeNews();
      for (const { resolve } of looking) resolve();
    } catch (error) {
      for (const { reject } of looking) reject(error);
      throw error;
    }
  }

  /** What has no place in a batch is the first of the next one. */
  #putBack(rest: Waiting[]): void {
    this.#queue.unshift(...rest);
  }

  /** Whoever was first would always be: between two appends it leaves time for what another instance brings. */
  async #turn(): Promise<void> {
    if (this.#follower.hasRivals || this.#took > slowAppend) await pause(Math.random() * this.#took);
    await this.#options.beat.turn();
  }

  /** Appends what of the batch is good, and answers each. One bad operation is refused alone. */
  async #commit(batch: Waiting[]): Promise<void> {
    const deadline = performance.now() + patience;
    const { max_document_bytes } = this.#options;
    let isSure = false;
    for (let tries = 0; tries < leastTries || performance.now() < deadline; tries++) {
      if (this.#follower.unsure) await this.#follower.catchUp();
      await this.#fetch(batch);
      const draft = new Draft(this.#document, this.#options.now(), max_document_bytes);
      const outcomes = await this.#try(draft, batch);
      // What is refused here may be right at a head that another instance has made: the log is asked once.
      if (this.#doubted && !isSure) {
        isSure = true;
        if (await this.#follower.isBehind()) continue;
      }
      if (draft.isFull && this.#document.mayShrink(slack * max_document_bytes)) {
        await this.#document.compact();
        continue;
      }
      // What is hashed and encoded next takes long: rooms do so one after the other.
      if (draft.bytes > batchBytes) await longWork.turn();
      else if (this.#overdue > 0) await nextTurn();
      const began = performance.now();
      const { proofs } = draft;
      if (performance.now() - began > longestTurn) await nextTurn();
      const met = draft.entries.length > 0 && (await this.#append(draft, proofs));
      if (!met) {
        this.#batchSize = Math.min(largestBatch, 2 * this.#batchSize);
        for (const settle of outcomes) settle();
        return;
      }
      await this.#follower.follow(met);
      // Whoever writes less is faster: what is long would be too late again and again.
      this.#batchSize = Math.ceil(batch.length / 2);
      this.#putBack(batch.splice(this.#batchSize));
    }
    throw new Refusal('unavailable', 'too many write to this room at once', { retry_after_ms: 500 });
  }

  /** Fetches what memory has let go for the first of the batch. Those before another who needs that are answered first. */
  async #fetch(batch: Waiting[]): Promise<void> {
    const isOld = (waiting: Waiting) => this.#needs(waiting) < this.#document.reach;
    const [first] = batch;
    if (first && isOld(first)) {
      try {
        await this.#late.reachBack({ ...first.submission, revision: this.#needs(first) });
      } catch (error) {
        if (!(error instanceof Refusal) || error.error_code !== 'rate_limited') throw error;
        first.reject(error);
        batch.shift();
      }
    }
    const next = batch.findIndex((waiting, index) => index > 0 && isOld(waiting));
    if (next > 0) this.#putBack(batch.splice(next));
  }

  /** Back to which revision entries are needed: to bring an operation to the head, or to compare it with what it repeats. */
  #needs(waiting: Waiting): number {
    const { sequence = 0, revision = this.#document.revision } = waiting.submission;
    const last = this.#last(waiting);
    if (!last) return revision;
    return sequence < last.sequence || last.isSame ? this.#document.revision : Math.min(revision, last.revision - 1);
  }

  /** Puts each operation of the batch into the draft, and says what is to be told of it once the draft is committed. */
  async #try(draft: Draft, batch: Waiting[]): Promise<(() => void)[]> {
    const committed: Committed = new Map();
    const outcomes: (() => void)[] = [];
    this.#doubted = false;
    let before = performance.now();
    let [left, began] = [slice, before - this.#overdue];
    for (const [index, waiting] of batch.entries()) {
      if (draft.bytes > batchBytes) {
        this.#putBack(batch.splice(index));
        break;
      }
      const repeated = this.#last(waiting, committed);
      const cost = repeated?.isSame ? 0 : draft.cost(waiting.submission, repeated?.revision);
      const taken = cost + applied * this.#document.type.parts(waiting.submission.operation);
      left -= taken;
      // It takes long: those before it are answered first.
      if (cost > slice && draft.entries.length > 0) {
        this.#putBack(batch.splice(index));
        break;
      }
      const took = before - began;
      if (left < 0 || took > longestTurn) {
        await longWork.rest(took);
        before = performance.now();
        [left, began] = [slice - taken, before];
      }
      const isHeavy = cost > slice && this.#document.type.transform !== undefined;
      outcomes.push(
        isHeavy ? await this.#tryHeavy(draft, waiting, cost) : this.#tryOne(draft, waiting, cost, committed),
      );
      const after = performance.now();
      // What is heavy is paid by its parts, in slices between which others have their turn.
      if (!isHeavy) this.#options.accounts.spend(waiting.submission.user_id, after - before);
      before = after;
    }
    this.#overdue = before - began > longestTurn ? before - began : 0;
    return outcomes;
  }

  /** The same for the first of a draft, brought to the head in slices: the document does not move before that is done. */
  async #tryHeavy(draft: Draft, waiting: Waiting, cost: number): Promise<() => void> {
    try {
      const last = this.#last(waiting);
      const until = last && last.revision - 1;
      waiting.submission = await this.#late.bring(waiting.submission, cost, until);
    } catch (error) {
      return () => waiting.reject(error);
    }
    return this.#tryOne(draft, waiting, 0, new Map());
  }

  #tryOne(draft: Draft, waiting: Waiting, cost: number, committed: Committed): () => void {
    const { sent, ahead, overtaken, history, resolve, reject } = waiting;
    const { client_id, sequence, revision: base, user_id } = waiting.submission;
    try {
      const last = this.#last(waiting, committed);
      if (last) {
        this.#late.pay(user_id, cost);
        this.#checkRepeat(draft, waiting.submission, last);
        return () => resolve(last.revision);
      }
      if (history !== this.#follower.history) throw anotherEpoch();
      if (ahead && overtaken !== this.#follower.overtaken) {
        throw new Refusal('conflict', `revision ${base} went to another operation than was expected`);
      }
      if (waiting.submission.exact && draft.revision !== sent.revision) throw elsewhere(draft.revision);
      this.#late.pay(user_id, cost);
      waiting.submission = this.#document.rebase(waiting.submission);
      draft.add(waiting.submission);
      const { revision } = draft;
      if (sequence !== undefined) committed.set(client_id, { sequence, revision, sent });
      return () => {
        if (sequence !== undefined) this.#sent.set(client_id, sent);
        resolve(revision);
      };
    } catch (error) {
      this.#doubted ||= !this.#document.type.transform && error instanceof Refusal;
      return () => reject(error);
    }
  }

  /** What its client has in the log, or in the draft, where that has its sequence already, or a later one. */
  #last({ submission, sent }: Waiting, committed?: Committed): Repeated | undefined {
    const { client_id, sequence, role } = submission;
    const last = committed?.get(client_id) ?? this.#clients.record(client_id);
    if (sequence === undefined || !last) return undefined;
    const goesOn = !isNamed(client_id) || isSameRequest(sequence, last.sequence);
    if (goesOn && sequence > last.sequence) return undefined;
    const before = committed?.get(client_id)?.sent ?? this.#sent.get(client_id);
    // What was sent under an id is known by that.
    const isKnown = isNamed(client_id) || (role === 'service' && sequence === last.sequence);
    const isSame = isKnown || (sequence === last.sequence && isDeepStrictEqual(sent, before));
    return { ...last, isSame };
  }

  /** Refuses `conflict` what is not the same again: its client has gone on, or its sequence stands for another operation. */
  #checkRepeat(draft: Draft, submission: Submission, last: Repeated): void {
    const { client_id, sequence = 0 } = submission;
    if (isNamed(client_id) && !isSameRequest(sequence, last.sequence)) throw otherRequest();
    if (sequence < last.sequence && !isNamed(client_id))
      throw new Refusal('conflict', `sequence ${sequence} is below ${last.sequence}, the last one of ${client_id}`);
    if (last.isSame || draft.holds(submission, last.revision)) return;
    const message = `sequence ${sequence} of ${client_id} is another operation, which made revision ${last.revision}: join again`;
    throw new Refusal('conflict', message);
  }

  /** Resolves with the head that was met where the draft did not follow it. */
  async #append(draft: Draft, proofs: readonly string[]): Promise<Head | undefined> {
    const { log, key, onAppended } = this.#options;
    const { epoch, revision } = this.#document;
    this.#follower.unsure = true;
    const began = performance.now();
    const appended = await log.append(key, { epoch, after: revision, entries: draft.entries, proofs });
    this.#follower.unsure = false;
    this.#took = performance.now() - began;
    onAppended(this.#took, appended.committed);
    if (!appended.committed) return appended;
    this.#document.adopt(draft, appended.epoch);
    this.#tell({ epoch: appended.epoch, revision, entries: draft.entries, proofs }, true);
    return undefined;
  }

  #tell(news: News, here: boolean): void {
    this.#clients.committed(news);
    try {
      this.#options.onCommitted(news, here);
    } catch (error) {
      // It is in the log, whatever a kind has thrown at it since.
      this.#options.onError(error);
    }
  }
}

/** What was made in another epoch than the room stands in. */
export function anotherEpoch(): Refusal {
  return new Refusal('conflict', 'the room is in another epoch: join again');
}

/** What is taken at one revision only. */
export function elsewhere(revision: number): Refusal {
  return new Refusal('precondition_failed', `the room stands at revision ${revision} meanwhile`);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
