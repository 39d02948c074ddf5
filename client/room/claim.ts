/** What is held by this process or page, where the platform has no locks. */
const held = new Set<string>();

/**
 * Claims a name that one tab at a time may hold. Resolves with how to let go of it; with undefined where another tab
 * holds it. A tab that ends lets go of its claims.
 *
 * `patience` is how long to wait for who holds it, in milliseconds: a page that is loaded again may find what was its own
 * still held by the one before, which is about to go. `isNew`: nobody else can know the name yet.
 */
export async function claim(name: string, patience = 0, isNew = false): Promise<(() => void) | undefined> {
  const locks = globalThis.navigator?.locks;
  const claimHere = () => claimWithoutLocks(name, patience, isNew);
  if (!locks) return claimHere();
  return new Promise((resolve) => {
    locks
      .request(name, patience > 0 ? { signal: AbortSignal.timeout(patience) } : { ifAvailable: true }, (lock) => {
        if (!lock) return resolve(undefined);
        return new Promise<void>((release) => resolve(release));
      })
      // There are locks, but not for this page: one in a sandboxed frame, for instance.
      .catch((error: DOMException) => resolve(error.name === 'TimeoutError' ? undefined : claimHere()));
  });
}

async function claimWithoutLocks(name: string, patience: number, isNew: boolean): Promise<(() => void) | undefined> {
  if (held.has(name)) return undefined;
  let isFree = isNew || !globalThis.window;
  try {
    // Pages that did not come over TLS have other tabs beside them: what asks those is fetched by such pages alone.
    if (globalThis.window) isFree = await (await import('./wordOfMouth.ts')).isFree(name, held, patience, isNew);
  } catch {
    // Nobody can say that it is free, unless it is new.
  }
  if (!isFree) return undefined;
  held.add(name);
  return () => void held.delete(name);
}
