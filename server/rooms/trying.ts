import { Refusal } from '../../shared/refusals.ts';
import { LazyMap } from '../collections/lazyMap.ts';

/**
 * Operations that are tried before they have their turn, which takes its time: what their clients send after them waits until
 * those are in the log, or refused.
 */
export class Trying {
  readonly #byClient = new LazyMap<string, Promise<unknown>>();

  /**
   * When an operation of a client may have its turn: after `vet`, and after what is tried of that client; undefined for now.
   * `before`: what else the client has on its way, on which it may build; where it does, it is tried again after that.
   */
  turn(
    client_id: string,
    before: readonly Promise<unknown>[],
    vet: () => Promise<void> | undefined,
  ): Promise<void> | undefined {
    const tried = this.#byClient.get(client_id);
    if (tried) return tried.then(vet);
    const vetted = vet();
    if (before.length === 0) return vetted;
    return vetted?.catch(async (error: unknown) => {
      if (!(error instanceof Refusal) || error.error_code !== 'conflict') throw error;
      await Promise.allSettled(before);
      await vet();
    });
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
