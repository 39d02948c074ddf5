import { ownCopy } from '../copies.ts';

/** So many changes lie above the rest in any case. */
const leastAbove = 32;

/** The sum of a measure of all. */
interface Sum<Key, Value> {
  measure(value: Value, key: Key): number;
  sum: number;
}

/**
 * A map that is never changed in place: a change copies what has changed lately, and all when as much was copied since that was
 * done last. So few changes at once copy the square root of all, and many not all each time. Keys are in the order in which they
 * came; no value is undefined.
 */
export class LayeredMap<Key, Value> implements Iterable<[Key, Value]> {
  readonly #below: Map<Key, Value>;
  /** What came later: in the place of something below, or behind all of it. */
  readonly #above: Map<Key, Value>;
  /** How many were copied of what lies above, since all were. */
  readonly #copied: number;
  /** What sum() has found of all below. */
  #sumBelow: Sum<Key, Value> | undefined;

  private constructor(below: Map<Key, Value>, above = new Map<Key, Value>(), copied = 0) {
    this.#below = below;
    this.#above = above;
    this.#copied = copied;
  }

  static of<Key, Value>(entries: Iterable<readonly [Key, Value]>): LayeredMap<Key, Value> {
    return new LayeredMap(new Map(entries));
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
    let copied = this.#copied;
    const above = ownCopy(this.#above, () => {
      copied += this.#above.size;
      return new Map(this.#above);
    });
    for (const [key, value] of changes) above.set(key, value);
    if (above.size > leastAbove && copied > this.#below.size) return this.#merged(above);
    const made = new LayeredMap(this.#below, above, copied);
    made.#sumBelow = this.#sumBelow;
    return made;
  }

  /** Copies all of it, but what the operation under way has copied. */
  without(key: Key): LayeredMap<Key, Value> {
    const made = this.#merged(this.#above);
    const value = made.#below.get(key);
    if (value !== undefined && made.#sumBelow) made.#sumBelow.sum -= made.#sumBelow.measure(value, key);
    made.#below.delete(key);
    return made;
  }

  /** How many are copied where some change, beyond those that always are. */
  get copying(): number {
    const above = this.#above.size;
    if (above <= leastAbove) return 0;
    return this.#copied + above > this.#below.size ? above + this.#below.size : above;
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
    return this.#sumWith(this.#above, this.#sumBelow);
  }

  *[Symbol.iterator](): IterableIterator<[Key, Value]> {
    for (const [key, value] of this.#below) yield [key, this.#above.get(key) ?? value];
    for (const entry of this.#above) if (!this.#below.has(entry[0])) yield entry;
  }

  #sumWith(above: ReadonlyMap<Key, Value>, { measure, sum: below }: Sum<Key, Value>): number {
    let sum = below;
    above.forEach((value, key) => {
      const before = this.#below.get(key);
      sum += measure(value, key) - (before === undefined ? 0 : measure(before, key));
    });
    return sum;
  }

  /** All of it below. */
  #merged(above: ReadonlyMap<Key, Value>): LayeredMap<Key, Value> {
    const known = this.#sumBelow;
    // Before it is changed, where the operation under way has copied it.
    const sumBelow = known && { measure: known.measure, sum: this.#sumWith(above, known) };
    const below = ownCopy(this.#below, () => new Map(this.#below));
    above.forEach((value, key) => {
      below.set(key, value);
    });
    const made = new LayeredMap(below);
    made.#sumBelow = sumBelow;
    return made;
  }
}
