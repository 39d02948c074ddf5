import { firstPlace } from '../../firstPlace.ts';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

/** What is known of a Yjs client: its number, the clock that its next struct has, and whose it is. */
export interface Client {
  readonly client: number;
  readonly clock: number;
  readonly user_id: string;
}

/** Clients in the order of their numbers. */
type Chunk = readonly Client[];

/** How many are in a chunk at most: a change copies those that are in one with it. */
const most = 64;

/** The Yjs clients that have written in a document: who wrote what, however long ago. Never changed in place. */
export class Clients implements Iterable<Client> {
  static readonly none = new Clients([[]]);

  readonly size: number;
  /** In order; only where it is alone a chunk may be empty. */
  readonly #chunks: readonly Chunk[];

  private constructor(chunks: readonly Chunk[]) {
    this.#chunks = chunks;
    this.size = chunks.reduce((sum, { length }) => sum + length, 0);
  }

  get(client: number): Client | undefined {
    const chunk = this.#chunks[this.#placeOf(client)] ?? [];
    const known = chunk[placeIn(chunk, client)];
    return known?.client === client ? known : undefined;
  }

  /** The clock that a client's next struct has. */
  clock(client: number): number {
    return this.get(client)?.clock ?? 0;
  }

  /** With those that are new, and the clocks to which others have come, who stay whose they are. Each is named once. */
  with(changed: Iterable<Client>): Clients {
    const byChunk = new Map<number, Client[]>();
    for (const client of changed) {
      const place = this.#placeOf(client.client);
      const some = byChunk.get(place);
      if (some) some.push(client);
      else byChunk.set(place, [client]);
    }
    const chunks: Chunk[] = [];
    this.#chunks.forEach((chunk, place) => {
      const some = byChunk.get(place);
      if (some) chunks.push(...merged(chunk, some));
      else chunks.push(chunk);
    });
    return new Clients(chunks);
  }

  *[Symbol.iterator](): IterableIterator<Client> {
    for (const chunk of this.#chunks) yield* chunk;
  }

  /** With another name for a user. */
  renamed(user_id: string, name: string): Clients {
    const rename = (client: Client) => (client.user_id === user_id ? { ...client, user_id: name } : client);
    return new Clients(this.#chunks.map((chunk) => chunk.map(rename)));
  }

  /** Those who own them. */
  addUsers(users: Set<string>): void {
    for (const chunk of this.#chunks) for (const { user_id } of chunk) users.add(user_id);
  }

  /** For each its number, its clock and its user's place. */
  save(places: ReadonlyMap<string, number>): Uint8Array {
    const writer = new Writer();
    for (const chunk of this.#chunks) {
      for (const { client, clock, user_id } of chunk) {
        writer.uint(client);
        writer.uint(clock);
        writer.uint(places.get(user_id) ?? 0);
      }
    }
    return writer.finish();
  }

  /** What save() made. Throws an Error, or a Refusal, where it is not that. */
  static load(saved: Uint8Array, users: readonly string[]): Clients {
    const reader = new Reader(saved);
    const clients: Client[] = [];
    while (!reader.isAtEnd) {
      const [client, clock, place] = [reader.uint(), reader.uint(), reader.uint()];
      const user_id = users[place];
      if (user_id === undefined) throw new Error(`no user has the place ${place}`);
      clients.push({ client, clock, user_id });
    }
    const loaded = new Clients(chunksOf(clients));
    if (new Set(clients.map(({ client }) => client)).size < loaded.size) throw new Error('a Yjs client is there twice');
    return loaded;
  }

  /** Of the chunk in which a client is, or would be. */
  #placeOf(client: number): number {
    const behind = firstPlace(this.#chunks, ([first]) => first !== undefined && first.client > client);
    return Math.max(0, behind - 1);
  }
}

/** The place of a client, or of the next one. */
function placeIn(chunk: Chunk, number: number): number {
  return firstPlace(chunk, ({ client }) => client >= number);
}

/** A chunk with what has changed; where many are new, several. */
function merged(chunk: Chunk, changed: readonly Client[]): Chunk[] {
  const clients = [...chunk];
  const added: Client[] = [];
  for (const client of changed) {
    const place = placeIn(chunk, client.client);
    const known = chunk[place];
    if (known?.client === client.client) clients[place] = { ...known, clock: client.clock };
    else added.push(client);
  }
  return added.length > 0 ? chunksOf([...clients, ...added]) : [clients];
}

/** Clients in any order, in chunks that have room for as many again, or in one. */
function chunksOf(clients: Client[]): Chunk[] {
  clients.sort((one, other) => one.client - other.client);
  if (clients.length <= most) return [clients];
  const chunks: Chunk[] = [];
  for (let at = 0; at < clients.length; at += most / 2) chunks.push(clients.slice(at, at + most / 2));
  return chunks;
}
