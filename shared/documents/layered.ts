import { ownCopy } from './copies.ts';

/** Changes lie above the rest until there are so many, or the square root of what lies below. */
const leastAbove = 32;

/**
 * A map that is never changed in place: a change copies what has changed lately, and only now and then all. Keys are in the
 * order in which they came; no value is undefined.
 */
export class LayeredMap<Key, Value> implements Iterable<[Key, Value]> {
  readonly #below: Map<Key, Value>;
  /** What came later: in the place of something below, or behind all of it. */
  readonly #above: Map<Key, Value>;
  /** What sum() has found of all below. */
  #sumBelow: { measure: unknown; sum: number } | undefined;

  private constructor(below: Map<Key, Value>, above: Map<Key, Value>) {
    this.#below = below;
    this.#above = above;
  }

  static of<Key, Value>(entries: Iterable<readonly [Key, Value]>): LayeredMap<Key, Value> {
    return new LayeredMap(new Map(entries), new Map());
  }

  get(key: Key): Value | undefined {
    return this.#above.get(key) ?? this.#below.get(key);
  }

  get size(): number {
    let { size } = this.#below;
    for (const key of this.#above.keys()) if (!this.#below.has(key)) size += 1;
    return size;
  }

  with(changes: Iterable<readonly [Key, Value]>): LayeredMap<Key, Value> {
    const above = ownCopy(this.#above, () => new Map(this.#above));
    for (const [key, value] of changes) above.set(key, value);
    if (above.size > this.#mostAbove) return new LayeredMap(this.#merged(above), new Map());
    const made = new LayeredMap(this.#below, above);
    made.#sumBelow = this.#sumBelow;
    return made;
  }

  /** Copies all of it, but what the operation under way has copied. */
  without(key: Key): LayeredMap<Key, Value> {
    const below = this.#merged(this.#above);
    below.delete(key);
    return new LayeredMap(below, new Map());
  }

  /** How many are copied where so many change, beyond those that always are. */
  copied(many: number): number {
    return this.#above.size + many > this.#mostAbove ? this.#below.size : 0;
  }

  /** The sum of a measure of each. What has not changed since is not measured again, where the measure is the same. */
  sum(measure: (value: Value, key: Key) => number): number {
    if (this.#sumBelow?.measure !== measure) {
      let sum = 0;
      this.#below.forEach((value, key) => {
        sum += measure(value, key);
      });
      this.#sumBelow = { measure, sum };
    }
    let { sum } = this.#sumBelow;
    this.#above.forEach((value, key) => {
      const before = this.#below.get(key);
      sum += measure(value, key) - (before === undefined ? 0 : measure(before, key));
    });
    return sum;
  }

  *[Symbol.iterator](): IterableIterator<[Key, Value]> {
    for (const [key, value] of this.#below) yield [key, this.#above.get(key) ?? value];
    for (const entry of this.#above) if (!this.#below.has(entry[0])) yield entry;
  }

  get #mostAbove(): number {
    return Math.max(leastAbove, Math.sqrt(this.#below.size));
  }

  #merged(above: ReadonlyMap<Key, Value>): Map<Key, Value> {
    const below = ownCopy(this.#below, () => new Map(this.#below));
    above.forEach((value, key) => {
      below.set(key, value);
    });
    return below;
  }
}
