/** What is held by this process, where the platform has no locks. */
const held = new Set<string>();

/**
 * Claims a name that one tab at a time may hold. Resolves with how to let go of it; with undefined where another tab
 * holds it. A tab that ends lets go of its claims. Pages that did not come over TLS have no locks that reach other tabs.
 *
 * `patience` is how long to wait for who holds it, in milliseconds: a page that is loaded again may find what was its own
 * still held by the one before, which is about to go.
 */
export async function claim(name: string, patience = 0): Promise<(() => void) | undefined> {
  const locks = globalThis.navigator?.locks;
  if (!locks) return claimHere(name);
  return new Promise((resolve) => {
    locks
      .request(name, patience > 0 ? { signal: AbortSignal.timeout(patience) } : { ifAvailable: true }, (lock) => {
        if (!lock) return resolve(undefined);
        return new Promise<void>((release) => resolve(release));
      })
      // There are locks, but not for this page: one in a sandboxed frame, for instance.
      .catch((error: DOMException) => resolve(error.name === 'TimeoutError' ? undefined : claimHere(name)));
  });
}

function claimHere(name: string): (() => void) | undefined {
  if (held.has(name)) return undefined;
  held.add(name);
  return () => void held.delete(name);
}
