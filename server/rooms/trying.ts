import { LazyMap } from '../collections/lazyMap.ts';

/**
 * Operations that are tried before they have their turn, which takes its time: what their clients send after them waits until
 * those are in the log, or refused.
 */
export class Trying {
  readonly #byClient = new LazyMap<string, Promise<unknown>>();

  /** When an operation of a client may have its turn: after `vet`, and after what is tried of that client; undefined for now. */
  turn(client_id: string, vet: () => Promise<void> | undefined): Promise<void> | undefined {
    const before = this.#byClient.get(client_id);
    return before ? before.then(vet) : vet();
  }

  /** The next of the client comes after this one, whatever becomes of it; returns it. */
  add<Outcome>(client_id: string, outcome: Promise<Outcome>): Promise<Outcome> {
    const end = () => {
      if (this.#byClient.get(client_id) === over) this.#byClient.delete(client_id);
    };
    const over = outcome.then(end, end);
    this.#byClient.set(client_id, over);
    return outcome;
  }
}
