import { setTimeout as pause } from 'node:timers/promises';

/** Does something so many times a second until the signal, by the clock and not by how long it takes. */
export async function steadily(perSecond: number, signal: AbortSignal, act: (count: number) => unknown): Promise<void> {
  const began = performance.now();
  for (let count = 0; !signal.aborted; ) {
    const due = ((performance.now() - began) * perSecond) / 1000;
    // What a busy generator is behind with is not made up for at once.
    for (let burst = 0; count <= due && burst < Math.max(1, perSecond / 10); burst++) void act(count++);
    await pause(Math.min(100, Math.max(1, 1000 / perSecond)));
  }
}

/** Does something again and again until the signal, each time when the time before is over. */
export async function continually(signal: AbortSignal, act: (count: number) => Promise<unknown>): Promise<void> {
  for (let count = 0; !signal.aborted; count++) await Promise.all([act(count), pause(0)]);
}

/** The same by several at once. */
export function together(many: number, signal: AbortSignal, act: (index: number) => Promise<unknown>) {
  return Promise.all(Array.from({ length: many }, (_, index) => continually(signal, () => act(index))));
}
