import type { Unsaying } from '../../shared/documents/feed/redaction.ts';
import type { Entry } from '../../shared/documents/type.ts';
import type { Document } from '../documents/document.ts';
import type { RedactionRules } from '../kinds/kind.ts';
import type { Log, News } from '../logs/log.ts';
import type { Accounts } from './accounts.ts';
import { Pages, pageBytes, reachOf } from './pages.ts';

/** How many times as long as the last one took it is until the next: a store has to write all of a log anew. */
const restTimes = 10;
/** After how long another try is made, in milliseconds, where the store did not answer. */
const retryAfter = 1_000;

/** Something that was unsaid, and by which revision. */
interface Change extends Unsaying {
  by: number;
  user_id: string;
}

export interface RedactingOptions {
  /** The room's key in the log. */
  key: string;
  log: Log;
  document: Document;
  /** What its kind says of what is unsaid, where there is such a thing. */
  redaction: RedactionRules<unknown> | undefined;
  /** Who pays for what is read of the log. */
  accounts: Accounts;
  /** Keeps a snapshot of the head, whatever is under way. */
  keepSnapshot(): Promise<void>;
  /** Told of what went wrong; it is tried again. */
  onError(error: unknown): void;
}

/**
 * Takes out of a feed's log what is no longer said there: of a message that was edited its text before, of one that was
 * deleted all. It is gone from memory at once, and soon from the log and its snapshots. Every instance does so: one that ends
 * before has left it to the others, or to who loads the room next, as nobody keeps a snapshot before it is done.
 */
export class Redacting {
  readonly #options: RedactingOptions;
  #pending: Change[] = [];
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: RedactingOptions) {
    this.#options = options;
  }

  /** Entries are in the log: what they have made unsaid goes. */
  committed({ revision, entries }: Pick<News, 'revision' | 'entries'>): void {
    const { redaction } = this.#options;
    if (!redaction) return;
    const changes = entries.flatMap((entry, index): Change[] => {
      const change = redaction.unsaying(entry);
      return change ? [{ ...change, by: revision + index + 1, user_id: entry.user_id }] : [];
    });
    if (changes.length === 0) return;
    this.#redactMemory(changes);
    this.#pending.push(...changes);
    this.#begin();
  }

  /** Resolves when all that was unsaid is gone; rejects where the store does not answer. */
  async settled(): Promise<void> {
    while (!this.#closed && (this.#running || this.#pending.length > 0)) {
      this.#begin();
      await this.#running;
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #begin(): void {
    if (this.#running || this.#closed || this.#pending.length === 0) return;
    this.#running = this.#run();
    this.#running.catch((error) => {
      this.#options.onError(error);
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#begin(), retryAfter);
    });
  }

  async #run(): Promise<void> {
    try {
      for (let rest = 0; this.#pending.length > 0; ) {
        if (rest > 0) await pause(rest);
        const began = performance.now();
        const changes = this.#pending;
        this.#pending = [];
        try {
          await this.#redactLog(changes);
          // One that is kept while more is to go would be taken for one without it.
          if (this.#pending.length === 0) await this.#options.keepSnapshot();
        } catch (error) {
          this.#pending = [...changes, ...this.#pending];
          throw error;
        }
        rest = restTimes * (performance.now() - began);
      }
    } finally {
      this.#running = undefined;
    }
  }

  #redactMemory(changes: readonly Change[]): void {
    const { document } = this.#options;
    const after = Math.max(document.reach, first(changes) - 1);
    document.redact(this.#redacted(document.since(after), after, changes));
  }

  async #redactLog(changes: readonly Change[]): Promise<void> {
    const { key, log, document } = this.#options;
    const { epoch } = document;
    const last = Math.max(...changes.map(({ by }) => by));
    const entries = new Map<number, Entry>();
    let after = await reachOf(log, key, epoch, { from: first(changes) - 1, to: last });
    for (const pages = new Pages(); after < last; ) {
      const range = { epoch, after, limit: Math.min(pages.limit, last - after), bytes: pageBytes };
      const page = await log.read(key, range);
      // Another history has begun, or what was there is trimmed meanwhile.
      if (!page?.length) break;
      for (const [revision, entry] of this.#redacted(page, after, changes)) entries.set(revision, entry);
      const bytes = document.weigh(page);
      this.#options.accounts.charge(changes[0]?.user_id ?? '', 'bytes', bytes);
      after += page.length;
      await pages.turn(page, bytes);
    }
    if (entries.size > 0) await log.redact(key, { epoch, entries });
  }

  /** What stands in the place of the entries that follow `after`, by revision, where they are another than before. */
  #redacted(entries: readonly Entry[], after: number, changes: readonly Change[]): Map<number, Entry> {
    const { redaction } = this.#options;
    const redacted = new Map<number, Entry>();
    entries.forEach((entry, index) => {
      const revision = after + index + 1;
      let left = entry;
      for (const change of changes) if (revision < change.by) left = redaction?.unsaid(left, revision, change) ?? left;
      if (left !== entry) redacted.set(revision, left);
    });
    return redacted;
  }
}

/** The first revision that any of the changes can concern: that of its message. */
function first(changes: readonly Change[]): number {
  return Math.min(...changes.map(({ message_id }) => Number(message_id)));
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
