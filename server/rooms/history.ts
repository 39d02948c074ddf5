import type { Entry } from '../../shared/documents/type.ts';
import type { Answer, FeedEntry } from '../../shared/events.ts';
import { Refusal } from '../../shared/refusals.ts';
import type { Document } from '../documents/document.ts';
import type { HistoryRules } from '../kinds/kind.ts';
import type { Log } from '../logs/log.ts';
import type { Accounts } from './accounts.ts';
import { Pages, pageBytes } from './pages.ts';

/** How many bytes of the log are read for one answer that has something in it already. */
const mostBytes = 4 * 1024 * 1024;

export interface HistorySource {
  log: Log;
  key: string;
  document: Document;
  accounts: Accounts;
  /** What its kind says of what is older; undefined where the kind has no such thing. */
  history: HistoryRules<unknown, unknown> | undefined;
}

/**
 * Up to `limit` entries of a feed before one of them (where none is named, the newest), as they are now: from the content
 * as far as that reaches, beyond from the log. Refuses `bad_request` where the document is no feed, and `rate_limited`
 * where the user, or the room, has used up its share of what is read.
 */
export async function readHistory(
  source: HistorySource,
  user_id: string,
  before: string | undefined,
  limit: number,
): Promise<Answer<'get_history'>> {
  const { document, history } = source;
  if (!history) throw new Refusal('bad_request', 'room_id: only feeds have a history');
  const entries = history.held(document.content);
  const end = before === undefined ? Number.POSITIVE_INFINITY : Number(before);
  const held = entries.filter(({ message_id }) => Number(message_id) < end);
  if (held.length > limit) return { entries: held.slice(-limit), more: true };
  // A feed that holds fewer than it may has never let go of one.
  if (entries.length < history.most) return { entries: held, more: false };
  const reader = new Reader(source, user_id);
  const older = await readOlder(history, reader, Math.min(end, Number(entries[0]?.message_id)), limit - held.length);
  return { entries: [...older.entries, ...held], more: older.more };
}

/** The same for entries that the content has let go of. Of what is read, only what shows in the end stays in memory. */
async function readOlder(
  { most, added, changed, targetOf, effectOf }: HistoryRules<unknown, unknown>,
  reader: Reader,
  before: number,
  limit: number,
): Promise<Answer<'get_history'>> {
  const found: FeedEntry[] = [];
  const changes: Entry[] = [];
  const seen = new Set<string>();
  let start = before - 1;
  let isTrimmed = false;
  while (!isTrimmed && start > 0 && found.length <= limit && (found.length === 0 || reader.pages.bytes < mostBytes)) {
    const page = await reader.readBefore(start);
    if (!page) isTrimmed = true;
    for (const [index, logged] of (page ?? []).toReversed().entries()) {
      const entry = added(logged, start - index);
      if (entry) found.push(entry);
      else if (isNewest(seen, effectOf(logged))) changes.push(logged);
    }
    start -= page?.length ?? 0;
  }
  const more = found.length > limit || (start > 0 && !isTrimmed);

  const entries = new Map(
    found
      .slice(0, limit)
      .reverse()
      .map((entry) => [entry.message_id, entry]),
  );
  const change = (logged: Entry) => {
    const entry = entries.get(targetOf(logged.operation) ?? '');
    if (entry) entries.set(entry.message_id, changed(entry, logged));
  };
  changes.reverse().forEach(change);
  // Nobody changes an entry once so many newer ones are there.
  for (let after = before - 1, newer = 0; entries.size > 0 && newer < most; ) {
    const page = await reader.readAfter(after);
    if (!page?.length) break;
    page.forEach(change);
    newer += page.filter((entry) => added(entry, 0)).length;
    after += page.length;
  }
  return { entries: [...entries.values()], more };
}

/** Whether nothing that has been seen, all of it later, has undone what a command does. */
function isNewest(seen: Set<string>, effect: string | undefined): boolean {
  if (effect === undefined || seen.has(effect)) return false;
  seen.add(effect);
  return true;
}

/** Reads a feed's log in pages, each of them paid. */
class Reader {
  readonly pages = new Pages();
  readonly #source: HistorySource;
  readonly #user_id: string;
  readonly #epoch: string;

  constructor(source: HistorySource, user_id: string) {
    this.#source = source;
    this.#user_id = user_id;
    this.#epoch = source.document.epoch;
  }

  /** Entries up to a revision; undefined where the log is trimmed there. */
  async readBefore(revision: number): Promise<Entry[] | undefined> {
    // Where there is none, the log is trimmed somewhere in there.
    for (let size = Math.min(this.pages.limit, revision); size >= 1; size = Math.floor(size / 2)) {
      const page = await this.#read(revision - size, size);
      // What takes more than a page is asked for in smaller ones.
      if (page?.length === size) return page;
    }
    return undefined;
  }

  readAfter(revision: number): Promise<Entry[] | undefined> {
    return this.#read(revision, this.pages.limit);
  }

  async #read(after: number, limit: number): Promise<Entry[] | undefined> {
    const { log, key, document, accounts } = this.#source;
    accounts.take(this.#user_id, 'bytes', 0);
    const page = await log.read(key, { epoch: this.#epoch, after, limit, bytes: pageBytes });
    if (!page) return undefined;
    const bytes = document.weigh(page);
    accounts.charge(this.#user_id, 'bytes', bytes);
    await this.pages.turn(page, bytes);
    return page;
  }
}
