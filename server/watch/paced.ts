import { setTimeout as pause } from 'node:timers/promises';

/** What is left between two of them, in times of what one took. */
const rest = 20;

/**
 * Makes something that many may ask for, and that takes no more than a twentieth of the time: whoever asks too soon waits for
 * the next, and all of those share it.
 */
export function paced<Made>(make: () => Promise<Made>, now = () => performance.now()): () => Promise<Made> {
  let next: Promise<Made> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let notBefore = Number.NEGATIVE_INFINITY;

  async function begin(): Promise<Made> {
    await last;
    const wait = notBefore - now();
    if (wait > 0) await pause(wait);
    // Whoever asks from here on is not told of what was before.
    next = undefined;
    const began = now();
    const made = make().finally(() => {
      notBefore = now() + rest * (now() - began);
    });
    last = made.catch(() => {});
    return made;
  }

  return () => {
    next ??= begin();
    return next;
  };
}
