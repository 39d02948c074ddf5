import { Tally } from '../collections/tally.ts';

/** Places that connections take, by whose they are: of a user, by its key, or at an address. */
export interface Places {
  /** Takes one, unless so many are taken. Returns whether there was one. */
  take(key: string, most: number): Promise<boolean>;
  /** Gives one back that was taken here, whichever: those of a key are all alike. */
  giveBack(key: string): void;
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

  async take(key: string, most: number): Promise<boolean> {
    if (this.#taken.of(key) >= most) return false;
    this.#taken.change(key, 1);
    return true;
  }

  giveBack(key: string): void {
    this.#taken.change(key, -1);
  }

  async count(key: string): Promise<number> {
    return this.#taken.of(key);
  }

  close(): void {}
}
