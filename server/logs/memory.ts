import type { Entry } from '../../shared/documents/type.ts';
import { Followers } from './followers.ts';
import { acceptsSnapshot, advance, clientRecords, type Head, newEpoch, noHead, trimmable, within } from './head.ts';
import type {
  Append,
  Appended,
  ClientRecord,
  Keep,
  LoadedRoom,
  Log,
  News,
  Range,
  Snapshot,
  StoredRoom,
} from './log.ts';

interface MemoryRoom {
  head: Head;
  /** Those that are not trimmed; the last one made the head. */
  entries: Entry[];
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
  readonly #followers = new Followers();
  readonly #epoch: () => string;

  constructor(epoch: () => string) {
    this.#epoch = epoch;
  }

  async load(room: string): Promise<LoadedRoom> {
    const { head, entries, snapshot } = this.#room(room);
    const since = head.revision - (snapshot?.revision ?? 0);
    const tail = entries.slice(entries.length - since);
    return structuredClone({ ...head, ...(snapshot && { snapshot }), entries: tail });
  }

  async append(room: string, append: Append): Promise<Appended> {
    const { head, entries, snapshot, clients } = this.#room(room);
    const next = advance(head, append, this.#epoch);
    if (!next) return { committed: false, epoch: head.epoch, revision: head.revision };
    entries.push(...structuredClone([...append.entries]));
    for (const [client_id, record] of clientRecords(append.after, append.entries)) clients.set(client_id, record);
    this.#rooms.set(room, { head: next, entries, snapshot, clients });
    this.#followers.tell(room, { epoch: next.epoch, revision: append.after, entries: [...append.entries] });
    return { committed: true, epoch: next.epoch };
  }

  async read(room: string, { epoch, after, limit, bytes }: Range): Promise<Entry[] | undefined> {
    const { head, entries } = this.#room(room);
    const start = after - (head.revision - entries.length);
    if (epoch !== head.epoch || start < 0 || after > head.revision) return undefined;
    return structuredClone(within(bytes, entries.slice(start, start + limit)));
  }

  async client(room: string, client_id: string): Promise<ClientRecord | undefined> {
    return this.#room(room).clients.get(client_id);
  }

  async snapshot(room: string, snapshot: Snapshot, keep: Keep): Promise<boolean> {
    const stored = this.#room(room);
    const { head, entries } = stored;
    if (!acceptsSnapshot(head, stored.snapshot?.revision, snapshot)) return false;
    stored.snapshot = structuredClone(snapshot);
    const reach = head.revision - entries.length;
    const { length } = within(keep.bytes, entries.toReversed());
    entries.splice(0, trimmable(head, snapshot.revision, Math.min(keep.entries, length)) - reach);
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
    return this.#rooms.delete(room);
  }

  follow(room: string, listener: (news: News) => void): () => void {
    return this.#followers.follow(room, listener);
  }

  async close(): Promise<void> {}

  #room(room: string): MemoryRoom {
    return this.#rooms.get(room) ?? { head: noHead, entries: [], snapshot: undefined, clients: new Map() };
  }
}
