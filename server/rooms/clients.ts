import { LazyMap } from '../collections/lazyMap.ts';
import type { ClientRecord, Log, News } from '../logs/log.ts';

/** What was last committed of each client that someone in a room has joined with: what makes a resend safe. */
export class Clients {
  readonly #log: Log;
  readonly #key: string;
  /** Undefined: nothing yet, as far as known. */
  readonly #records = new LazyMap<string, ClientRecord | undefined>();

  /** `key`: the room's. */
  constructor(log: Log, key: string) {
    this.#log = log;
    this.#key = key;
  }

  /** Asks the log for a client's. It is known from here on, until forget(). */
  async recall(client_id: string): Promise<ClientRecord | undefined> {
    if (!this.#records.has(client_id)) this.#records.set(client_id, undefined);
    const record = this.#records.get(client_id) ?? (await this.#log.client(this.#key, client_id));
    // Meanwhile the client's earlier connection may have written: what was committed later counts.
    const known = this.#records.get(client_id) ?? record;
    this.#records.set(client_id, known);
    return known;
  }

  /** Of a client that recall() was asked for. */
  record(client_id: string): ClientRecord | undefined {
    return this.#records.get(client_id);
  }

  *[Symbol.iterator](): Iterator<[string, ClientRecord]> {
    for (const [client_id, record] of this.#records) if (record) yield [client_id, record];
  }

  /** Lets go of clients that are in the room no longer. */
  forget(isMember: (client_id: string) => boolean): void {
    for (const client_id of this.#records.keys()) if (!isMember(client_id)) this.#records.delete(client_id);
  }

  /** Entries were committed. */
  committed({ revision, entries }: News): void {
    entries.forEach(({ client_id, sequence, user_id }, index) => {
      if (sequence === undefined || !this.#records.has(client_id)) return;
      this.#records.set(client_id, { user_id, sequence, revision: revision + index + 1 });
    });
  }

  /** The log has another history: all are asked for anew. */
  async recallAll(): Promise<void> {
    const records = [...this.#records.keys()].map(async (id) => [id, await this.#log.client(this.#key, id)] as const);
    for (const [client_id, record] of await Promise.all(records)) this.#records.set(client_id, record);
  }
}
