import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

/** What is known of a Yjs client: the clock that its next struct has, and whose it is. */
export interface Client {
  readonly clock: number;
  readonly user_id: string;
}

/** Changes that lie above the rest until there are so many, or the square root of what lies below: a keystroke copies no more than those. */
const leastAbove = 32;

/** The Yjs clients that have written in a document: who wrote what, however long ago. Never changed in place. */
export class Clients {
  static readonly none = new Clients(new Map(), new Map());

  readonly #below: ReadonlyMap<number, Client>;
  readonly #above: ReadonlyMap<number, Client>;

  private constructor(below: ReadonlyMap<number, Client>, above: ReadonlyMap<number, Client>) {
    this.#below = below;
    this.#above = above;
  }

  get(client: number): Client | undefined {
    return this.#above.get(client) ?? this.#below.get(client);
  }

  /** The clock that a client's next struct has. */
  clock(client: number): number {
    return this.get(client)?.clock ?? 0;
  }

  with(changes: Iterable<readonly [number, Client]>): Clients {
    const above = new Map(this.#above);
    for (const [client, known] of changes) above.set(client, known);
    if (above.size <= this.#mostAbove) return new Clients(this.#below, above);
    const below = new Map(this.#below);
    for (const [client, known] of above) below.set(client, known);
    return new Clients(below, new Map());
  }

  /** How many are copied where so many have written, beyond what a keystroke copies. */
  copied(many: number): number {
    return this.#above.size + many > this.#mostAbove ? this.#below.size : 0;
  }

  get #mostAbove(): number {
    return Math.max(leastAbove, Math.sqrt(this.#below.size));
  }

  *[Symbol.iterator](): IterableIterator<[number, Client]> {
    for (const [client, known] of this.#below) if (!this.#above.has(client)) yield [client, known];
    yield* this.#above;
  }

  /** How many there are at most. */
  get size(): number {
    return this.#below.size + this.#above.size;
  }

  /** With another name for a user. */
  renamed(user_id: string, name: string): Clients {
    const renamed = [...this].map(([client, known]) => {
      return [client, known.user_id === user_id ? { ...known, user_id: name } : known] as const;
    });
    return new Clients(new Map(renamed), new Map());
  }

  /** Those who own them. */
  addUsers(users: Set<string>): void {
    for (const { user_id } of this.#below.values()) users.add(user_id);
    for (const { user_id } of this.#above.values()) users.add(user_id);
  }

  /** For each its number, its clock and its user's place. */
  save(places: ReadonlyMap<string, number>): Uint8Array {
    const writer = new Writer();
    const write = ({ clock, user_id }: Client, client: number) => {
      writer.uint(client);
      writer.uint(clock);
      writer.uint(places.get(user_id) ?? 0);
    };
    this.#below.forEach((known, client) => {
      if (!this.#above.has(client)) write(known, client);
    });
    this.#above.forEach(write);
    return writer.finish();
  }

  /** What save() made. Throws an Error, or a Refusal, where it is not that. */
  static load(saved: Uint8Array, users: readonly string[]): Clients {
    const reader = new Reader(saved);
    const clients = new Map<number, Client>();
    while (!reader.isAtEnd) {
      const [client, clock, place] = [reader.uint(), reader.uint(), reader.uint()];
      const user_id = users[place];
      if (user_id === undefined) throw new Error(`no user has the place ${place}`);
      clients.set(client, { clock, user_id });
    }
    return new Clients(clients, new Map());
  }
}
