import type { Entry } from '../../shared/documents/type.ts';
import type { Document } from '../documents/document.ts';
import { clientRecords, isOther } from '../logs/head.ts';
import type { Known, Log, News } from '../logs/log.ts';
import type { Clients } from './clients.ts';
import { Pages, pageBytes } from './pages.ts';

/** For how long another instance that has written may be about to write again, in milliseconds. */
const rivalry = 1_000;

/** Where a log ends. */
export interface Head {
  epoch: string;
  revision: number;
}

export interface FollowerOptions {
  /** The room's key in the log. */
  key: string;
  log: Log;
  document: Document;
}

export interface FollowerEvents {
  /** Told of entries that others have committed, once they are in the document, in order. */
  onFollowed(news: News): void;
  /** Told when the document has another history: what anyone made against the one before fits no more. */
  onReplaced(): void;
}

/** Brings into a room's document what other instances have brought into its log. Nothing else may write meanwhile. */
export class Follower {
  readonly #options: FollowerOptions;
  readonly #document: Document;
  readonly #clients: Clients;
  readonly #events: FollowerEvents;
  /** What was told and not yet looked at. */
  #news: News[] = [];
  /** When others have last written, by performance.now(). */
  #overtakenAt = Number.NEGATIVE_INFINITY;
  /** How many entries came from elsewhere. */
  overtaken = 0;
  /** How many histories the document has had. */
  history = 0;
  /** An append had no answer: the log may be ahead of the document. */
  unsure = false;

  constructor(options: FollowerOptions, clients: Clients, events: FollowerEvents) {
    this.#options = options;
    this.#document = options.document;
    this.#clients = clients;
    this.#events = events;
  }

  /** News from the log, in the order of revisions or repeated or with gaps. */
  receive(news: News): void {
    this.#news.push(news);
  }

  get hasNews(): boolean {
    return this.#news.length > 0;
  }

  /** Whether another instance has written lately. */
  get hasRivals(): boolean {
    return performance.now() - this.#overtakenAt < rivalry;
  }

  /** Brings the document to a head that another instance has made. What that has told spares another round trip. */
  async follow(met: Head): Promise<void> {
    const before = this.#document.revision;
    await this.takeNews();
    const { epoch, revision } = this.#document;
    if (epoch !== met.epoch || revision < met.revision || revision === before) await this.catchUp();
  }

  /** Brings what was told meanwhile into the document: skips what it has, fetches what is missing. */
  async takeNews(): Promise<void> {
    for (let news = this.#news.shift(); news; news = this.#news.shift()) {
      const { revision, epoch } = this.#document;
      const { proofs = [] } = news;
      const known = revision - news.revision;
      // What overlaps has to be the same: at the end of it, or at its own end where it is older.
      const at = Math.min(known, news.entries.length);
      const sameProof = !isOther(proofs[at], this.#document.proofAt(news.revision + at));
      const sameHistory = news.epoch === epoch || revision === 0;
      const isLess = news.entries.length === 0 && known > 0;
      if (!sameHistory || !sameProof || isLess || known < 0) await this.catchUp();
      else this.#advance(news.epoch, news.entries.slice(known), proofs.slice(known + 1));
    }
  }

  /** Brings the document to the log's head. Resolves with whether it was behind. */
  async isBehind(): Promise<boolean> {
    const { epoch, revision } = this.#document;
    await this.catchUp();
    return epoch !== this.#document.epoch || revision !== this.#document.revision;
  }

  /** Fetches all that the log has beyond the document. */
  async catchUp(): Promise<void> {
    const { log, key } = this.#options;
    const epoch = this.#document.epoch || (await log.load(key)).epoch;
    for (const pages = new Pages(); ; ) {
      const range = { epoch, after: this.#document.revision, limit: pages.limit, bytes: pageBytes };
      const { revision, proof } = this.#document;
      const [entries, proved] = await Promise.all([log.read(key, range), log.proof(key, { epoch, revision })]);
      if (!entries || isOther(proved, proof)) {
        await this.#reconcile();
        break;
      }
      if (entries.length === 0) break;
      this.#advance(epoch, entries);
      await pages.turn(entries, this.#document.weigh(entries));
    }
    this.unsure = false;
  }

  /**
   * The log does not go on from where the document stands. Where it has lost some of it, it takes that from here, in a
   * new epoch; otherwise the document is made anew from the log.
   */
  async #reconcile(): Promise<void> {
    const { log, key } = this.#options;
    const epoch = this.#document.epoch && (await log.renew?.(key, this.#known()));
    if (epoch) {
      this.#document.follow(epoch, []);
      this.#events.onFollowed({ epoch, revision: this.#document.revision, entries: [] });
      return;
    }
    const loaded = await log.load(key);
    await this.#clients.recallAll();
    const { epoch: before, revision, proof } = this.#document;
    this.#document.restart(loaded);
    // The same one goes on from where this one stood, as far as can be told.
    const goesOn = loaded.epoch === before && loaded.revision >= revision;
    if (!goesOn || isOther(this.#document.proofAt(revision), proof)) this.history += 1;
    this.#events.onReplaced();
  }

  #known(): Known {
    const { reach, timestamp } = this.#document;
    const clients = clientRecords(reach, this.#document.since(reach));
    for (const [client_id, record] of this.#clients) clients.set(client_id, record);
    const proofAt = (revision: number) => this.#document.proofAt(revision);
    return { snapshot: this.#document.snapshot(), timestamp, proofAt, clients };
  }

  #advance(epoch: string, entries: Entry[], proofs?: readonly string[]): void {
    if (entries.length === 0) return;
    const { revision } = this.#document;
    this.overtaken += entries.length;
    this.#overtakenAt = performance.now();
    this.#document.follow(epoch, entries, proofs);
    this.#events.onFollowed({ epoch, revision, entries });
  }
}
