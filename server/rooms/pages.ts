import type { Entry } from '../../shared/documents/type.ts';
import { sizeOf } from '../../shared/json.ts';
import { nextTurn } from '../limits/longWork.ts';
import type { Log } from '../logs/log.ts';

/** How many entries are read first, and how many at once at most. */
const [fewest, most] = [8, 500];
/** About how many bytes are read at once: a millisecond of work. */
export const pageBytes = 256 * 1024;

/** How much of a log is read at once, so that others have their turn between: entries may be of any size. */
export class Pages {
  /** How many entries to read next. */
  limit = fewest;
  /** What has been read, in bytes of memory. */
  bytes = 0;

  /** So many bytes were read, in entries of which so many were asked for. Resolves when others have had their turn. */
  async turn(entries: readonly Entry[], bytes: number, asked = entries.length): Promise<void> {
    this.bytes += bytes;
    const fitting = Math.floor((pageBytes * entries.length) / Math.max(1, bytes));
    // The log gave fewer: more would not come the next time either.
    const given = entries.length < asked ? entries.length : most;
    this.limit = Math.max(1, Math.min(given, 2 * this.limit, fitting));
    await nextTurn();
  }
}

/** The oldest revision from `from` on, `to` at most, that a log still has entries after. */
async function reachOf(
  log: Log,
  key: string,
  epoch: string,
  { from, to }: { from: number; to: number },
): Promise<number> {
  const reaches = async (after: number) => (await log.read(key, { epoch, after, limit: 1, bytes: 1 })) !== undefined;
  if (await reaches(from)) return from;
  let [trimmed, there] = [from, to];
  while (there - trimmed > 1) {
    const middle = Math.floor((trimmed + there) / 2);
    if (await reaches(middle)) there = middle;
    else trimmed = middle;
  }
  return there;
}

/** The entries of a room's log, page by page, as far as it reaches back. */
export async function* pagesOf(
  log: Log,
  key: string,
  { epoch, after: from, to }: { epoch: string; after: number; to: number },
): AsyncGenerator<{ after: number; entries: Entry[]; bytes: number }> {
  const pages = new Pages();
  for (let after = await reachOf(log, key, epoch, { from, to }); after < to; ) {
    const limit = Math.min(pages.limit, to - after);
    const entries = await log.read(key, { epoch, after, limit, bytes: pageBytes });
    if (!entries) {
      // It was trimmed meanwhile, as far as this; or another history has begun, and there is nothing of this one.
      after = await reachOf(log, key, epoch, { from: after, to });
      continue;
    }
    if (entries.length === 0) return;
    const bytes = entries.reduce((sum, { operation }) => sum + sizeOf(operation), 0);
    yield { after, entries, bytes };
    after += entries.length;
    await pages.turn(entries, bytes);
  }
}
