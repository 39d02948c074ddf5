import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Entry } from '../../shared/documents/type.ts';
import { sizeOf } from '../../shared/json.ts';
import type { Append, ClientRecord, LoadedRoom, Redaction, Replacement, Snapshot } from './log.ts';
import { checkTail, noProof, type Proved, proofOf, proofsOf } from './proof.ts';

/** Where a room's log ends. */
export interface Head {
  epoch: string;
  revision: number;
  /** Of the newest entry. */
  timestamp: number;
  /** The same; missing where a version before had written it. */
  proof?: string | undefined;
}

/** Of a room that was never written. */
export const noHead: Head = { epoch: '', revision: 0, timestamp: 0 };

/** The name of a new history: no two are alike. */
export function newEpoch(): string {
  return randomBytes(9).toString('base64url');
}

/** The head that an append makes, and the proofs of its entries; `undefined` where it does not follow this one. */
export function advance(head: Head, append: Append, begin: () => string): (Head & { proofs: string[] }) | undefined {
  const { epoch, after, entries, proofs: [before, ...given] = [] } = append;
  if (head.epoch !== epoch || head.revision !== after || isOther(head.proof, before)) return undefined;
  const proofs = before === undefined ? proofsOf(head.proof ?? noProof, entries) : given;
  return {
    epoch: epoch || begin(),
    revision: after + entries.length,
    timestamp: entries.at(-1)?.timestamp ?? head.timestamp,
    proof: proofs.at(-1),
    proofs,
  };
}

/** Whether two proofs, as far as they are known, are of different histories. */
export function isOther(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}

/** What is to be remembered of the clients that entries come from: of those with a sequence, the last of each. */
export function clientRecords(after: number, entries: readonly Entry[]): Map<string, ClientRecord> {
  const records = new Map<string, ClientRecord>();
  entries.forEach(({ client_id, user_id, sequence }, index) => {
    if (sequence !== undefined) records.set(client_id, { user_id, sequence, revision: after + index + 1 });
  });
  return records;
}

/** Whether a snapshot fits the log, where `proof` is the one at its revision, and is not older than the `current` one. */
export function acceptsSnapshot(
  head: Head,
  current: number | undefined,
  { epoch, revision, proof: given }: Snapshot,
  proof: string | undefined,
): boolean {
  const isSame = head.epoch !== '' && head.epoch === epoch && !isOther(given, proof);
  return isSame && revision <= head.revision && revision >= (current ?? 0);
}

/** Whether a log ends just there. */
export function standsAt(head: Head, { epoch, revision }: Snapshot): boolean {
  return head.revision > 0 && head.epoch === epoch && head.revision === revision;
}

/** Whether an entry may be put in the place of the one that is there: that is the one that was read, or it is done already. */
export function isReplaceable(there: Entry | undefined, { from, to }: Replacement): boolean {
  return isDeepStrictEqual(there, from) || isDeepStrictEqual(there, to);
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
export function within(bytes: number, entries: Iterable<Proved>): Proved[] {
  const taken: Proved[] = [];
  let left = bytes;
  for (const proved of entries) {
    left -= sizeOf(proved.entry);
    if (left < 0 && taken.length > 0) break;
    taken.push(proved);
  }
  return taken;
}

/** A room as it is loaded, from what is kept of it. Throws Damaged where that is not what was written. */
export function loadedFrom(
  room: string,
  head: Head,
  snapshot: Snapshot | undefined,
  tail: readonly Proved[],
): LoadedRoom {
  const { epoch, revision, timestamp } = head;
  const entries = tail.map(({ entry }) => entry);
  if (revision === 0) return { epoch, revision, entries, timestamp };
  const begin = snapshot ? { revision: snapshot.revision, proof: snapshot.proof } : { revision: 0, proof: noProof };
  checkTail(room, head, begin, tail);
  const before = begin.proof ?? (tail.length === 0 ? head.proof : undefined) ?? noProof;
  const proofs = [before, ...provedBy(before, tail)];
  return { epoch, revision, ...(snapshot && { snapshot }), entries, timestamp, proofs };
}

/** The proofs of entries, worked out where a version before had not. */
function provedBy(before: string, tail: readonly Proved[]): string[] {
  let last = before;
  return tail.map(({ entry, proof }) => {
    last = proof ?? proofOf(last, entry);
    return last;
  });
}
