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

/**
 * Who deleted what, however long ago: who did it first. Never changed in place. It is kept as bytes, of which some four
 * are a deletion: a document that nobody writes in takes little more than what it has.
 */
export class Deletions {
  static readonly none = Deletions.#of(new Map());

  readonly #packed: Uint8Array;
  /** Those that it names by their places. */
  readonly #users: readonly string[];
  readonly size: number;

  private constructor(packed: Uint8Array, users: readonly string[], size: number) {
    this.#packed = packed;
    this.#users = users;
    this.size = size;
  }

  static #of(deletions: ByClient): Deletions {
    const all = [...deletions.values()].flat();
    const users = [...new Set(all.map(({ user_id }) => user_id))];
    return new Deletions(pack(deletions, placesOf(users)), users, all.length);
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
      for (const { client, clock, length } of spans) {
        deletions ??= this.#unpacked();
        const some = deletions.get(client) ?? [];
        deletions.set(client, some);
        add(some, { clock, end: clock + length, user_id });
      }
    }
    return deletions ? Deletions.#of(deletions) : this;
  }

  /** With another name for a user. */
  renamed(user_id: string, name: string): Deletions {
    const users = this.#users.map((user) => (user === user_id ? name : user));
    return new Deletions(this.#packed, users, this.size);
  }

  get users(): Set<string> {
    return new Set(this.#users);
  }

  /** For each client its number, how many there are, and of each how far it is from the one before, its length and its user's place. */
  save(places: ReadonlyMap<string, number>): Uint8Array {
    if (this.#users.every((user, place) => places.get(user) === place)) return this.#packed;
    return pack(this.#unpacked(), places);
  }

  /** What save() made. Throws an Error, or a Refusal, where it is not that. */
  static load(saved: Uint8Array, users: readonly string[]): Deletions {
    return Deletions.#of(unpack(saved, users));
  }

  #unpacked(): ByClient {
    return unpack(this.#packed, this.#users);
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

function unpack(packed: Uint8Array, users: readonly string[]): ByClient {
  const reader = new Reader(packed);
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

/** Puts what is new of a deletion among others, and joins it with neighbours of the same user. */
function add(deletions: Deletion[], { clock, end, user_id }: Deletion): void {
  let from = firstAfter(deletions, clock);
  const before = deletions[from - 1];
  if (before?.end === clock && before.user_id === user_id) from -= 1;
  const merged: Deletion[] = [];
  const push = (next: Deletion) => {
    const last = merged.at(-1);
    if (last?.end === next.clock && last.user_id === next.user_id)
      merged[merged.length - 1] = { ...last, end: next.end };
    else if (next.clock < next.end) merged.push(next);
  };
  let [at, to] = [clock, from];
  for (let other = deletions[to]; other && other.clock <= end; other = deletions[++to]) {
    if (other.clock > at) push({ clock: at, end: Math.min(end, other.clock), user_id });
    push(other);
    at = Math.max(at, other.end);
  }
  if (at < end) push({ clock: at, end, user_id });
  deletions.splice(from, to - from, ...merged);
}

/** The place of the first that ends after a clock. */
function firstAfter(deletions: readonly Deletion[], clock: number): number {
  return firstPlace(deletions, ({ end }) => end > clock);
}
