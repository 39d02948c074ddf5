/** What is done with replicas now and then. It imports types alone, so that it stands by itself in a bundle. */
import type { claim } from './claim.ts';
import type { Greeted, Ownership } from './ownership.ts';
import type { Kept } from './persistence.ts';
import type { Room } from './room.ts';
import type { ReplicaStorage } from './storage.ts';

const day = 24 * 3_600_000;
/** How many days what has nothing unsent is kept after it was open last: what one may only read, and all else. */
const longest = { read: 1, write: 30 };
/** How much may be kept together, in characters of JSON. */
const most = 20 * 2 ** 20;

/** What is kept, and what a page has for it from its start. */
export interface Shelf {
  storage: ReplicaStorage;
  claim: typeof claim;
}

/**
 * Deletes what nobody has opened for long, and the oldest of the rest while there is too much; never what has something
 * unsent, and nothing that is open in a tab.
 */
export async function clean({ storage, claim }: Shelf, now: number): Promise<void> {
  const found: { key: string; at: number; size: number; isOld: boolean }[] = [];
  let total = 0;
  for (const key of await storage.keys()) {
    // An application may keep other things in its storage.
    if (!key.startsWith('["')) continue;
    const kept = (await storage.get(key)) as Partial<Kept> | undefined;
    const at = kept?.at ?? 0;
    const isOld = !(now - at < (kept?.role === 'viewer' ? longest.read : longest.write) * day);
    const size = `${JSON.stringify(kept)}`.length;
    total += size;
    if (!kept?.unsent) found.push({ key, at, size, isOld });
  }
  found.sort((one, other) => one.at - other.at);
  for (const { key, size, isOld } of found) {
    if (!isOld && total <= most) continue;
    const release = await claim(key);
    if (!release) continue;
    // It may have been opened since, and left with something unsent.
    if (!((await storage.get(key)) as Partial<Kept> | undefined)?.unsent) {
      await storage.delete(key);
      total -= size;
    }
    release();
  }
}

/**
 * Leaves the rooms that are open in this tab, and deletes all that is kept of the user who is here, or was greeted last.
 * Returns false, and changes nothing, where something is unsent, unless forced.
 */
export async function forget(
  { storage }: Shelf,
  ownership: Ownership,
  rooms: readonly Room[],
  isForced: boolean,
): Promise<boolean> {
  const owner = ownership.greeted ?? (await ownership.last());
  const own = async () => (await storage.keys()).filter((key) => key.startsWith(`${owner} `));
  const isSent = async (key: string) => isForced || !((await storage.get(key)) as Partial<Kept> | undefined)?.unsent;
  if (!isForced && rooms.some((room) => room.hasUnsent)) return false;
  // What is open here says itself what it has: what is kept of it may be a moment older.
  const open = rooms.map((room) => ` ${room.document().client_id}`);
  for (const key of await own()) if (!open.some((end) => key.endsWith(end)) && !(await isSent(key))) return false;
  await Promise.all(rooms.map((room) => room.leave()));
  for (const key of await own()) if (await isSent(key)) await storage.delete(key);
  const last = (await storage.get(ownership.place)) as Greeted | undefined;
  if (last?.owner === owner) await storage.delete(ownership.place);
  try {
    sessionStorage.removeItem(ownership.place);
  } catch {
    // There is none.
  }
  return true;
}
