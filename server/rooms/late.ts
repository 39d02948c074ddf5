import { Refusal } from '../../shared/refusals.ts';
import type { Document, Submission } from '../documents/document.ts';
import { nextTurn } from '../limits/longWork.ts';
import type { Log } from '../logs/log.ts';
import type { Accounts } from './accounts.ts';
import { Pages, pageBytes } from './pages.ts';

/**
 * How many parts are looked at before others have their turn: about a millisecond. Whoever sends old bases, or many
 * parts, holds up the other rooms for no longer than that.
 */
export const slice = 20_000;
/** An operation that takes fewer parts to bring to the head is not counted: others wait for it as long as for a packet. */
const light = 1_000;
/** How many parts one operation may take: nobody who keeps up with a room sends what takes more. */
const heaviest = 1_000_000;
/** How many bytes of entries that memory has let go are fetched for one who stands that far back. */
const furthest = 8 * 1024 * 1024;
/** How long they stay at least, in milliseconds: who asked for them has yet to use them. */
const lingering = 5_000;

export interface LateOptions {
  /** The room's key in the log. */
  key: string;
  log: Log;
  document: Document;
  /** Who pays for what it takes. */
  accounts: Accounts;
}

/** Brings operations that come late to the head of a room's document: what that needs, what it costs, and in slices. */
export class Late {
  readonly #options: LateOptions;
  readonly #document: Document;
  /** When entries were last fetched for somebody, by performance.now(). */
  #fetchedAt = Number.NEGATIVE_INFINITY;

  constructor(options: LateOptions) {
    this.#options = options;
    this.#document = options.document;
  }

  /** Whether entries were fetched that somebody may be about to use: they are not to be let go yet. */
  get needsOld(): boolean {
    return performance.now() - this.#fetchedAt < lingering;
  }

  /**
   * Fetches entries that memory has let go, for what was made at a revision that far back, as long as they do not take too
   * much. Refuses `rate_limited` where the user, or the room, has used up its share.
   */
  async reachBack({ revision = 0, user_id }: Submission): Promise<void> {
    const { log, key, accounts } = this.#options;
    if (revision >= this.#document.reach || !(await this.#hasEntries(revision))) return;
    const pages = new Pages();
    while (revision < this.#document.reach && pages.bytes < furthest) {
      const { epoch, reach } = this.#document;
      accounts.take(user_id, 'bytes', 0);
      const after = Math.max(revision, reach - pages.limit);
      const [older, proof] = await Promise.all([
        log.read(key, { epoch, after, limit: reach - after, bytes: pageBytes }),
        log.proof(key, { epoch, revision: after }),
      ]);
      if (!older) return;
      this.#fetchedAt = performance.now();
      const isAll = older.length === reach - after;
      const isNext = isAll && this.#document.reach === reach && this.#document.epoch === epoch;
      const bytes = isNext ? this.#document.extend(older, proof) : this.#document.weigh(older);
      accounts.charge(user_id, 'bytes', bytes);
      await pages.turn(older, bytes, reach - after);
    }
  }

  /**
   * Takes what it costs to bring an operation to the head at once, or to apply one there. Refuses `rate_limited`, and
   * `too_large` what goes through too much of the document.
   */
  pay(user_id: string, cost: number): void {
    if (cost > heaviest) throw new Refusal('too_large', 'it goes through too much of the document at once');
    if (cost > light) this.#options.accounts.take(user_id, 'transforms', cost);
  }

  /**
   * The same for one that costs more than a slice: brought there in slices, and the document does not move before that is
   * done. Refuses `rate_limited`, and `conflict` where it would take too long. `until`: to that revision.
   */
  async bring(submission: Submission, cost: number, until = this.#document.revision): Promise<Submission> {
    const { accounts } = this.#options;
    const { user_id } = submission;
    if (cost > heaviest) throw tooHeavy();
    accounts.take(user_id, 'transforms', cost);
    let brought = submission;
    let spent = 0;
    try {
      while (spent <= heaviest) {
        const work = { left: slice };
        brought = this.#document.rebase(brought, work, until);
        spent += slice - work.left;
        if ((brought.revision ?? 0) >= until) return brought;
        await nextTurn();
      }
      throw tooHeavy();
    } finally {
      // It may have come apart on the way, or may have been refused before its end.
      accounts.charge(user_id, 'transforms', spent - cost);
    }
  }

  /** Whether the log reaches back that far: it is asked for one entry before it is asked for all. */
  async #hasEntries(after: number): Promise<boolean> {
    const { log, key } = this.#options;
    return (await log.read(key, { epoch: this.#document.epoch, after, limit: 1, bytes: 1 })) !== undefined;
  }
}

/** What would take too long to bring to the head. */
function tooHeavy(): Refusal {
  return new Refusal('conflict', 'too much was written since the revision that it was made against: join again');
}
