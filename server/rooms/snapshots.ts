import { saved } from '../../shared/documents/complete.ts';
import type { Document } from '../documents/document.ts';
import type { Keep, Log } from '../logs/log.ts';
import { Gate } from './gate.ts';

/** How many revisions lie between two snapshots, and how many bytes of the document add one: long ones take long to keep. */
const snapshotEvery = 500;
const bytesPerRevision = 512;
/** Bytes of entries after which there is a snapshot too, besides as many as the document has: all of them are loaded. */
const snapshotBytes = 1024 * 1024;
/** What the log keeps for clients that were away: typing for a day, or of pastes eight times the largest document. */
const kept: Keep = { entries: 10_000, bytes: 16 * 1024 * 1024 };

/** Documents of this process that are being kept, in bytes: one takes some times as much while it is. */
const gate = new Gate(2 * 1024 * 1024);

const done = Promise.resolve();

export interface SnapshotsOptions {
  key: string;
  log: Log;
  document: Document;
  /** Settled when what a snapshot must not have any more is gone from the log. */
  redacting: { settled(): Promise<void> } | undefined;
  onError(error: unknown): void;
}

/** Keeps a room's content beside its log, so that the next one who loads the room need not apply all of it again. */
export class Snapshots {
  readonly #options: SnapshotsOptions;
  #at: number;
  /** Bytes of entries since then. */
  #unkept: number;
  /** Resolves when the last one is there, or has failed. */
  #keeping = done;

  /** `at`: the revision of the last one; `since`: how many bytes of entries there have been since. */
  constructor(options: SnapshotsOptions, at: number, since: number) {
    this.#options = options;
    this.#at = at;
    this.#unkept = since;
  }

  /** The document has grown by entries of so many bytes: it may be time for another one. */
  grown(by: number): void {
    const { type, content, revision } = this.#options.document;
    this.#unkept += by;
    const bytes = type.bytes(content);
    const many = revision - this.#at >= snapshotEvery + bytes / bytesPerRevision;
    if (many || this.#unkept >= snapshotBytes + bytes) this.keepSoon();
  }

  /** The document has another history: the last one says nothing of it. */
  restart(): void {
    this.#at = 0;
  }

  /** Keeps one, for which nobody waits. */
  keepSoon(): void {
    this.keep().catch(this.#options.onError);
  }

  /** Keeps one of the head, unless there is one. One that is on its way already is waited for. */
  async keep(): Promise<void> {
    await this.#options.redacting?.settled();
    await this.keepNow();
  }

  /** The same without waiting for anything else. */
  async keepNow(): Promise<void> {
    const { key, log, document } = this.#options;
    const { epoch, revision, proof, type, content } = document;
    if (revision === this.#at) return this.#keeping;
    this.#at = revision;
    this.#unkept = 0;
    // Of this moment: what is written meanwhile may have to be redacted first.
    const save = () => ({ epoch, revision, proof, content: saved(type, content) });
    const compacted = type.compact ? document.compact().then((snapshot) => () => snapshot) : Promise.resolve(save);
    const keeping = compacted.then((made) => gate.pass(type.bytes(content), () => log.snapshot(key, made(), kept)));
    this.#keeping = keeping.then(
      () => {},
      () => {},
    );
    await keeping;
  }
}
