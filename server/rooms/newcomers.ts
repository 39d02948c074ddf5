import { LazyMap } from '../collections/lazyMap.ts';
import type { Consume } from '../limits/limits.ts';

/** What is taken from a user's allowance for a first operation: the first of a room, and of a client in it. */
export type First = 'new rooms' | 'new clients';

/** Takes a point, once, for each first operation before it is written. */
export class Newcomers {
  readonly #consume: Consume;
  readonly #paid = new LazyMap<string, true>();
  #paying: Promise<void> | undefined;

  constructor(consume: Consume) {
    this.#consume = consume;
  }

  /**
   * Takes what has not been taken for a client yet. Refuses `rate_limited`. Undefined where nothing has to be waited for;
   * what comes while something is waited for waits behind it, so operations stay in order.
   */
  take(userKey: string, client_id: string, firsts: First[]): Promise<void> | undefined {
    if (!this.#paying && firsts.every((first) => this.#paid.has(nameOf(first, client_id)))) return undefined;
    const before = this.#paying ?? Promise.resolve();
    const pay = () => this.#pay(userKey, client_id, firsts);
    const paying = before.then(pay, pay);
    const end = () => {
      if (this.#paying === paying) this.#paying = undefined;
    };
    this.#paying = paying;
    paying.then(end, end);
    return paying;
  }

  /** The client has gone: what it has written is in the log, which knows it. */
  forget(client_id: string): void {
    this.#paid.delete(nameOf('new clients', client_id));
  }

  async #pay(userKey: string, client_id: string, firsts: First[]): Promise<void> {
    for (const first of firsts) {
      const name = nameOf(first, client_id);
      if (this.#paid.has(name)) continue;
      await this.#consume(first, userKey);
      this.#paid.set(name, true);
    }
  }
}

function nameOf(first: First, client_id: string): string {
  return first === 'new rooms' ? first : `${first} ${client_id}`;
}
