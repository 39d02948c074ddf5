import { LazyMap } from '../collections/lazyMap.ts';

/** What clients of a room have on its way into the log: from when it was let in until it is committed or refused. */
export class Underway {
  readonly #byClient = new LazyMap<string, Set<Promise<unknown>>>();

  /** Counts an operation of a client until its outcome is known; returns it. */
  add<Outcome>(client_id: string, outcome: Promise<Outcome>): Promise<Outcome> {
    const all = this.#byClient.get(client_id) ?? new Set();
    this.#byClient.set(client_id, all.add(outcome));
    const end = () => {
      all.delete(outcome);
      if (all.size === 0 && this.#byClient.get(client_id) === all) this.#byClient.delete(client_id);
    };
    outcome.then(end, end);
    return outcome;
  }

  /** What a client has on its way now. */
  of(client_id: string): readonly Promise<unknown>[] {
    return [...(this.#byClient.get(client_id) ?? [])];
  }

  has(client_id: string): boolean {
    return this.#byClient.has(client_id);
  }

  /** Resolves when a client has nothing on its way. */
  async over(client_id: string): Promise<void> {
    for (let all = this.#byClient.get(client_id); all; all = this.#byClient.get(client_id))
      await Promise.allSettled(all);
  }
}
