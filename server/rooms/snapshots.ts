import type { Document } from '../documents/document.ts';
import type { Log } from '../logs/log.ts';

/** How many revisions lie between two snapshots, and how many bytes of the document add one: long ones take long to keep. */
const snapshotEvery = 500;
const bytesPerRevision = 512;
/** How many revisions the log keeps, at least, for clients that were away. */
const keptRevisions = 10_000;

export interface SnapshotsOptions {
  key: string;
  log: Log;
  document: Document;
  /** The revision of the last one. */
  at: number;
  onError(error: unknown): void;
}

/** Keeps a room's content beside its log, so that the next one who loads the room need not apply all of it again. */
export class Snapshots {
  readonly #options: SnapshotsOptions;
  #at: number;
  /** Resolves when the last one is there, or has failed. */
  #keeping = Promise.resolve();

  constructor(options: SnapshotsOptions) {
    this.#options = options;
    this.#at = options.at;
  }

  /** The document has grown: it may be time for another one. */
  grown(): void {
    const { type, content, revision } = this.#options.document;
    const interval = snapshotEvery + type.bytes(content) / bytesPerRevision;
    if (revision - this.#at >= interval) this.keepSoon();
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
    const { key, log, document } = this.#options;
    const snapshot = document.snapshot();
    if (snapshot.revision === this.#at) return this.#keeping;
    this.#at = snapshot.revision;
    const kept = log.snapshot(key, snapshot, keptRevisions);
    this.#keeping = kept.then(
      () => {},
      () => {},
    );
    await kept;
  }
}
