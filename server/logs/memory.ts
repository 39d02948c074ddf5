import { LargeJson } from '../../shared/documents/largeJson.ts';
import type { Entry } from '../../shared/documents/type.ts';
import { sizeOf } from '../../shared/json.ts';
import { Followers } from './followers.ts';
import {
  acceptsSnapshot,
  advance,
  clientRecords,
  type Head,
  isReplaceable,
  loadedFrom,
  newEpoch,
  noHead,
  renamed,
  standsAt,
  trimmable,
  within,
} from './head.ts';
import type {
  Append,
  Appended,
  ClientRecord,
  Keep,
  LoadedRoom,
  Log,
  News,
  Range,
  Redaction,
  Snapshot,
  StoredRoom,
} from './log.ts';
import { checkRead, noProof, type Proved } from './proof.ts';

/** An entry, and how many bytes it has as JSON: counted once. */
interface Kept extends Proved {
  bytes: number;
}

interface MemoryRoom {
  head: Head;
  /** Those that are not trimmed; the last one made the head. */
  entries: Kept[];
  snapshot: Snapshot | undefined;
  clients: Map<string, ClientRecord>;
}

/** A log that ends with the process, for tests. Several instances may share one. */
export function createMemoryLog(options: { epoch?: () => string } = {}): Log {
  return new MemoryLog(options.epoch ?? newEpoch);
}

/** What goes in and comes out is copied, as any other store does: nobody changes the log by changing an array. */
class MemoryLog implements Log {
  readonly #rooms = new Map<string, MemoryRoom>();
  /** The last epochs of rooms that were deleted. */
  readonly #deleted = new Map<string, string>();
  readonly #followers = new Followers();
  readonly #epoch: () => string;

  constructor(epoch: () => string) {
    this.#epoch = epoch;
  }

  async load(room: string): Promise<LoadedRoom> {
    const { head, entries, snapshot } = this.#room(room);
    const since = head.revision - (snapshot?.revision ?? 0);
    const tail = entries.slice(entries.length - since);
    const { snapshot: loaded, ...rest } = loadedFrom(room, head, snapshot, tail);
    return { ...structuredClone(rest), ...(loaded && { snapshot: copied(loaded) }) };
  }

  async head(room: string): Promise<{ epoch: string; revision: number }> {
    const { epoch, revision } = this.#room(room).head;
    return { epoch, revision };
  }

  async append(room: string, append: Append): Promise<Appended> {
    const { head, entries, snapshot, clients } = this.#room(room);
    const advanced = advance(head, append, this.#epoch);
    if (!advanced) return { committed: false, epoch: head.epoch, revision: head.revision };
    const { proofs, ...next } = advanced;
    for (const [index, entry] of structuredClone([...append.entries]).entries())
      entries.push({ entry, proof: proofs[index], bytes: sizeOf(entry) });
    for (const [client_id, record] of clientRecords(append.after, append.entries)) clients.set(client_id, record);
    this.#rooms.set(room, { head: next, entries, snapshot, clients });
    this.#followers.appended(room, {
      epoch: next.epoch,
      revision: append.after,
      entries: [...append.entries],
      proofs: [head.proof ?? noProof, ...proofs],
    });
    return { committed: true, epoch: next.epoch };
  }

  async read(room: string, { epoch, after, limit, bytes }: Range): Promise<Entry[] | undefined> {
    const { head, entries } = this.#room(room);
    const start = after - (head.revision - entries.length);
    if (epoch !== head.epoch || start < 0 || after > head.revision) return undefined;
    return structuredClone(checkRead(room, after, within(bytes, entries.slice(start, start + limit))));
  }

  async proof(room: string, { epoch, revision }: { epoch: string; revision: number }): Promise<string | undefined> {
    const { head } = this.#room(room);
    return epoch === head.epoch ? this.#proofAt(room, revision) : undefined;
  }

  async client(room: string, client_id: string): Promise<ClientRecord | undefined> {
    return this.#room(room).clients.get(client_id);
  }

  async snapshot(room: string, snapshot: Snapshot, keep: Keep): Promise<boolean> {
    const stored = this.#room(room);
    const { head, entries } = stored;
    const proof = this.#proofAt(room, snapshot.revision);
    if (!acceptsSnapshot(head, stored.snapshot?.revision, snapshot, proof)) return false;
    stored.snapshot = copied(snapshot);
    const reach = head.revision - entries.length;
    entries.splice(0, trimmable(head, snapshot.revision, newest(entries, keep)) - reach);
    return true;
  }

  async list({ prefix, after, limit }: { prefix: string; after: string; limit: number }): Promise<StoredRoom[]> {
    return [...this.#rooms]
      .filter(([room]) => room.startsWith(prefix) && room > after)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .slice(0, limit)
      .map(([room, { head }]) => ({ room, revision: head.revision, timestamp: head.timestamp }));
  }

  async delete(room: string): Promise<boolean> {
    if (this.#rooms.has(room)) this.#deleted.set(room, this.#room(room).head.epoch);
    return this.#rooms.delete(room);
  }

  async wasDeleted(room: string, epoch = this.#deleted.get(room)): Promise<boolean> {
    return epoch !== undefined && this.#deleted.get(room) === epoch;
  }

  async redact(room: string, { epoch, entries: redacted, author }: Redaction): Promise<boolean> {
    const { head, entries, clients } = this.#room(room);
    if (head.revision === 0 || epoch !== head.epoch) return false;
    const reach = head.revision - entries.length;
    const there = [...redacted].filter(([revision]) => revision > reach && revision <= head.revision);
    const at = (revision: number) => entries[revision - reach - 1];
    if (!there.every(([revision, replacement]) => isReplaceable(at(revision)?.entry, replacement))) return false;
    for (const [revision, { to }] of there)
      entries[revision - reach - 1] = { entry: structuredClone(to), proof: at(revision)?.proof, bytes: sizeOf(to) };
    for (const [client_id, record] of renamed(clients, author)) clients.set(client_id, record);
    return true;
  }

  async restart(room: string, snapshot: Snapshot): Promise<boolean> {
    const stored = this.#room(room);
    if (!standsAt(stored.head, snapshot)) return false;
    const { revision } = snapshot;
    const epoch = this.#epoch();
    stored.head = { ...stored.head, epoch };
    stored.snapshot = copied({ ...snapshot, epoch });
    this.#followers.tell(room, { epoch, revision, entries: [] });
    return true;
  }

  follow(room: string, listener: (news: News) => void): () => void {
    return this.#followers.follow(room, listener);
  }

  followFirsts(listener: (room?: string) => void): () => void {
    return this.#followers.followFirsts(listener);
  }

  async close(): Promise<void> {}

  #proofAt(room: string, revision: number): string | undefined {
    const { head, entries, snapshot } = this.#room(room);
    if (revision === 0) return noProof;
    if (revision === snapshot?.revision) return snapshot.proof;
    return entries[revision - (head.revision - entries.length) - 1]?.proof;
  }

  #room(room: string): MemoryRoom {
    return this.#rooms.get(room) ?? { head: noHead, entries: [], snapshot: undefined, clients: new Map() };
  }
}

/** How many of the newest entries are kept. */
function newest(entries: readonly Kept[], keep: Keep): number {
  let left = keep.bytes;
  let count = 0;
  while (count < Math.min(keep.entries, entries.length)) {
    left -= entries[entries.length - count - 1]?.bytes ?? 0;
    if (left < 0 && count > 0) break;
    count += 1;
  }
  return count;
}

/** A snapshot of its own. A text can not be changed: to copy one of some MB takes milliseconds. */
function copied(snapshot: Snapshot): Snapshot {
  const content = snapshot.content instanceof LargeJson ? snapshot.content.toJSON() : snapshot.content;
  return { ...snapshot, content: typeof content === 'string' ? content : structuredClone(content) };
}
