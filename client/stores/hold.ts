const holders = new WeakMap<object, number>();

/** Counts who needs something, and lets go of it after the last. Returns how to need it no longer. */
export function hold(held: object, letGo: () => void): () => void {
  holders.set(held, (holders.get(held) ?? 0) + 1);
  return () => {
    holders.set(held, (holders.get(held) ?? 0) - 1);
    // Not at once: who remounts, as StrictMode does, and a page that follows another, take hold again right away.
    queueMicrotask(() => {
      if (holders.get(held) === 0) letGo();
    });
  };
}
