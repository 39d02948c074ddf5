let wordOfMouth: Promise<typeof import('./wordOfMouth.ts')> | undefined;

/**
 * Claims a name that one tab at a time may hold. Resolves with how to let go of it; with undefined where another tab
 * holds it. A tab that ends lets go of its claims. Rejects where nobody can say who holds it.
 *
 * `patience` is how long to wait for who holds it, in milliseconds: a page that is loaded again may find what was its own
 * still held by the one before, which is about to go. `isNew`: nobody else can know the name yet.
 */
export async function claim(name: string, patience = 0, isNew = false): Promise<(() => void) | undefined> {
  const locks = globalThis.navigator?.locks;
  try {
    if (locks) return await claimLock(locks, name, patience);
  } catch (error) {
    // There are locks, but not for this page: one in a sandboxed frame, for instance.
    if ((error as DOMException).name === 'TimeoutError') return undefined;
  }
  // Few have none: pages that did not come over TLS, and Node.
  wordOfMouth ??= import('./wordOfMouth.ts');
  return (await wordOfMouth).claimByWord(name, patience, isNew);
}

function claimLock(locks: LockManager, name: string, patience: number): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    locks
      .request(name, patience > 0 ? { signal: AbortSignal.timeout(patience) } : { ifAvailable: true }, (lock) =>
        lock ? new Promise<void>((release) => resolve(release)) : resolve(undefined),
      )
      .catch(reject);
  });
}
