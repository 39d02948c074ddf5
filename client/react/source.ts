import { useMemo, useSyncExternalStore } from 'react';

/** Where a value comes from, and what tells that it may have changed. */
export interface Source<From, Value> {
  /** Returns how to stop listening. */
  listen(from: From, changed: () => void): () => void;
  read(from: From): Value;
  /** The value where there is nothing to read from: on a server, and before a room is there. */
  readonly none: Value;
}

/** A source's value now, and the same object until something in it has changed. */
export function useSource<From, Value>(from: From | undefined, source: Source<From, Value>): Value {
  const { listen, read } = useMemo(() => {
    if (from === undefined) return { listen: () => () => {}, read: () => source.none };
    let last = source.none;
    return {
      listen: (changed: () => void) => source.listen(from, changed),
      read: () => {
        const value = source.read(from);
        if (!isSame(value, last)) last = value;
        return last;
      },
    };
  }, [from, source]);
  return useSyncExternalStore(listen, read, () => source.none);
}

/** Whether two values are one, or hold the same under the same names. What is immutable is compared where it changed. */
function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || !one || !other) return false;
  const [entries, values] = [Object.entries(one), new Map(Object.entries(other))];
  return (
    entries.length === values.size &&
    entries.every(([name, value]) => values.has(name) && isSame(value, values.get(name)))
  );
}
