/** Milliseconds: the longest wait before the first new attempt, and before any. */
const first = 1_000;
const longest = 30_000;

/**
 * How long to wait before the next attempt, in milliseconds, the `attempt`th in a row. Full jitter: anything
 * up to a limit that doubles, so that those whom one server lost together do not come back together.
 * Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoff(attempt: number, random: () => number): number {
  return random() * Math.min(longest, first * 2 ** (attempt - 1));
}
