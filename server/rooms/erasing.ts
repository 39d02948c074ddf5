import { randomBytes } from 'node:crypto';
import { Refusal } from '../../shared/refusals.ts';
import { roomOfKey } from '../access/keys.ts';
import { Document } from '../documents/document.ts';
import { createEraser, type Forgotten, withoutUser } from '../kinds/erasing.ts';
import type { Eraser } from '../kinds/kind.ts';
import type { KnownKind } from '../kinds/kinds.ts';
import type { Log, Replacement } from '../logs/log.ts';
import { pagesOf } from './pages.ts';
import { byKind } from './readable.ts';
import { changesOf, redactUnsaid } from './redacting.ts';

/** How often it is tried to be faster than who writes to the room, or takes something out of it. */
const mostTries = 20;
/** How many entries are taken out at once, at most: a store may have to write all of a log anew. */
const mostAtOnce = 5_000;

/**
 * Takes a user out of a room: out of its log, its snapshot and what is remembered of clients. What is kept has a name that
 * says nothing. Where there was anything, a new epoch begins, so that every instance and client lets go of what it has.
 * Resolves with how many entries that concerned. Refuses `unavailable`. Done again, it goes on where it was.
 */
export async function eraseUser(log: Log, kind: KnownKind, key: string, user_id: string): Promise<number> {
  const forgotten = { user_id, name: `erased:${randomBytes(9).toString('base64url')}` };
  const eraser = byKind(kind, () => createEraser(kind, forgotten));
  let erased = 0;
  for (let tries = 0, after = 0; tries < mostTries; tries += 1) {
    const loaded = await log.load(key);
    const { epoch, revision } = loaded;
    if (revision === 0) return erased;
    const { document, left } = byKind(kind, () => {
      const document = new Document(kind.type, loaded);
      return { document, left: withoutUser(kind, document.content, forgotten) };
    });
    // What was unsaid goes first: behind the new epoch's snapshot nobody would know of it.
    const unsaid = changesOf(kind.redaction, { epoch, revision: document.reach, entries: loaded.entries });
    if (!(await redactUnsaid(log, kind, key, unsaid))) continue;
    const taken = await eraseEntries(log, kind, key, { epoch, after, to: revision }, forgotten, eraser);
    erased += taken.erased;
    if (!taken.whole) continue;
    if (erased === 0 && left === document.content) return 0;
    const snapshot = byKind(kind, () => ({ ...document.snapshot(), content: kind.type.save(left) }));
    if (await log.restart(key, snapshot)) return erased;
    after = revision;
  }
  throw new Refusal('unavailable', `too many write to ${roomOfKey(key)} at once`, { retry_after_ms: 500 });
}

/** How many entries were taken out; not `whole` where others have taken something out meanwhile, or begun another epoch. */
async function eraseEntries(
  log: Log,
  kind: KnownKind,
  key: string,
  range: { epoch: string; after: number; to: number },
  { user_id, name }: Forgotten,
  eraser: Eraser<unknown>,
): Promise<{ erased: number; whole: boolean }> {
  const author = { from: user_id, to: name };
  const { epoch } = range;
  let erased = 0;
  let entries = new Map<number, Replacement>();
  for await (const page of pagesOf(log, key, range)) {
    page.entries.forEach((from, index) => {
      const to = byKind(kind, () => eraser.erase(from, page.after + index + 1));
      if (to) entries.set(page.after + index + 1, { from, to });
    });
    if (entries.size < mostAtOnce) continue;
    if (!(await log.redact(key, { epoch, entries }))) return { erased, whole: false };
    erased += entries.size;
    entries = new Map();
  }
  const whole = await log.redact(key, { epoch, entries, author });
  return { erased: whole ? erased + entries.size : erased, whole };
}
