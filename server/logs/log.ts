import type { Entry } from '../../shared/documents/type.ts';

/** How long a client's last operation is remembered at least, in seconds: a client may be away for a week. */
export const remembered = 8 * 24 * 60 * 60;

/**
 * Where a room's ordered log is kept. Entries are appended by compare-and-set, never changed but to take out what they
 * said, and thrown away only behind a snapshot. One contract suite (test/support/logContract.ts) runs over every store.
 *
 * `room` is the room's key, tenant included (see access/keys.ts). A store that does not answer throws Refusal
 * `unavailable`; the outcome of an append is then unknown, and only a look at the log tells. Of a room that it has lost a
 * part of, a store reads and appends nothing: load() refuses `unavailable` until the room was brought back by renew().
 * What load() and read() find is checked against its proofs: what is not what was written is thrown as Damaged.
 */
export interface Log {
  /** Why the store does not do its work, such as a disk that is nearly full; undefined where it does, or can not say. */
  readonly trouble?: string | undefined;
  /** Everything that is needed to stand at the head. A room never written: epoch `""`, revision 0, no snapshot. */
  load(room: string): Promise<LoadedRoom>;
  /** Where a room stands, without what it holds. Answers and refuses as load() does. */
  head(room: string): Promise<{ epoch: string; revision: number }>;
  /** Commits all entries or none: only where the room still stands at `epoch` and `after`. Durable once it answers. */
  append(room: string, append: Append): Promise<Appended>;
  /**
   * The entries that follow revision `after`, as many as `limit` and `bytes` let through, but one at least where there is
   * one; `undefined` where the log no longer reaches back that far, where `after` is beyond the head, or where the room
   * stands in another epoch.
   */
  read(room: string, range: Range): Promise<Entry[] | undefined>;
  /**
   * The proof of the entry that made a revision (see proof.ts): by it is known whether two histories are the same up to there.
   * Undefined where the log no longer reaches back that far, where it is beyond the head, or where the room stands in another
   * epoch.
   */
  proof(room: string, at: { epoch: string; revision: number }): Promise<string | undefined>;
  /**
   * The last operation with a sequence that was committed of a client in this room; remembered beyond trimming, for
   * `remembered` seconds at least.
   */
  client(room: string, client_id: string): Promise<ClientRecord | undefined>;
  /**
   * Keeps the content at a revision, and trims the entries that are both behind it and older than those to `keep`.
   * False, and nothing happens, where the room has another epoch, a newer snapshot, or has not reached the revision.
   */
  snapshot(room: string, snapshot: Snapshot, keep: Keep): Promise<boolean>;
  /**
   * Up to `limit` rooms that were ever written and not deleted, whose keys begin with `prefix` and follow `after` (`""`:
   * from the first one), in the order of their keys' bytes.
   */
  list(page: { prefix: string; after: string; limit: number }): Promise<StoredRoom[]>;
  /** Deletes a room: afterwards it was never written. False where that is so already. */
  delete(room: string): Promise<boolean>;
  /**
   * Whether this was the last epoch of the room to be deleted, or, without one, whether any was; remembered for `remembered` seconds
   * at least.
   */
  wasDeleted(room: string, epoch?: string): Promise<boolean>;
  /**
   * Puts entries in the place of others, as far as those are not trimmed: what was said there is gone. All or none; false,
   * and nothing happens, where the room has another epoch, or where something else stands than was read: another has
   * redacted it meanwhile.
   */
  redact(room: string, redaction: Redaction): Promise<boolean>;
  /**
   * Begins a new epoch at the head, with that content: whoever knows the epoch before reads all anew. False, and nothing
   * happens, where the room does not stand at the snapshot's epoch and revision.
   */
  restart(room: string, snapshot: Snapshot): Promise<boolean>;
  /**
   * Tells of every append to the room from now on, whoever made it, in order. Returns how to stop. Where some may have
   * been missed it tells where the log stands: news without entries.
   */
  follow(room: string, listener: (news: News) => void): () => void;
  /**
   * Tells of every room that has its first entry, whoever wrote it: who begins to listen and then looks at a head that is
   * nowhere, misses none. Of no room in particular, where some may have been missed. Returns how to stop.
   */
  followFirsts(listener: (room?: string) => void): () => void;
  /**
   * Begins a new epoch from what an instance knows, where the store has come back with less than it had acknowledged.
   * Resolves with the epoch, or `undefined` where the store goes on without: another instance knew more, or was first.
   * Missing where a store never forgets.
   */
  renew?(room: string, known: Known): Promise<string | undefined>;
  close(): Promise<void>;
}

export interface Append {
  epoch: string;
  /** The revision that the entries follow. */
  after: number;
  /** At least one. */
  entries: readonly Entry[];
  /**
   * Of the head that the entries follow, and of each of them. Where the room's head has another, the entries follow another
   * history, and are not committed. Where they are missing, the log works them out.
   */
  proofs?: readonly string[];
}

/** `committed`, with the room's epoch (new where the room was empty); or the head that was met instead. */
export type Appended = { committed: true; epoch: string } | { committed: false; epoch: string; revision: number };

export interface Range {
  epoch: string;
  /** The revision that the entries follow. */
  after: number;
  limit: number;
  /** What the entries may take together, roughly: nobody holds more of a log in memory than it asked for. */
  bytes: number;
}

/** What of a log stays behind a snapshot: so many of the newest entries, but no more than so many bytes of them, roughly. */
export interface Keep {
  entries: number;
  bytes: number;
}

export interface Redaction {
  epoch: string;
  /** By the revision that each made. */
  entries: ReadonlyMap<number, Replacement>;
  /** Whose clients are remembered under another name. */
  author?: { from: string; to: string };
}

/** An entry as it was read, and what stands in its place from now on. */
export interface Replacement {
  from: Entry;
  to: Entry;
}

/** Entries as they were appended: the first makes `revision + 1`. All listeners share them. */
export interface News {
  epoch: string;
  revision: number;
  entries: readonly Entry[];
  /** Of the entry that they follow, and of each of them. */
  proofs?: readonly string[];
}

/**
 * The content of a document at a revision, as its type saves it: JSON or binary. A store that is given LargeJson gives back
 * what that says.
 */
export interface Snapshot {
  epoch: string;
  revision: number;
  content: unknown;
  /** Of the entry that made the revision. */
  proof?: string;
}

/** A room as a list shows it. */
export interface StoredRoom {
  room: string;
  /** The head. */
  revision: number;
  /** Of the newest entry. */
  timestamp: number;
}

export interface LoadedRoom {
  epoch: string;
  /** The head. */
  revision: number;
  snapshot?: Snapshot;
  /** What followed the snapshot (or the beginning), up to the head. */
  entries: Entry[];
  /** Of the newest entry, also where it is trimmed; 0 for an empty room. */
  timestamp: number;
  /** Of the snapshot (or the beginning), and of each entry; missing in an empty room, and where they are not known. */
  proofs?: string[];
}

/** A room as an instance has it in memory. */
export interface Known {
  /** The content at its head. */
  snapshot: Snapshot;
  /** Of the newest entry. */
  timestamp: number;
  /** The proof of what made a revision, as far as that is known. */
  proofAt(revision: number): string | undefined;
  /** What was last committed of clients, as far as it is known. */
  clients: ReadonlyMap<string, ClientRecord>;
}

export interface ClientRecord {
  user_id: string;
  sequence: number;
  /** The document's revision right after that operation. */
  revision: number;
}
