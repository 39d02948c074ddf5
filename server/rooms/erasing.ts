import { randomBytes } from 'node:crypto';
import type { Entry } from '../../shared/documents/type.ts';
import { Refusal } from '../../shared/refusals.ts';
import { roomOfKey } from '../access/keys.ts';
import { Document } from '../documents/document.ts';
import { createEraser, type EraseEntry, type Forgotten, withoutUser } from '../documents/erasure.ts';
import type { LoadedRoom, Log } from '../logs/log.ts';
import { Pages, pageBytes, reachOf } from './pages.ts';

/** How often it is tried to be faster than who writes to the room. */
const mostTries = 20;
/** How many entries are taken out at once, at most: a store may have to write all of a log anew. */
const mostAtOnce = 5_000;

/**
 * Takes a user out of a room: out of its log, its snapshot and what is remembered of clients. What is kept has a name that
 * says nothing. Where there was anything, a new epoch begins, so that every instance and client lets go of what it has.
 * Resolves with how many entries that concerned. Refuses `unavailable`. Done again, it goes on where it was.
 */
export async function eraseUser(log: Log, key: string, user_id: string): Promise<number> {
  const room_id = roomOfKey(key);
  const forgotten = { user_id, name: `erased:${randomBytes(9).toString('base64url')}` };
  const erase = createEraser(room_id, forgotten);
  let erased = 0;
  for (let tries = 0, after = 0; tries < mostTries; tries += 1) {
    const loaded = await log.load(key);
    const { epoch, revision } = loaded;
    if (revision === 0) return erased;
    erased += await eraseEntries(log, key, { epoch, after, to: revision }, forgotten, erase);
    const document = new Document(room_id, loaded);
    const { type, content } = document;
    const left = withoutUser(room_id, content, forgotten);
    if (erased === 0 && left === content) return 0;
    if (await log.restart(key, { ...document.snapshot(), content: type.save(left) })) return erased;
    after = revision;
  }
  throw new Refusal('unavailable', `too many write to ${room_id} at once`, { retry_after_ms: 500 });
}

/** The entries of a room's log, page by page, as far as it reaches back. */
export async function* pagesOf(
  log: Log,
  key: string,
  { epoch, after: from, to }: { epoch: string; after: number; to: number },
): AsyncGenerator<{ after: number; entries: Entry[] }> {
  const pages = new Pages();
  for (let after = await reachOf(log, key, epoch, { from, to }); after < to; ) {
    const limit = Math.min(pages.limit, to - after);
    const entries = await log.read(key, { epoch, after, limit, bytes: pageBytes });
    // It was trimmed, or another history has begun.
    if (!entries?.length) return;
    yield { after, entries };
    after += entries.length;
    await pages.turn(entries, JSON.stringify(entries).length);
  }
}

/** What a room's document was when it was loaded. */
export function contentOf(key: string, loaded: LoadedRoom): unknown {
  return new Document(roomOfKey(key), loaded).content;
}

async function eraseEntries(
  log: Log,
  key: string,
  range: { epoch: string; after: number; to: number },
  { user_id, name }: Forgotten,
  erase: EraseEntry,
): Promise<number> {
  const author = { from: user_id, to: name };
  const { epoch } = range;
  let erased = 0;
  let entries = new Map<number, Entry>();
  for await (const page of pagesOf(log, key, range)) {
    page.entries.forEach((entry, index) => {
      const left = erase(entry, page.after + index + 1);
      if (left) entries.set(page.after + index + 1, left);
    });
    if (entries.size < mostAtOnce) continue;
    await log.redact(key, { epoch, entries });
    erased += entries.size;
    entries = new Map();
  }
  await log.redact(key, { epoch, entries, author });
  return erased + entries.size;
}
