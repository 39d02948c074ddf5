import { Tally } from '../collections/tally.ts';

/** Places that connections take, by whose they are: of a user, at an address. */
export interface Places {
  /** Takes one, unless so many are taken. Returns how to give it back; undefined where there was none. */
  take(key: string, most: number): Promise<(() => void) | undefined>;
  /** How many are taken. */
  count(key: string): Promise<number>;
  /** Whether those that count() gives are all: not while some that other instances hold may be missing. */
  readonly certain: boolean;
  close(): void;
}

/** Counted in this process. */
export class LocalPlaces implements Places {
  readonly certain = true;
  readonly #taken = new Tally();

  async take(key: string, most: number): Promise<(() => void) | undefined> {
    if (this.#taken.of(key) >= most) return undefined;
    this.#taken.change(key, 1);
    return () => this.#taken.change(key, -1);
  }

  async count(key: string): Promise<number> {
    return this.#taken.of(key);
  }

  close(): void {}
}
