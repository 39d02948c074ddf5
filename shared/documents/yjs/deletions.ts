import { firstPlace } from '../../firstPlace.ts';
import { Reader } from './reader.ts';
import type { Span } from './update.ts';
import { Writer } from './writer.ts';

/** What one user deleted of a Yjs client: from a clock to before an end. */
interface Deletion {
  readonly clock: number;
  readonly end: number;
  readonly user_id: string;
}

/** By client, in order; none meets another. */
type ByClient = Map<number, Deletion[]>;

/** Deletions as they are kept, and handed to another thread: bytes, those whom they name by their places, and how many there are. */
export interface PackedDeletions {
  readonly bytes: Uint8Array;
  readonly users: readonly string[];
  readonly size: number;
}

/**
 * Who deleted what, however long ago: who did it first. Never changed in place. It is kept as bytes, of which some four
 * are a deletion: a document that nobody writes in takes little more than what it has.
 */
export class Deletions {
  static readonly none = Deletions.#of(new Map());

  readonly packed: PackedDeletions;

  constructor(packed: PackedDeletions) {
    this.packed = packed;
  }

  static #of(deletions: ByClient): Deletions {
    const all = [...deletions.values()].flat();
    const users = [...new Set(all.map(({ user_id }) => user_id))];
    return new Deletions({ bytes: pack(deletions, placesOf(users)), users, size: all.length });
  }

  get size(): number {
    return this.packed.size;
  }

  /** Who deleted what a client wrote at a clock; undefined where nobody did. */
  by(client: number, clock: number): string | undefined {
    const deletions = this.#unpacked().get(client) ?? [];
    const deletion = deletions[firstAfter(deletions, clock)];
    return deletion && deletion.clock <= clock ? deletion.user_id : undefined;
  }

  /** With what was deleted next, in that order. */
  with(deleted: Iterable<{ readonly spans: readonly Span[]; readonly user_id: string }>): Deletions {
    let deletions: ByClient | undefined;
    for (const { spans, user_id } of deleted) {
      for (let at = 0, span = spans[0]; span; span = spans[at]) {
        const { client } = span;
        const later: Deletion[] = [];
        for (; span?.client === client; span = spans[++at])
          later.push({ clock: span.clock, end: span.clock + span.length, user_id });
        deletions ??= this.#unpacked();
        deletions.set(client, together(deletions.get(client) ?? [], later));
      }
    }
    return deletions ? Deletions.#of(deletions) : this;
  }

  /** With another name for a user. */
  renamed(user_id: string, name: string): Deletions {
    return new Deletions({ ...this.packed, users: this.packed.users.map((user) => (user === user_id ? name : user)) });
  }

  get users(): Set<string> {
    return new Set(this.packed.users);
  }

  /** For each client its number, how many there are, and of each how far it is from the one before, its length and its user's place. */
  save(places: ReadonlyMap<string, number>): Uint8Array {
    const { bytes, users } = this.packed;
    if (users.every((user, place) => places.get(user) === place)) return bytes;
    return pack(this.#unpacked(), places);
  }

  /** What save() made. Throws an Error, or a Refusal, where it is not that. */
  static load(saved: Uint8Array, users: readonly string[]): Deletions {
    return Deletions.#of(unpack(saved, users));
  }

  #unpacked(): ByClient {
    return unpack(this.packed.bytes, this.packed.users);
  }
}

function placesOf(users: readonly string[]): Map<string, number> {
  return new Map(users.map((user_id, place) => [user_id, place]));
}

function pack(all: ByClient, places: ReadonlyMap<string, number>): Uint8Array {
  const writer = new Writer();
  for (const [client, deletions] of all) {
    writer.uint(client);
    writer.uint(deletions.length);
    let before = 0;
    for (const { clock, end, user_id } of deletions) {
      writer.uint(clock - before);
      writer.uint(end - clock);
      writer.uint(places.get(user_id) ?? 0);
      before = end;
    }
  }
  return writer.finish();
}

function unpack(bytes: Uint8Array, users: readonly string[]): ByClient {
  const reader = new Reader(bytes);
  const all: ByClient = new Map();
  while (!reader.isAtEnd) {
    const client = reader.uint();
    const deletions: Deletion[] = [];
    for (let [left, before] = [reader.count(), 0]; left > 0; left--) {
      const clock = before + reader.uint();
      before = clock + reader.uint();
      const user_id = users[reader.uint()];
      if (user_id === undefined) throw new Error('a deletion is by no user');
      deletions.push({ clock, end: before, user_id });
    }
    all.set(client, deletions);
  }
  return all;
}

/** Deletions with what is new of others that come later; both are in order. */
function together(known: Deletion[], later: readonly Deletion[]): Deletion[] {
  const [first, last] = [later[0], later.at(-1)];
  if (!first || !last) return known;
  // Others neither overlap with these nor end where these begin, or begin where these end.
  const from = firstPlace(known, ({ end }) => end >= first.clock);
  const to = firstPlace(known, ({ clock }) => clock > last.end);
  return known.slice(0, from).concat(merged(known.slice(from, to), later), known.slice(to));
}

function merged(known: readonly Deletion[], later: readonly Deletion[]): Deletion[] {
  const all: Deletion[] = [];
  let next = 0;
  for (const { clock, end, user_id } of later) {
    let at = Math.max(clock, all.at(-1)?.end ?? 0);
    for (let other = known[next]; other && other.clock < end; other = known[++next]) {
      push(all, { clock: at, end: other.clock, user_id });
      push(all, other);
      at = Math.max(at, other.end);
    }
    push(all, { clock: at, end, user_id });
  }
  for (; next < known.length; next++) push(all, known[next] as Deletion);
  return all;
}

/** Puts one behind others, unless it is empty, and joins it with the last where that is the same user's. */
function push(all: Deletion[], next: Deletion): void {
  if (next.clock >= next.end) return;
  const last = all.at(-1);
  if (last?.end === next.clock && last.user_id === next.user_id) all[all.length - 1] = { ...last, end: next.end };
  else all.push(next);
}

/** The place of the first that ends after a clock. */
function firstAfter(deletions: readonly Deletion[], clock: number): number {
  return firstPlace(deletions, ({ end }) => end > clock);
}
