import type { Unsaying } from '../../shared/documents/feed/redaction.ts';
import type { Entry } from '../../shared/documents/type.ts';
import type { Document } from '../documents/document.ts';
import type { Kind, RedactionRules } from '../kinds/kind.ts';
import type { Log, News, Replacement } from '../logs/log.ts';
import type { Accounts } from './accounts.ts';
import { pagesOf } from './pages.ts';

/** How many times as long as the last one took it is until the next: a store has to write all of a log anew. */
const restTimes = 10;
/** After how long another try is made, in milliseconds, where the store did not answer. */
const retryAfter = 1_000;

/** Something that was unsaid, and by which revision. */
interface Change extends Unsaying {
  epoch: string;
  by: number;
  user_id: string;
}

export interface RedactingOptions {
  /** The room's key in the log. */
  key: string;
  log: Log;
  document: Document;
  kind: Pick<Kind, 'redaction'>;
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
  committed(news: News): void {
    const changes = changesOf(this.#options.kind.redaction, news);
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
        const { epoch } = this.#options.document;
        // Another epoch began where all that was unsaid before is gone: see eraseUser().
        const changes = this.#pending.filter((change) => change.epoch === epoch);
        this.#pending = [];
        try {
          if (!(await this.#redactLog(changes))) this.#pending = [...changes, ...this.#pending];
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

  #redactLog(changes: readonly Change[]): Promise<boolean> {
    const { key, log, kind, accounts } = this.#options;
    const user_id = changes[0]?.user_id ?? '';
    return redactUnsaid(log, kind, key, changes, (bytes) => accounts.charge(user_id, 'bytes', bytes));
  }

  #redactMemory(changes: readonly Change[]): void {
    const { document, kind } = this.#options;
    const after = Math.max(document.reach, first(changes) - 1);
    document.redact(redacted(kind.redaction, { after, entries: document.since(after) }, changes));
  }
}

/** What entries make unsaid of those before them. */
export function changesOf(
  redaction: RedactionRules<unknown> | undefined,
  { epoch, revision, entries }: News,
): Change[] {
  return entries.flatMap((entry, index) => {
    const unsaying = redaction?.unsaying(entry);
    return unsaying ? [{ ...unsaying, epoch, by: revision + index + 1, user_id: entry.user_id }] : [];
  });
}

/**
 * Takes out of a log what was unsaid in one epoch of it. False where others have taken something out of it meanwhile, or another
 * epoch has begun: then it is to be done again, of what stands there by then. `onRead` is told how many bytes were read.
 */
export async function redactUnsaid(
  log: Log,
  { redaction }: Pick<Kind, 'redaction'>,
  key: string,
  changes: readonly Change[],
  onRead: (bytes: number) => void = () => {},
): Promise<boolean> {
  const epoch = changes[0]?.epoch;
  if (epoch === undefined) return true;
  const range = { epoch, after: first(changes) - 1, to: Math.max(...changes.map(({ by }) => by)) };
  const entries = new Map<number, Replacement>();
  for await (const page of pagesOf(log, key, range)) {
    onRead(page.bytes);
    for (const [revision, replacement] of redacted(redaction, page, changes)) entries.set(revision, replacement);
  }
  return entries.size === 0 || (await log.redact(key, { epoch, entries }));
}

/** What stands in the place of entries, by revision, where that is another than before. */
function redacted(
  redaction: RedactionRules<unknown> | undefined,
  { after, entries }: { after: number; entries: readonly Entry[] },
  changes: readonly Change[],
): Map<number, Replacement> {
  const replaced = new Map<number, Replacement>();
  entries.forEach((from, index) => {
    const revision = after + index + 1;
    let to = from;
    for (const change of changes) if (revision < change.by) to = redaction?.unsaid(to, revision, change) ?? to;
    if (to !== from) replaced.set(revision, { from, to });
  });
  return replaced;
}

/** The first revision that any of the changes can concern: that of its message. */
function first(changes: readonly Change[]): number {
  return Math.min(...changes.map(({ message_id }) => Number(message_id)));
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
