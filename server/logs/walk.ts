import type { Database, RootDatabase, Transaction } from 'lmdb';
import type { Entry } from '../../shared/documents/type.ts';
import { type Head, isOther } from './head.ts';
import type { Snapshot } from './log.ts';
import { brokenAt, noProof } from './proof.ts';

const roomsAtOnce = 1_000;

/** What is wrong with a room. */
export interface RoomTrouble {
  room: string;
  trouble: string;
}

/** How far a walk has come. */
export interface Walked {
  rooms: number;
  entries: number;
}

/** Reads all that is kept of every room, and says what does not fit together. Whoever has the file open may write on. */
export function* walk(root: RootDatabase, walked: Walked): Generator<RoomTrouble> {
  const heads: Database<Head, string> | undefined = root.openDB({ name: 'heads' });
  const entries: Database<Entry & { proof?: string }, [string, number]> | undefined = root.openDB({ name: 'entries' });
  const snapshots: Database<Snapshot, [string, number]> | undefined = root.openDB({ name: 'snapshots' });
  if (!heads || !entries || !snapshots) return;
  const beginReading = root.useReadTransaction.bind(root);

  for (const room of roomsOf(heads)) {
    // What another process writes meanwhile is not seen in the midst of a room.
    const transaction = beginReading();
    try {
      const head = heads.get(room, { transaction });
      if (!head) continue;
      walked.rooms += 1;
      checkHead(head);
      const from = checkSnapshot(room, head, transaction);
      walked.entries += checkEntries(room, head, from, transaction);
    } catch (error) {
      yield { room, trouble: (error as Error).message };
    } finally {
      transaction.done();
    }
  }

  function checkHead({ epoch, revision, timestamp }: Head): void {
    const fits = typeof epoch === 'string' && epoch !== '' && Number.isInteger(revision) && revision > 0;
    if (!fits || typeof timestamp !== 'number') throw new Error('its head makes no sense');
  }

  /** Returns the newest snapshot's revision, or 0. */
  function checkSnapshot(room: string, { revision }: Head, transaction: Transaction): number {
    const range = { start: [room, Number.MAX_SAFE_INTEGER], end: [room, -1], reverse: true, limit: 1, transaction };
    for (const { key, value } of snapshots?.getRange(range as object) ?? []) {
      const [, at] = key;
      if (at > revision) throw new Error(`its snapshot is at ${at}, and its head at ${revision}`);
      if (value.revision !== at || !('content' in value)) throw new Error(`its snapshot at ${at} can not be read`);
      return at;
    }
    return 0;
  }

  /** All that are there, up to the head and without a gap, and at least those since `from`. Returns how many. */
  function checkEntries(room: string, head: Head, from: number, transaction: Transaction): number {
    const { revision } = head;
    let count = 0;
    let next: number | undefined;
    let before: string | undefined = noProof;
    const range = { start: [room, 1], end: [room, revision + 1], transaction };
    for (const { key, value } of entries?.getRange(range as object) ?? []) {
      const [, at] = key;
      if (at !== (next ?? at)) throw new Error(`entries ${next} to ${at - 1} are missing`);
      if (next === undefined && at > from + 1) throw new Error(`entries ${from + 1} to ${at - 1} are missing`);
      if (!isEntry(value)) throw new Error(`entry ${at} can not be read`);
      const { proof, ...entry } = value;
      const known = next === undefined && at > 1 ? undefined : before;
      if (brokenAt(known, [{ entry, proof }]) !== undefined) throw new Error(`entry ${at} is not what was written`);
      before = proof;
      next = at + 1;
      count += 1;
    }
    const last = (next ?? from + 1) - 1;
    if (last < revision) throw new Error(`entries ${last + 1} to ${revision} are missing`);
    if (count > 0 && isOther(before, head.proof)) throw new Error(`its head is not that of entry ${revision}`);
    return count;
  }
}

/** Some at a time: who reads on and on keeps all that is overwritten meanwhile in the file. */
function* roomsOf(heads: Database<Head, string>): Generator<string> {
  for (let after: string | undefined; ; ) {
    const range = { ...(after !== undefined && { start: after, exclusiveStart: true }), limit: roomsAtOnce };
    const rooms = [...heads.getKeys(range)];
    yield* rooms;
    if (rooms.length < roomsAtOnce) return;
    after = rooms.at(-1);
  }
}

function isEntry(value: Partial<Entry> | undefined): boolean {
  return typeof value?.client_id === 'string' && typeof value.user_id === 'string' && 'operation' in value;
}
