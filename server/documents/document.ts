import { type AnyDocumentType, typeOf } from '../../shared/documents/index.ts';
import type { Author, Entry } from '../../shared/documents/type.ts';
import { Refusal } from '../../shared/refusals.ts';
import type { RoomId } from '../../shared/rooms.ts';
import type { LoadedRoom, Snapshot } from '../logs/log.ts';

/** An operation on its way into the log. */
export interface Submission extends Author {
  operation: unknown;
  /** What it was made against; where missing, the head. */
  revision: number | undefined;
  sequence: number | undefined;
  client_id: string;
}

/** What a document keeps in memory for late operations, at least; up to twice that between two trimmings. */
const kept = { entries: 2_000, bytes: 512 * 1024 };
/** Bytes that an entry takes besides its operation, roughly. */
const entryOverhead = 150;

/** A room's document in memory: its content at the head, and the newest entries for operations that come late. */
export class Document {
  readonly type: AnyDocumentType;
  #epoch = '';
  #revision = 0;
  #content: unknown;
  #timestamp = 0;
  /** Contiguous; the last one made `#revision`. */
  #entries: Entry[] = [];
  /** The content's length where the entries begin, and after each of them. */
  #lengths: number[] = [];
  /** What the entries take, roughly. */
  #entryBytes = 0;

  constructor(room_id: RoomId, loaded: LoadedRoom) {
    this.type = typeOf(room_id);
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

  /**
   * A late submission as one that was made at the head: checked where it was made, and transformed over what it has not
   * seen. Refuses `conflict` where that is older than `reach`.
   */
  rebase(submission: Submission): Submission {
    const { revision: base } = submission;
    const { type, revision, reach } = this;
    if (!type.transform || base === undefined || base >= revision) return submission;
    if (base < reach)
      throw new Refusal('conflict', `revision ${base} is older than the log reaches, which is ${reach}`);
    type.check(submission.operation, { length: this.lengthAt(base) }, submission);
    return { ...submission, operation: transformOver(this.since(base), submission, type), revision };
  }

  snapshot(): Snapshot {
    return { epoch: this.#epoch, revision: this.#revision, content: this.type.save(this.#content) };
  }

  /** Becomes what the log has, whatever it was before. */
  restart({ epoch, snapshot, entries, timestamp }: LoadedRoom): void {
    this.#timestamp = timestamp;
    this.#revision = snapshot?.revision ?? 0;
    this.#content = snapshot ? this.type.load(snapshot.content) : this.type.create();
    this.#entries = [];
    this.#lengths = [this.type.length(this.#content)];
    this.#entryBytes = 0;
    this.follow(epoch, entries);
  }

  /** Applies entries that the log has beyond the head. */
  follow(epoch: string, entries: Entry[]): void {
    this.#epoch = epoch;
    for (const entry of entries) {
      this.#content = this.type.apply(this.#content, entry, this.#revision + 1);
      this.#revision += 1;
      this.#lengths.push(this.type.length(this.#content));
    }
    this.#timestamp = entries.at(-1)?.timestamp ?? this.#timestamp;
    this.#keep(entries);
  }

  /** Takes over what a draft made, now that the log has it. */
  adopt(draft: Draft, epoch: string): void {
    this.#epoch = epoch;
    this.#content = draft.content;
    this.#revision = draft.revision;
    for (const length of draft.lengths) this.#lengths.push(length);
    this.#timestamp = draft.entries.at(-1)?.timestamp ?? this.#timestamp;
    this.#keep(draft.entries);
  }

  /** Takes back entries that memory had let go: those that follow `reach - entries.length`. */
  extend(older: Entry[]): void {
    let length = this.lengthAt(this.reach);
    const lengths = older.toReversed().map(({ operation }) => {
      length -= this.type.growth(operation);
      return length;
    });
    this.#lengths = [...lengths.reverse(), ...this.#lengths];
    this.#entries = [...older, ...this.#entries];
    this.#entryBytes += this.#weigh(older);
  }

  /** Bytes in memory, roughly. */
  get bytes(): number {
    return this.type.bytes(this.#content) + this.#entryBytes;
  }

  /** Whether trim() has something to do: at twice the bound, so that it is rare. */
  get overfull(): boolean {
    return this.#entries.length > 2 * kept.entries || this.#entryBytes > 2 * kept.bytes;
  }

  /** Lets the oldest entries go. They stay in the log. */
  trim(): void {
    this.#entries = this.#entries.slice(-kept.entries);
    this.#entryBytes = this.#weigh(this.#entries);
    while (this.#entryBytes > kept.bytes) {
      const dropped = this.#entries.splice(0, Math.ceil(this.#entries.length / 2));
      this.#entryBytes -= this.#weigh(dropped);
    }
    this.#lengths = this.#lengths.slice(-this.#entries.length - 1);
  }

  #keep(entries: Entry[]): void {
    for (const entry of entries) this.#entries.push(entry);
    this.#entryBytes += this.#weigh(entries);
  }

  #weigh(entries: Entry[]): number {
    return entries.reduce((sum, { operation }) => sum + entryOverhead + this.type.weight(operation), 0);
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
  #content: unknown;

  /** `now` and `max_document_bytes` bound what add() lets in. */
  constructor(document: Document, now: number, max_document_bytes: number) {
    this.#document = document;
    this.#content = document.content;
    this.#limit = max_document_bytes;
    this.#timestamp = Math.max(now, document.timestamp);
  }

  get content(): unknown {
    return this.#content;
  }

  get revision(): number {
    return this.#document.revision + this.entries.length;
  }

  /** Checks an operation at its base, brings it to the head, and adds it. A refusal leaves the draft as it was. */
  add(late: Submission): void {
    const { type } = this.#document;
    const submission = this.#document.rebase(late);
    const base = type.transform ? (submission.revision ?? this.revision) : this.revision;
    const since = this.#since(base);
    const length = this.lengths.at(-since.length - 1) ?? this.#document.lengthAt(base);
    type.check(submission.operation, since.length === 0 ? { length, content: this.#content } : { length }, submission);
    const entry = stamp(submission, transformOver(since, submission, type), this.#timestamp);
    const content = type.apply(this.#content, entry, this.revision + 1);
    if (!type.bounded) this.#checkSize(type.bytes(content), type.bytes(this.#content));
    this.#content = content;
    this.entries.push(entry);
    this.lengths.push(type.length(content));
  }

  /** The entries of this draft that an operation made against `base` has not seen. */
  #since(base: number): readonly Entry[] {
    if (base > this.revision)
      throw new Refusal('conflict', `revision ${base} is not there yet, the document is at ${this.revision}`);
    return this.entries.slice(base - this.#document.revision);
  }

  #checkSize(after: number, before: number): void {
    if (after <= this.#limit || after <= before) return;
    throw new Refusal('too_large', `the document would have ${after} bytes, the limit is ${this.#limit}`);
  }
}

/** A late operation as it is after entries that it has not seen. */
function transformOver(since: readonly Entry[], submission: Submission, type: AnyDocumentType): unknown {
  return since.reduce(
    (late, over) => type.transform?.(late, over.operation, side(submission, over)),
    submission.operation,
  );
}

/** Ties go by author and not by arrival, so that two people typing at one place do not interleave. */
function side(late: { client_id: string }, earlier: { client_id: string }): 'left' | 'right' {
  return late.client_id < earlier.client_id ? 'left' : 'right';
}

function stamp({ client_id, sequence, user_id }: Submission, operation: unknown, timestamp: number): Entry {
  return { operation, client_id, ...(sequence !== undefined && { sequence }), user_id, timestamp };
}
