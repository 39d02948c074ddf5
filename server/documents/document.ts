import { isDeepStrictEqual } from 'node:util';
import { type CompleteType, saved } from '../../shared/documents/complete.ts';
import type { Author, Entry } from '../../shared/documents/type.ts';
import { Refusal } from '../../shared/refusals.ts';
import type { LoadedRoom, Snapshot } from '../logs/log.ts';
import { noProof, proofOf, proofsOf } from '../logs/proof.ts';
import { weightOf } from './weight.ts';

/** An operation on its way into the log. */
export interface Submission extends Author {
  operation: unknown;
  /** What it was made against; where missing, the head. */
  revision: number | undefined;
  sequence: number | undefined;
  client_id: string;
  /** It brings back what another history had. */
  restores?: true | undefined;
  /** It was sent before, and others may have seen it in a history that is lost. */
  again?: true | undefined;
  /** It is taken only where it was made at the head, and not brought there. */
  exact?: true | undefined;
}

/** What a room holds. */
export type Held = Pick<Document, 'type' | 'content'>;

/** How much more than a type keeps there may be between two trimmings: of bytes not much, as every room has them. */
const spare = 1.25;
/** Bytes that an entry takes besides its operation, roughly. */
const entryOverhead = 150;
/** As many bytes of an entry take as long as one of its parts: long texts are counted through. */
const bytesPerPart = 32;

/** The type of what a document holds. */
export type HeldType = CompleteType<unknown, unknown, unknown>;

/** What may be done before others have their turn, in parts looked at. */
export interface Work {
  left: number;
}

/** A room's document in memory: its content at the head, and the newest entries for operations that come late. */
export class Document {
  readonly type: HeldType;
  readonly #maxParts: number;
  #epoch = '';
  #revision = 0;
  #content: unknown;
  #timestamp = 0;
  /** Of the content when it was made compact last. */
  #compactBytes = 0;
  /** What the content takes, as it was when that was last asked. */
  #measured: { content: unknown; bytes: number } | undefined;
  /** How often it was made anew. */
  #restarts = 0;
  /** Contiguous; the last one made `#revision`. */
  #entries: Entry[] = [];
  /** The content's length where the entries begin, and after each of them. */
  #lengths: number[] = [];
  /** What all entries before take, roughly, from wherever it was counted: where those in memory begin, and after each. */
  #sizes: number[] = [0];
  /** The proof where the entries begin, and of each of them; undefined where it is not known. */
  #proofs: (string | undefined)[] = [noProof];

  /** `max_operation_parts`: into how many an operation may come apart over others. */
  constructor(type: HeldType, loaded: LoadedRoom, max_operation_parts = Number.POSITIVE_INFINITY) {
    this.type = type;
    this.#maxParts = max_operation_parts;
    this.restart(loaded);
  }

  get epoch(): string {
    return this.#epoch;
  }

  get revision(): number {
    return this.#revision;
  }

  get content(): unknown {
    return this.#content;
  }

  /** Of the newest entry: the next one's is not below it. */
  get timestamp(): number {
    return this.#timestamp;
  }

  /** Of the newest entry: see logs/proof.ts. */
  get proof(): string {
    return this.#proofs.at(-1) ?? noProof;
  }

  /** Of the entry that made a revision, as far as it is known here. */
  proofAt(revision: number): string | undefined {
    return revision === 0 ? noProof : this.#proofs[revision - this.reach];
  }

  /** The oldest revision that entries in memory follow. */
  get reach(): number {
    return this.#revision - this.#entries.length;
  }

  /** The entries that follow a revision no older than `reach`. */
  since(revision: number): readonly Entry[] {
    return this.#entries.slice(revision - this.reach);
  }

  /** The content's length at a revision no older than `reach`. */
  lengthAt(revision: number): number {
    return this.#lengths[revision - this.reach] ?? this.type.length(this.#content);
  }

  /** What all entries up to the head take, roughly, from wherever it was counted. */
  get size(): number {
    return this.#sizes.at(-1) ?? 0;
  }

  /** What entries would take in memory, roughly. */
  weigh(entries: readonly Entry[]): number {
    return entries.reduce((sum, { operation }) => sum + entryOverhead + weightOf(this.type, operation), 0);
  }

  /**
   * What it takes to bring something of so many parts, which was made at `base`, to the head, or to another revision, in
   * parts looked at: at least, as it may come apart on the way. 0 where it cannot be brought there.
   */
  cost(parts: number, base: number, until = this.#revision): number {
    if (!this.type.transform || base >= until || base < this.reach) return 0;
    const bytes = (this.#sizes[until - this.reach] ?? this.size) - (this.#sizes[base - this.reach] ?? 0);
    return (until - base) * parts + bytes / bytesPerPart;
  }

  /**
   * A late submission as one that was made at the head, or at another revision: checked where it was made, and transformed
   * over what it has not seen. Where there is not work enough left for all of that, as one that was made at a revision between. Refuses
   * `conflict` where it is older than `reach`, and where it comes apart into more parts than an operation may have.
   */
  rebase(
    submission: Submission,
    work: Work = { left: Number.POSITIVE_INFINITY },
    revision = this.#revision,
  ): Submission {
    const { revision: base } = submission;
    const { type, reach } = this;
    if (!type.transform || base === undefined || base >= revision) return submission;
    if (base < reach)
      throw new Refusal('conflict', `revision ${base} is older than the log reaches, which is ${reach}: join again`);
    type.check(submission.operation, { length: this.lengthAt(base) }, submission);
    let { operation } = submission;
    let at = base;
    for (; at < revision && work.left > 0; at++) {
      const over = this.#entries[at - reach];
      if (!over) throw new Error(`no entry made revision ${at + 1}`);
      const bytes = (this.#sizes[at - reach + 1] ?? 0) - (this.#sizes[at - reach] ?? 0);
      work.left -= type.parts(operation) + bytes / bytesPerPart;
      operation = this.transform(operation, submission, over);
    }
    return { ...submission, operation, revision: at };
  }

  /** A late operation as it is after an entry that it has not seen. Refuses `conflict` one that comes apart too much. */
  transform(operation: unknown, author: Pick<Submission, 'client_id' | 'restores' | 'again'>, over: Entry): unknown {
    const { type } = this;
    if (!type.transform) return operation;
    const { restores, again } = author;
    if ((restores && (over.restores || over.again)) || (again && over.restores))
      throw new Refusal('conflict', 'something was brought back meanwhile, perhaps the same: join again');
    const transformed = type.transform(operation, over.operation, side(author, over));
    const parts = type.parts(transformed);
    if (parts <= this.#maxParts) return transformed;
    throw new Refusal('conflict', `over later ones it has ${parts} parts, the limit is ${this.#maxParts}: join again`);
  }

  snapshot(): Snapshot {
    const { epoch, revision, proof } = this;
    return { epoch, revision, proof, content: saved(this.type, this.#content) };
  }

  /**
   * The content at the head as compact as its type can make it, and the document goes on from that. What is committed while
   * that takes its time is applied to it too; the snapshot is of where it began.
   */
  async compact(): Promise<Snapshot> {
    const { epoch, revision, proof } = this;
    const restarts = this.#restarts;
    if (!this.type.compact) return this.snapshot();
    const content = await this.type.compact(this.#content);
    if (restarts === this.#restarts && revision >= this.reach) {
      const since = this.since(revision);
      this.#content = since.reduce<unknown>(
        (made, entry, index) => this.type.apply(made, entry, revision + index + 1),
        content,
      );
      this.#compactBytes = this.type.bytes(this.#content);
    }
    return { epoch, revision, proof, content: this.type.save(content) };
  }

  /** Whether so many bytes have come since it was made compact. */
  mayShrink(by: number): boolean {
    return this.type.compact !== undefined && this.type.bytes(this.#content) > this.#compactBytes + by;
  }

  /** Becomes what the log has, whatever it was before. */
  restart({ epoch, snapshot, entries, timestamp, proofs: [proof = noProof, ...proofs] = [] }: LoadedRoom): void {
    this.#restarts += 1;
    this.#timestamp = timestamp;
    this.#compactBytes = 0;
    this.#revision = snapshot?.revision ?? 0;
    this.#content = snapshot ? this.type.load(snapshot.content) : this.type.create();
    this.#entries = [];
    this.#lengths = [this.type.length(this.#content)];
    this.#sizes = [0];
    this.#proofs = [proof];
    this.follow(epoch, entries, proofs);
  }

  /** Applies entries that the log has beyond the head. Their proofs are worked out where they are not given. */
  follow(epoch: string, entries: Entry[], proofs: readonly string[] = []): void {
    this.#epoch = epoch;
    for (const [index, entry] of entries.entries()) {
      this.#proofs.push(proofs[index] ?? proofOf(this.proof, entry));
      this.#content = this.type.apply(this.#content, entry, this.#revision + 1);
      this.#revision += 1;
      this.#lengths.push(this.type.length(this.#content));
      this.#sizes.push(this.size + this.weigh([entry]));
      this.#entries.push(entry);
    }
    this.#timestamp = entries.at(-1)?.timestamp ?? this.#timestamp;
  }

  /** Takes over what a draft made, now that the log has it. */
  adopt(draft: Draft, epoch: string): void {
    this.#epoch = epoch;
    this.#content = draft.content;
    this.#revision = draft.revision;
    for (const length of draft.lengths) this.#lengths.push(length);
    for (const size of draft.sizes) this.#sizes.push(size);
    for (const entry of draft.entries) this.#entries.push(entry);
    for (const proof of draft.proofs.slice(1)) this.#proofs.push(proof);
    this.#timestamp = draft.entries.at(-1)?.timestamp ?? this.#timestamp;
  }

  /**
   * Takes back entries that memory had let go: those that follow `reach - entries.length`, where the proof is `proof`, as far
   * as that is known. Returns what they take.
   */
  extend(older: Entry[], proof?: string): number {
    const [oldest = 0] = this.#sizes;
    let [length, size] = [this.lengthAt(this.reach), oldest];
    const [lengths, sizes]: [number[], number[]] = [[], []];
    for (const entry of older.toReversed()) {
      length -= this.type.growth(entry.operation);
      size -= this.weigh([entry]);
      lengths.push(length);
      sizes.push(size);
    }
    this.#lengths = [...lengths.reverse(), ...this.#lengths];
    this.#sizes = [...sizes.reverse(), ...this.#sizes];
    this.#entries = [...older, ...this.#entries];
    const proofs = proof === undefined ? older.map(() => undefined) : [proof, ...proofsOf(proof, older.slice(0, -1))];
    this.#proofs = [...proofs, ...this.#proofs];
    return oldest - size;
  }

  /** Puts entries in the place of others, by the revisions that those made, as far as they are here. */
  redact(entries: ReadonlyMap<number, { to: Entry }>): void {
    const { reach } = this;
    for (const [revision, { to }] of entries)
      if (revision > reach && revision <= this.#revision) this.#entries[revision - reach - 1] = to;
  }

  /** Bytes in memory, roughly. */
  get bytes(): number {
    const content = this.#content;
    const known = this.#measured?.content === content ? this.#measured : undefined;
    this.#measured = known ?? { content, bytes: this.type.bytes(content) };
    return this.#measured.bytes + this.entryBytes;
  }

  /** Whether trim() has something to do: beyond the bound, so that it is rare. */
  get overfull(): boolean {
    const { entries, bytes } = this.type.keeps;
    return this.#entries.length > 2 * entries || this.entryBytes > spare * bytes;
  }

  /** Lets the oldest entries go, but for what is kept. They stay in the log. */
  trim({ entries, bytes } = this.type.keeps): void {
    const most = this.#entries.length - entries;
    const from = this.#sizes.findIndex((size, index) => index >= most && this.size - size <= bytes);
    this.#entries = this.#entries.slice(from);
    this.#lengths = this.#lengths.slice(from);
    this.#sizes = this.#sizes.slice(from);
    this.#proofs = this.#proofs.slice(from);
  }

  /** What the entries in memory take, roughly. */
  get entryBytes(): number {
    return this.size - (this.#sizes[0] ?? 0);
  }
}

/** What a batch of operations would make of the document: nothing of it is true before the log has committed it. */
export class Draft {
  readonly #document: Document;
  readonly #limit: number;
  readonly #timestamp: number;
  readonly entries: Entry[] = [];
  /** The content's length after each of them. */
  readonly lengths: number[] = [];
  /** `size` of the document after each of them. */
  readonly sizes: number[] = [];
  readonly #proofs: string[];
  /** Whether something was refused because the document is full. */
  isFull = false;
  #content: unknown;

  /** `now` and `max_document_bytes` bound what add() lets in. */
  constructor(document: Document, now: number, max_document_bytes: number) {
    this.#document = document;
    this.#content = document.content;
    this.#proofs = [document.proof];
    this.#limit = max_document_bytes;
    this.#timestamp = Math.max(now, document.timestamp);
  }

  get content(): unknown {
    return this.#content;
  }

  get revision(): number {
    return this.#document.revision + this.entries.length;
  }

  /** The proof of the head that they follow, and of each of them: worked out when it is asked for, others may have a turn before. */
  get proofs(): readonly string[] {
    for (const entry of this.entries.slice(this.#proofs.length - 1))
      this.#proofs.push(proofOf(this.#proofs.at(-1) ?? noProof, entry));
    return this.#proofs;
  }

  /** What the entries take in memory, roughly. */
  get bytes(): number {
    return (this.sizes.at(-1) ?? this.#document.size) - this.#document.size;
  }

  /** What add() takes, or holds() for a `revision`, in parts looked at: at least. */
  cost({ operation, revision: base = this.revision }: Submission, revision?: number): number {
    const { type } = this.#document;
    if (!type.transform) return revision === undefined ? type.effort(operation, this.#content) : 0;
    const late = this.revision - base;
    if (late <= 0) return 0;
    if (revision !== undefined) return this.#document.cost(type.parts(operation), base, revision - 1);
    const parts = type.parts(operation);
    const first = Math.max(0, this.entries.length - late);
    const before = first === 0 ? this.#document.size : (this.sizes[first - 1] ?? 0);
    const here = (this.entries.length - first) * parts + ((this.sizes.at(-1) ?? before) - before) / bytesPerPart;
    return here + this.#document.cost(parts, base);
  }

  /** Checks an operation at its base, brings it to the head, and adds it. A refusal leaves the draft as it was. */
  add(late: Submission): void {
    const { type } = this.#document;
    const submission = this.#document.rebase(late);
    const base = type.transform ? (submission.revision ?? this.revision) : this.revision;
    const since = this.#since(base);
    const length = this.lengths.at(-since.length - 1) ?? this.#document.lengthAt(base);
    type.check(submission.operation, since.length === 0 ? { length, content: this.#content } : { length }, submission);
    let { operation } = submission;
    for (const over of since) operation = this.#document.transform(operation, submission, over);
    const entry = stamp(submission, operation, this.#timestamp);
    const content = type.apply(this.#content, entry, this.revision + 1);
    if (!type.bounded && !type.frees?.(operation, this.#content))
      this.#checkSize(type.bytes(content), type.bytes(this.#content));
    this.#content = content;
    this.entries.push(entry);
    this.lengths.push(type.length(content));
    this.sizes.push((this.sizes.at(-1) ?? this.#document.size) + this.#document.weigh([entry]));
  }

  /**
   * Whether the entry that made a revision, here or in the document, has the operation of a submission: as that was sent, or
   * as its client has carried it since over what it had not seen. Refuses `conflict` where that is older than `reach`.
   */
  holds(submission: Submission, revision: number): boolean {
    const document = this.#document;
    const { transform } = document.type;
    const { revision: base } = submission;
    // Whoever has seen the entry has made something else since.
    if (transform && base !== undefined && base >= revision) return false;
    if (Math.min(base ?? revision, revision - 1) < document.reach)
      throw new Refusal('conflict', `what made revision ${revision} is older than the log reaches: join again`);
    const entry = this.#entry(revision);
    const before = Math.min(revision - 1, document.revision);
    let { operation } = document.rebase(submission, undefined, before);
    if (transform && base !== undefined) {
      for (let at = Math.max(base, before); at < revision - 1; at++)
        operation = document.transform(operation, submission, this.#entry(at + 1));
    }
    return isDeepStrictEqual(operation, entry.operation);
  }

  /** The one that made a revision no older than `reach`. */
  #entry(revision: number): Entry {
    const document = this.#document;
    const entry = this.entries[revision - document.revision - 1] ?? document.since(revision - 1)[0];
    if (!entry) throw new Error(`no entry made revision ${revision}`);
    return entry;
  }

  /** The entries of this draft that an operation made against `base` has not seen. */
  #since(base: number): readonly Entry[] {
    if (base > this.revision)
      throw new Refusal('conflict', `revision ${base} is not there yet, the document is at ${this.revision}`);
    return this.entries.slice(base - this.#document.revision);
  }

  #checkSize(after: number, before: number): void {
    if (after <= this.#limit || after <= before) return;
    this.isFull = true;
    throw new Refusal('too_large', `the document would have ${after} bytes, the limit is ${this.#limit}`);
  }
}

/** Ties go by author and not by arrival, so that two people typing at one place do not interleave. */
function side(late: { client_id: string }, earlier: { client_id: string }): 'left' | 'right' {
  return late.client_id < earlier.client_id ? 'left' : 'right';
}

function stamp(submission: Submission, operation: unknown, timestamp: number): Entry {
  const { client_id, sequence, user_id, restores, again } = submission;
  const numbered = sequence !== undefined && { sequence };
  return {
    operation,
    client_id,
    ...numbered,
    user_id,
    timestamp,
    ...(restores && { restores }),
    ...(again && { again }),
  };
}
