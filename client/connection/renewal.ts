import { backoff } from './backoff.ts';

/** When a function that keeps tokens is asked again, from the moment on in which the old one expires, in milliseconds. */
const moments = [
  { from: -10_000, to: -5_000 },
  { from: 250, to: 2_000 },
];

/**
 * In how many milliseconds a token is asked for again where the answer was still the old one, which is valid for `left`: such
 * a function may have another only shortly before, or just after that. Later, with growing pauses.
 */
export function askAgainIn(left: number, attempt: number, random: () => number): number {
  for (const { from, to } of moments) {
    const wait = left + from + random() * (to - from);
    if (left + from > 0) return wait;
  }
  return backoff(attempt, random);
}
