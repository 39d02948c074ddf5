/** What is held by this process, where the platform has no locks. */
const held = new Set<string>();

/**
 * Claims a name that one tab at a time may hold. Resolves with how to let go of it; with undefined where another tab
 * holds it. A tab that ends lets go of its claims. Pages that did not come over TLS have no locks that reach other tabs.
 */
export async function claim(name: string): Promise<(() => void) | undefined> {
  if (typeof navigator === 'undefined' || !navigator.locks) return claimHere(name);
  return new Promise((resolve) => {
    navigator.locks
      .request(name, { ifAvailable: true }, (lock) => {
        if (!lock) return resolve(undefined);
        return new Promise<void>((release) => resolve(release));
      })
      // There are locks, but not for this page: one in a sandboxed frame, for instance.
      .catch(() => resolve(claimHere(name)));
  });
}

function claimHere(name: string): (() => void) | undefined {
  if (held.has(name)) return undefined;
  held.add(name);
  return () => void held.delete(name);
}
