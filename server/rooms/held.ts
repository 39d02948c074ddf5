import { getHeapStatistics } from 'node:v8';
import { Refusal } from '../../shared/refusals.ts';

/**
 * Bytes that rooms may take together, as their documents are stored: an eighth of the heap's limit, as small objects take
 * some times as much of that.
 */
const mostBytes = getHeapStatistics().heap_size_limit / 8;
/** Which part of that those of one tenant may take, and which part entries for who comes late. */
const parts = { tenant: 3 / 4, entries: 1 / 4 };
/** How many entries a room keeps where all have too many, and how many bytes of them, at least. */
const fewest = { entries: 50, bytes: 16 * 1024 };
/** When to come again, in milliseconds: rooms with nobody in them have gone by then. */
const again = 1_000;

/** A room in memory. */
export interface HeldRoom {
  /** Whose it is. */
  readonly org_id: string;
  /** Bytes that it takes, roughly, and of those what its entries take. */
  readonly bytes: number;
  readonly entryBytes: number;
  /** Lets the oldest entries go, but for so many. */
  keep(entries: { entries: number; bytes: number }): void;
}

/**
 * What all rooms of a process take in memory. Entries that the log has, too, go first, then rooms with nobody in them; where
 * that is not enough, no more are taken in of a tenant that has its part, or of any.
 */
export class Held {
  readonly #most: number;
  readonly #byTenant = new Map<string, number>();
  #bytes = 0;

  constructor(most = mostBytes) {
    this.#most = most;
  }

  /** Whether no more is taken in. */
  get isFull(): boolean {
    return this.#bytes > this.#most;
  }

  /** Refuses `unavailable` where a tenant is to take more, and there is no place. */
  check(org_id: string): void {
    if (!this.isFull && (this.#byTenant.get(org_id) ?? 0) <= parts.tenant * this.#most) return;
    throw new Refusal('unavailable', 'the documents in memory are as large as they may be', { retry_after_ms: again });
  }

  /** A room has come, or grown; until all are counted anew. */
  add(org_id: string, bytes: number): void {
    this.#bytes += bytes;
    this.#byTenant.set(org_id, (this.#byTenant.get(org_id) ?? 0) + bytes);
  }

  /** Counts all rooms anew. Where their entries take too much, each keeps as much as it may if all keep the same. */
  count(rooms: readonly HeldRoom[]): void {
    const entryBytes = rooms.reduce((sum, room) => sum + room.entryBytes, 0);
    if (entryBytes > parts.entries * this.#most) {
      const bytes = Math.max(fewest.bytes, (parts.entries * this.#most) / rooms.length);
      for (const room of rooms) if (room.entryBytes > bytes) room.keep({ entries: fewest.entries, bytes });
    }
    this.#bytes = 0;
    this.#byTenant.clear();
    for (const { org_id, bytes } of rooms) this.add(org_id, bytes);
  }
}
