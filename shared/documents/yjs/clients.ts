import { LayeredMap } from '../layered.ts';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

/** What is known of a Yjs client: the clock that its next struct has, and whose it is. */
export interface Client {
  readonly clock: number;
  readonly user_id: string;
}

/** The Yjs clients that have written in a document: who wrote what, however long ago. Never changed in place. */
export class Clients {
  static readonly none = new Clients(LayeredMap.of<number, Client>([]));

  readonly #known: LayeredMap<number, Client>;

  private constructor(known: LayeredMap<number, Client>) {
    this.#known = known;
  }

  get(client: number): Client | undefined {
    return this.#known.get(client);
  }

  /** The clock that a client's next struct has. */
  clock(client: number): number {
    return this.get(client)?.clock ?? 0;
  }

  with(changes: Iterable<readonly [number, Client]>): Clients {
    return new Clients(this.#known.with(changes));
  }

  /** How many are copied where so many have written, beyond what a keystroke copies. */
  copied(many: number): number {
    return this.#known.copied(many);
  }

  [Symbol.iterator](): IterableIterator<[number, Client]> {
    return this.#known[Symbol.iterator]();
  }

  get size(): number {
    return this.#known.size;
  }

  /** With another name for a user. */
  renamed(user_id: string, name: string): Clients {
    const renamed = [...this].map(([client, known]) => {
      return [client, known.user_id === user_id ? { ...known, user_id: name } : known] as const;
    });
    return new Clients(LayeredMap.of(renamed));
  }

  /** Those who own them. */
  addUsers(users: Set<string>): void {
    for (const [, { user_id }] of this.#known) users.add(user_id);
  }

  /** For each its number, its clock and its user's place. */
  save(places: ReadonlyMap<string, number>): Uint8Array {
    const writer = new Writer();
    for (const [client, { clock, user_id }] of this.#known) {
      writer.uint(client);
      writer.uint(clock);
      writer.uint(places.get(user_id) ?? 0);
    }
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
    return new Clients(LayeredMap.of(clients));
  }
}
