import { randomBytes } from 'node:crypto';
import type { Entry } from '../../shared/documents/type.ts';
import { sizeOf } from '../../shared/json.ts';
import type { Append, ClientRecord, Redaction, Snapshot } from './log.ts';

/** Where a room's log ends. */
export interface Head {
  epoch: string;
  revision: number;
  /** Of the newest entry. */
  timestamp: number;
}

/** Of a room that was never written. */
export const noHead: Head = { epoch: '', revision: 0, timestamp: 0 };

/** The name of a new history: no two are alike. */
export function newEpoch(): string {
  return randomBytes(9).toString('base64url');
}

/** The head that an append makes; `undefined` where it does not follow this one. */
export function advance(head: Head, { epoch, after, entries }: Append, begin: () => string): Head | undefined {
  if (head.epoch !== epoch || head.revision !== after) return undefined;
  return {
    epoch: epoch || begin(),
    revision: after + entries.length,
    timestamp: entries.at(-1)?.timestamp ?? head.timestamp,
  };
}

/** What is to be remembered of the clients that entries come from: of those with a sequence, the last of each. */
export function clientRecords(after: number, entries: readonly Entry[]): Map<string, ClientRecord> {
  const records = new Map<string, ClientRecord>();
  entries.forEach(({ client_id, user_id, sequence }, index) => {
    if (sequence !== undefined) records.set(client_id, { user_id, sequence, revision: after + index + 1 });
  });
  return records;
}

/** Whether a snapshot fits the log, and is not older than the `current` one. */
export function acceptsSnapshot(head: Head, current: number | undefined, { epoch, revision }: Snapshot): boolean {
  return head.epoch !== '' && head.epoch === epoch && revision <= head.revision && revision >= (current ?? 0);
}

/** Whether a log ends just there. */
export function standsAt(head: Head, { epoch, revision }: Snapshot): boolean {
  return head.revision > 0 && head.epoch === epoch && head.revision === revision;
}

/** What is to be remembered otherwise where a user has another name. */
export function* renamed<Kept extends ClientRecord>(
  clients: Iterable<[string, Kept]>,
  author: Redaction['author'],
): Generator<[string, Kept]> {
  if (!author) return;
  for (const [client_id, record] of clients)
    if (record.user_id === author.from) yield [client_id, { ...record, user_id: author.to }];
}

/** The revision up to which entries may go, once there is a snapshot at `revision`, where so many of the newest are kept. */
export function trimmable(head: Head, revision: number, kept: number): number {
  return Math.min(revision, head.revision - kept);
}

/** The first of the entries, as many as take no more than so many bytes, but one at least; none is looked at beyond. */
export function within(bytes: number, entries: Iterable<Entry>): Entry[] {
  const taken: Entry[] = [];
  let left = bytes;
  for (const entry of entries) {
    left -= sizeOf(entry);
    if (left < 0 && taken.length > 0) break;
    taken.push(entry);
  }
  return taken;
}
