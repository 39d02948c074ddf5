import type { Database, RootDatabase } from 'lmdb';
import { LargeJson } from '../../shared/documents/largeJson.ts';
import type { Entry } from '../../shared/documents/type.ts';
import { sizeOf } from '../../shared/json.ts';
import { Refusal } from '../../shared/refusals.ts';
import { dataFileOf, openData } from './data.ts';
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
import { textInTurns } from './inTurns.ts';
import { lockFolder } from './lock.ts';
import {
  type Append,
  type Appended,
  type ClientRecord,
  type Keep,
  type LoadedRoom,
  type Log,
  type News,
  type Range,
  type Redaction,
  remembered,
  type Snapshot,
  type StoredRoom,
} from './log.ts';
import { type Marks, marked, marksFrom, noMarks, reachOf } from './marks.ts';
import { checkRead, noProof, type Proved } from './proof.ts';
import { Space } from './space.ts';

/** How many entries are trimmed at once: each holds up the process for 5 µs. */
const trimmedAtOnce = 500;
/** How many clients are looked at with each snapshot: more than can have come since the one before. */
const clientsAtOnce = 2_000;
/** The same for rooms that were deleted. */
const deletedAtOnce = 10;
/** How often all clients are looked at, in milliseconds; so many at once, with a pause after each look. */
const sweepEvery = 60 * 60 * 1_000;
const sweptAtOnce = 500;
const sweepPause = 50;
/** How often it is looked for readers that are no more, in milliseconds: a backup that was killed holds the pages that it read. */
const readersEvery = 60_000;
/** How many bytes of its disk stay free, unless it is said otherwise. */
const leastFree = 64 * 1024 * 1024;

interface MarkedHead extends Head {
  marks: Marks;
}

/** A room that was deleted. */
interface Deleted {
  /** Its last. */
  epoch: string;
  /** When that was, in milliseconds since the epoch. */
  at: number;
}

/** With its proof, where this version has written it. */
type StoredEntry = Entry & { proof?: string };

interface StoredClient extends ClientRecord {
  /** When that was, in milliseconds since the epoch. */
  at: number;
}

export interface LmdbOptions {
  directory: string;
  /** Names a new history. */
  epoch?: () => string;
  /** Milliseconds since the epoch. */
  now?: () => number;
  /** With less than so many bytes free on the disk, writes are refused. Default: 64 MiB. */
  minFreeBytes?: number;
  /** Told why nothing can be written any more before the folder is opened again, best by another process. */
  onFailed?: (reason: string) => void;
}

/**
 * A log in one folder on disk, for one process. Throws an Error where another process has the folder, where what is in
 * it is damaged or gone, and where a newer version has written it.
 */
export async function openLmdbLog(options: LmdbOptions): Promise<Log> {
  const unlock = await lockFolder(options.directory);
  try {
    return new LmdbLog(await openData(options.directory), unlock, options);
  } catch (error) {
    await unlock();
    throw error;
  }
}

class LmdbLog implements Log {
  readonly #root: RootDatabase;
  readonly #heads: Database<MarkedHead, string>;
  /** By room and revision. */
  readonly #entries: Database<StoredEntry, [string, number]>;
  /** By room and revision, so that others than the newest can be kept. */
  readonly #snapshots: Database<Snapshot, [string, number]>;
  /** By room and client. */
  readonly #clients: Database<StoredClient, [string, string]>;
  readonly #deleted: Database<Deleted, string>;
  readonly #unlock: () => Promise<void>;
  readonly #directory: string;
  readonly #space: Space;
  readonly #onFailed: (reason: string) => void;
  readonly #epoch: () => string;
  readonly #now: () => number;
  /** The client up to which those of a room were looked at, where there are more than one look takes. */
  readonly #lookedAt = new Map<string, string>();
  /** The room up to which those that were deleted were looked at. */
  #deletedUpTo: string | undefined;
  readonly #followers = new Followers();
  /** The last write to each room that is being written. */
  readonly #writing = new Map<string, Promise<unknown>>();
  #sweep: NodeJS.Timeout | undefined;
  readonly #readers: NodeJS.Timeout;
  /** Why a commit failed: LMDB takes no other then, and may have written where it must not. */
  #failure: string | undefined;
  #closed = false;

  constructor(root: RootDatabase, unlock: () => Promise<void>, options: LmdbOptions) {
    const { directory, epoch = newEpoch, now = Date.now, minFreeBytes = leastFree, onFailed = () => {} } = options;
    this.#root = root;
    this.#heads = root.openDB({ name: 'heads' });
    this.#entries = root.openDB({ name: 'entries' });
    this.#snapshots = root.openDB({ name: 'snapshots' });
    this.#clients = root.openDB({ name: 'clients' });
    this.#deleted = root.openDB({ name: 'deleted' });
    this.#unlock = unlock;
    this.#directory = directory;
    this.#space = new Space(dataFileOf(directory), minFreeBytes);
    this.#onFailed = onFailed;
    this.#epoch = epoch;
    this.#now = now;
    this.#sweepSoon(0);
    this.#readers = setInterval(() => root.readerCheck(), readersEvery).unref();
  }

  get trouble(): string | undefined {
    return this.#trouble(0);
  }

  #trouble(holds: number): string | undefined {
    if (this.#closed) return 'the log is closed';
    return this.#failure ?? this.#space.trouble(holds);
  }

  async load(room: string): Promise<LoadedRoom> {
    const { marks: _, ...head } = this.#head(room);
    // Most inboxes: that nobody has written there needs no look at what was.
    if (head.revision === 0) return { ...head, entries: [] };
    const [at] = this.#snapshotRevisions(room);
    const stored = at === undefined ? undefined : this.#snapshots.get([room, at]);
    const snapshot = stored && restored(stored);
    // A room that was restored has another epoch than when its snapshot was made.
    const here = snapshot && { ...snapshot, epoch: head.epoch };
    return loadedFrom(room, head, here, [...this.#between(room, at ?? 0, head.revision)]);
  }

  async head(room: string): Promise<{ epoch: string; revision: number }> {
    const { epoch, revision } = this.#head(room);
    return { epoch, revision };
  }

  append(room: string, { epoch, after, entries, ...more }: Append): Promise<Appended> {
    const append = { epoch, after, entries: [...entries], ...more };
    return this.#inTurn(room, async () => {
      const head = this.#head(room);
      const advanced = advance(head, append, this.#epoch);
      if (!advanced) return { committed: false, epoch: head.epoch, revision: head.revision };
      const { proofs, ...next } = advanced;
      const bytes = append.entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
      const marks = marked(head.marks, next.revision, bytes);
      const at = this.#now();
      await this.#commit(() => {
        append.entries.forEach((entry, index) => {
          this.#entries.put([room, after + index + 1], { ...entry, proof: proofs[index] ?? noProof });
        });
        for (const [client_id, record] of clientRecords(after, append.entries)) {
          this.#clients.put([room, client_id], { ...record, at });
        }
        // Last: should an entry be none that can be stored, then those before it are beyond the head, and do not count.
        this.#heads.put(room, { ...next, marks });
      }, bytes);
      const told = { revision: after, entries: append.entries, proofs: [head.proof ?? noProof, ...proofs] };
      this.#followers.appended(room, { epoch: next.epoch, ...told });
      return { committed: true, epoch: next.epoch };
    });
  }

  async read(room: string, { epoch, after, limit, bytes }: Range): Promise<Entry[] | undefined> {
    const head = this.#head(room);
    if (epoch !== head.epoch || after > head.revision) return undefined;
    if (after < head.revision && !this.#entries.doesExist([room, after + 1])) return undefined;
    return checkRead(room, after, within(bytes, this.#between(room, after, Math.min(after + limit, head.revision))));
  }

  async proof(room: string, { epoch, revision }: { epoch: string; revision: number }): Promise<string | undefined> {
    return epoch === this.#head(room).epoch ? this.#proofAt(room, revision) : undefined;
  }

  async client(room: string, client_id: string): Promise<ClientRecord | undefined> {
    this.#checkOpen();
    const { at: _, ...record } = this.#clients.get([room, client_id]) ?? {};
    return 'sequence' in record ? (record as ClientRecord) : undefined;
  }

  async snapshot(room: string, snapshot: Snapshot, keep: Keep): Promise<boolean> {
    // Others write to the room meanwhile.
    const stored = await storable(snapshot);
    return this.#inTurn(room, async () => {
      const head = this.#head(room);
      const older = this.#snapshotRevisions(room);
      if (!acceptsSnapshot(head, older[0], snapshot, this.#proofAt(room, snapshot.revision))) return false;
      const byBytes = Math.min(snapshot.revision, reachOf(head.marks, keep.bytes));
      const trimmed = Math.max(byBytes, trimmable(head, snapshot.revision, keep.entries));
      await this.#commit(() => {
        this.#snapshots.put([room, snapshot.revision], stored);
        for (const revision of older) if (revision < snapshot.revision) this.#snapshots.remove([room, revision]);
        this.#heads.put(room, { ...head, marks: marksFrom(head.marks, trimmed) });
        this.#forgetClients(room);
      }, bytesOf(stored.content));
      await this.#trim(room, trimmed);
      return true;
    });
  }

  async list({ prefix, after, limit }: { prefix: string; after: string; limit: number }): Promise<StoredRoom[]> {
    this.#checkOpen();
    const start = after > prefix ? after : prefix;
    const rooms: StoredRoom[] = [];
    for (const { key: room, value } of this.#heads.getRange({ start })) {
      if (!room.startsWith(prefix) || rooms.length >= limit) break;
      if (room > after) rooms.push({ room, revision: value.revision, timestamp: value.timestamp });
    }
    return rooms;
  }

  delete(room: string): Promise<boolean> {
    return this.#inTurn(room, async () => {
      const { epoch, revision } = this.#head(room);
      if (revision === 0) return false;
      await this.#commit(() => {
        this.#heads.remove(room);
        this.#forgetDeleted();
        this.#deleted.put(room, { epoch, at: this.#now() });
        for (const at of this.#snapshotRevisions(room)) this.#snapshots.remove([room, at]);
        const clients = this.#clients.getKeys({ start: [room, ''], end: [room, '\uffff'] });
        for (const key of [...clients]) this.#clients.remove(key);
        this.#lookedAt.delete(room);
      });
      // The entries go last, some at a time: without a head nobody finds them, and the room's next write waits for them.
      await this.#trim(room, revision);
      return true;
    });
  }

  async wasDeleted(room: string, epoch?: string): Promise<boolean> {
    this.#checkOpen();
    const deleted = this.#deleted.get(room)?.epoch;
    return deleted !== undefined && deleted === (epoch ?? deleted);
  }

  redact(room: string, { epoch, entries, author }: Redaction): Promise<boolean> {
    return this.#inTurn(room, async () => {
      const head = this.#head(room);
      if (head.revision === 0 || head.epoch !== epoch) return false;
      const there: { revision: number; stored: StoredEntry }[] = [];
      for (const [revision, replacement] of entries) {
        const stored = this.#entries.get([room, revision]);
        if (!stored) continue;
        const { proof, ...entry } = stored;
        if (!isReplaceable(entry, replacement)) return false;
        there.push({ revision, stored: { ...replacement.to, ...(proof && { proof }) } });
      }
      const clients = author ? [...renamed(this.#clientsOf(room), author)] : [];
      if (there.length + clients.length === 0) return true;
      await this.#commit(() => {
        for (const { revision, stored } of there) this.#entries.put([room, revision], stored);
        for (const [client_id, record] of clients) this.#clients.put([room, client_id], record);
      });
      return true;
    });
  }

  restart(room: string, snapshot: Snapshot): Promise<boolean> {
    return this.#inTurn(room, async () => {
      const head = this.#head(room);
      if (!standsAt(head, snapshot)) return false;
      const { revision } = snapshot;
      const epoch = this.#epoch();
      const stored = await storable({ ...snapshot, epoch });
      await this.#commit(() => {
        for (const older of this.#snapshotRevisions(room))
          if (older !== revision) this.#snapshots.remove([room, older]);
        this.#snapshots.put([room, revision], stored);
        this.#heads.put(room, { ...head, epoch });
      });
      this.#followers.tell(room, { epoch, revision, entries: [] });
      return true;
    });
  }

  follow(room: string, listener: (news: News) => void): () => void {
    return this.#followers.follow(room, listener);
  }

  followFirsts(listener: (room?: string) => void): () => void {
    return this.#followers.followFirsts(listener);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#sweep);
    clearInterval(this.#readers);
    await Promise.allSettled(this.#writing.values());
    await this.#root.close();
    await this.#unlock();
  }

  #head(room: string): MarkedHead {
    this.#checkOpen();
    return { ...noHead, marks: noMarks, ...this.#heads.get(room) };
  }

  /** The entries that follow `after`, up to the one that made `end`, read one by one; fewer where some are trimmed. */
  #between(room: string, after: number, end: number): Iterable<Proved> {
    return this.#entries.getRange({ start: [room, after + 1], end: [room, end + 1] }).map(({ value }) => {
      const { proof, ...entry } = value;
      return { entry, proof };
    });
  }

  #proofAt(room: string, revision: number): string | undefined {
    if (revision === 0) return noProof;
    const head = this.#head(room);
    if (revision === head.revision) return head.proof;
    return (this.#entries.get([room, revision]) ?? this.#snapshots.get([room, revision]))?.proof;
  }

  /** Forgets clients that were last heard of long ago, some with each snapshot, and the next ones with the next. */
  #forgetClients(room: string): void {
    const start = [room, this.#lookedAt.get(room) ?? ''];
    const clients = [...this.#clients.getRange({ start, end: [room, '\uffff'], limit: clientsAtOnce })];
    const longAgo = this.#now() - 1_000 * remembered;
    for (const { key, value } of clients) if (value.at < longAgo) this.#clients.remove(key);
    const last = clients[clientsAtOnce - 1];
    if (last) this.#lookedAt.set(room, last.key[1]);
    else this.#lookedAt.delete(room);
  }

  *#clientsOf(room: string): Generator<[string, StoredClient]> {
    for (const { key, value } of this.#clients.getRange({ start: [room, ''], end: [room, '\uffff'] }))
      yield [key[1], value];
  }

  /** Forgets some of the rooms that were deleted long ago, with each that is. */
  #forgetDeleted(): void {
    const longAgo = this.#now() - 1_000 * remembered;
    const start = this.#deletedUpTo;
    const looked = [...this.#deleted.getRange({ ...(start !== undefined && { start }), limit: deletedAtOnce })];
    for (const { key, value } of looked) if (value.at < longAgo) this.#deleted.remove(key);
    this.#deletedUpTo = looked.length === deletedAtOnce ? looked.at(-1)?.key : undefined;
  }

  #sweepSoon(pause: number, after?: [string, string]): void {
    this.#sweep = setTimeout(() => {
      try {
        this.#sweepSome(after);
      } catch {
        // It can not be read: the doctor tells what is damaged.
        this.#sweepSoon(sweepEvery);
      }
    }, pause).unref();
  }

  /** Forgets clients that were last heard of long ago, whether anybody writes to their rooms or not. */
  #sweepSome(after?: [string, string]): void {
    const range = { ...(after && { start: after, exclusiveStart: true }), limit: sweptAtOnce };
    const clients = [...this.#clients.getRange(range)];
    const isOld = ({ at }: StoredClient) => at < this.#now() - 1_000 * remembered;
    const old = new Map<string, [string, string][]>();
    for (const { key, value } of clients) if (isOld(value)) old.set(key[0], [...(old.get(key[0]) ?? []), key]);
    for (const [room, keys] of old) {
      const forget = () => {
        for (const key of keys) {
          // What was written since it was looked at counts.
          const client = this.#clients.get(key);
          if (client && isOld(client)) this.#clients.remove(key);
        }
      };
      // What can not be forgotten now is when it is looked at again.
      this.#inTurn(room, () => this.#commit(forget)).catch(() => {});
    }
    const last = clients[sweptAtOnce - 1];
    this.#sweepSoon(last ? sweepPause : sweepEvery, last?.key);
  }

  /** Newest first. */
  #snapshotRevisions(room: string): number[] {
    const keys = this.#snapshots.getKeys({ start: [room, Number.MAX_SAFE_INTEGER], end: [room, -1], reverse: true });
    return Array.from(keys, ([, revision]) => revision);
  }

  async #trim(room: string, revision: number): Promise<void> {
    for (;;) {
      const range = { start: [room, 0], end: [room, revision + 1], limit: trimmedAtOnce };
      const keys = [...this.#entries.getKeys(range)];
      if (keys.length === 0) return;
      await this.#commit(() => {
        for (const key of keys) this.#entries.remove(key);
      });
    }
  }

  /**
   * Writes to one room follow each other: each finds the head that the one before has made durable, so nothing in
   * memory can be ahead of the disk. Rooms do not wait for each other.
   */
  #inTurn<Result>(room: string, write: () => Promise<Result>): Promise<Result> {
    const before = this.#writing.get(room);
    const turn = before ? before.then(write, write) : write();
    const end = () => {
      if (this.#writing.get(room) === turn) this.#writing.delete(room);
    };
    this.#writing.set(room, turn);
    turn.then(end, end);
    return turn;
  }

  /** Puts all that `write` puts, of so many bytes, or nothing; resolves when it is on disk. */
  async #commit(write: () => void, bytes = 0): Promise<void> {
    // All rooms that write in one turn look once.
    if (this.#trouble(1) !== undefined) throw unwritten();
    const taken = this.#space.take(bytes);
    const committed = this.#root.batch(write);
    try {
      await committed;
    } catch (error) {
      // The reason comes as a promise of its own, which rejects, and ends the process where nobody looks at it.
      const { commitError = Promise.reject(error) } = error as { commitError?: Promise<never> };
      commitError.catch((reason: Error) => this.#fail(reason.message));
      throw unwritten();
    } finally {
      taken();
    }
  }

  #fail(reason: string): void {
    if (this.#failure !== undefined) return;
    this.#failure = `${dataFileOf(this.#directory)} could not be written: ${reason}`;
    this.#onFailed(this.#failure);
  }

  #checkOpen(): void {
    if (this.#closed) throw new Refusal('unavailable', 'the log is closed', { retry_after_ms: 1000 });
  }
}

/** A snapshot for the data file: JSON of which all takes long to make as the bytes of its text. */
async function storable(snapshot: Snapshot): Promise<Snapshot> {
  const { content } = snapshot;
  return content instanceof LargeJson ? { ...snapshot, content: Buffer.from(await textInTurns(content)) } : snapshot;
}

/** The snapshot that storable() was given. */
function restored(stored: Snapshot): Snapshot {
  const { content } = stored;
  return content instanceof Uint8Array ? { ...stored, content: JSON.parse(Buffer.from(content).toString()) } : stored;
}

function bytesOf(content: unknown): number {
  return content instanceof Uint8Array ? content.length : sizeOf(content);
}

/** Why is for the operator, and in `trouble`. */
function unwritten(): Refusal {
  return new Refusal('unavailable', 'the log can not be written', { retry_after_ms: 1000 });
}
