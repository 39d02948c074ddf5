/** A Map that takes no memory to speak of while nothing is in it. */
export class LazyMap<Key, Value> {
  #map: Map<Key, Value> | undefined;

  get size(): number {
    return this.#map?.size ?? 0;
  }

  get(key: Key): Value | undefined {
    return this.#map?.get(key);
  }

  has(key: Key): boolean {
    return this.#map?.has(key) ?? false;
  }

  set(key: Key, value: Value): this {
    this.#map ??= new Map();
    this.#map.set(key, value);
    return this;
  }

  delete(key: Key): boolean {
    const wasThere = this.#map?.delete(key) ?? false;
    if (this.#map?.size === 0) this.#map = undefined;
    return wasThere;
  }

  clear(): void {
    this.#map = undefined;
  }

  keys(): IterableIterator<Key> {
    return (this.#map ?? nothing).keys();
  }

  values(): IterableIterator<Value> {
    return (this.#map ?? nothing).values();
  }

  [Symbol.iterator](): IterableIterator<[Key, Value]> {
    return (this.#map ?? nothing)[Symbol.iterator]();
  }
}

const nothing = new Map<never, never>();
