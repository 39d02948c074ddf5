/**
 * Calls back when the network is there again, or the page is looked at again: timers may have slept, and connections
 * died unnoticed. Returns how to stop. Outside a page nothing ever happens.
 */
export function onWake(wake: () => void): () => void {
  const listening = new AbortController();
  globalThis.window?.addEventListener('online', wake, listening);
  globalThis.document?.addEventListener(
    'visibilitychange',
    () => {
      if (!document.hidden) wake();
    },
    listening,
  );
  return () => listening.abort();
}
