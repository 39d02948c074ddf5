import type { FeedCommand } from '../../shared/documents/feed/command.ts';
import { added, changed, targetOf } from '../../shared/documents/feed/entries.ts';
import { type Feed, feed, most } from '../../shared/documents/feed.ts';
import type { Entry } from '../../shared/documents/type.ts';
import type { Answer, FeedEntry } from '../../shared/events.ts';
import { Refusal } from '../../shared/refusals.ts';
import type { Document } from '../documents/document.ts';
import type { Log } from '../logs/log.ts';
import { mostMissed } from './missed.ts';

/** How many entries of the log are read at once. */
const pageSize = 500;

interface Source {
  log: Log;
  key: string;
  document: Document;
}

/**
 * Up to `limit` entries of a feed before one of them (where none is named, the newest), as they are now: from the content
 * as far as that reaches, beyond from the log. Refuses `bad_request` where the document is no feed.
 */
export async function readHistory(
  { log, key, document }: Source,
  before: string | undefined,
  limit: number,
): Promise<Answer<'get_history'>> {
  if (document.type.name !== feed.name) throw new Refusal('bad_request', 'room_id: only feeds have a history');
  const { entries } = document.content as Feed;
  const end = before === undefined ? Number.POSITIVE_INFINITY : Number(before);
  const held = entries.filter(({ message_id }) => Number(message_id) < end);
  if (held.length > limit) return { entries: held.slice(-limit), more: true };
  // A feed that holds fewer than it may has never let go of one.
  if (entries.length < most.entries) return { entries: held, more: false };
  const older = await readOlder(
    { log, key, document },
    Math.min(end, Number(entries[0]?.message_id)),
    limit - held.length,
  );
  return { entries: [...older.entries, ...held], more: older.more };
}

/** The same for entries that the content has let go of. */
async function readOlder(
  { log, key, document: { epoch, revision: head } }: Source,
  before: number,
  limit: number,
): Promise<Answer<'get_history'>> {
  async function read(after: number, to: number): Promise<Entry<FeedCommand>[] | undefined> {
    const entries: Entry[] = [];
    while (after + entries.length < to) {
      const from = after + entries.length;
      const some = await log.read(key, { epoch, after: from, limit: to - from, bytes: mostMissed });
      if (!some?.length) return undefined;
      entries.push(...some);
    }
    return entries as Entry<FeedCommand>[];
  }

  let start = before - 1;
  let found: Entry<FeedCommand>[] = [];
  let additions = 0;
  for (let size = pageSize; start > 0 && size >= 1 && additions <= limit; ) {
    const after = Math.max(0, start - size);
    const page = await read(after, start);
    if (page) {
      found = [...page, ...found];
      additions += page.filter((entry) => added(entry, 0)).length;
      start = after;
    } else {
      // The log is trimmed somewhere in there.
      size = Math.floor(size / 2);
    }
  }

  const entries = new Map<string, FeedEntry>();
  const change = (logged: Entry<FeedCommand>) => {
    const entry = entries.get(targetOf(logged.operation) ?? '');
    if (entry) entries.set(entry.message_id, changed(entry, logged));
  };
  found.forEach((logged, index) => {
    const entry = added(logged, start + index + 1);
    if (entry) entries.set(entry.message_id, entry);
    else change(logged);
  });
  // Nobody changes an entry once so many newer ones are there.
  for (let after = before - 1, newer = 0; after < head && newer < most.entries; ) {
    const page = await read(after, Math.min(after + pageSize, head));
    if (!page) break;
    page.forEach(change);
    newer += page.filter((entry) => added(entry, 0)).length;
    after += page.length;
  }
  const all = [...entries.values()];
  return { entries: all.slice(Math.max(0, all.length - limit)), more: all.length > limit };
}
