import { cleanup } from './cleanup.ts';

const { setTimeout: start, clearTimeout: stop } = globalThis;

/**
 * Holds the timers that run for so many milliseconds: they go off when as much has passed by hand. All others go on, as a
 * server in this process can do nothing without them.
 */
export function holdTimers(milliseconds: number): { pass(milliseconds: number): void } {
  const held = new Map<unknown, { at: number; act(): void }>();
  let now = 0;
  const hold = (act: (...args: unknown[]) => void, delay?: number, ...args: unknown[]) => {
    if (delay !== milliseconds) return start(act, delay, ...args);
    const timer = start(() => {}, 2 ** 31 - 1);
    held.set(timer, { at: now + delay, act: () => act(...args) });
    return timer;
  };
  globalThis.setTimeout = hold as typeof setTimeout;
  globalThis.clearTimeout = (timer) => {
    held.delete(timer);
    stop(timer);
  };
  cleanup(() => {
    Object.assign(globalThis, { setTimeout: start, clearTimeout: stop });
    for (const timer of held.keys()) stop(timer as NodeJS.Timeout);
  });
  return {
    pass(passed) {
      now += passed;
      for (const [timer, { at, act }] of held) {
        if (at > now) continue;
        clearTimeout(timer as NodeJS.Timeout);
        act();
      }
    },
  };
}
