/**
 * Calls back when the network is there again, or the page is looked at again: timers may have slept, and connections
 * died unnoticed. Returns how to stop. Outside a page nothing ever happens.
 */
export function onWake(wake: () => void): () => void {
  if (typeof window === 'undefined') return () => {};
  const wakeIfVisible = () => {
    if (document.visibilityState === 'visible') wake();
  };
  window.addEventListener('online', wake);
  document.addEventListener('visibilitychange', wakeIfVisible);
  return () => {
    window.removeEventListener('online', wake);
    document.removeEventListener('visibilitychange', wakeIfVisible);
  };
}
