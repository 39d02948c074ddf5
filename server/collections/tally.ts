import { LazyMap } from './lazyMap.ts';

/** How many there are of each key; those of which there are none take no memory. */
export class Tally {
  readonly #counts = new LazyMap<string, number>();

  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  get isEmpty(): boolean {
    return this.#counts.size === 0;
  }

  change(key: string, by: 1 | -1): void {
    const changed = this.of(key) + by;
    if (changed === 0) this.#counts.delete(key);
    else this.#counts.set(key, changed);
  }
}
