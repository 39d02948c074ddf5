import { cpuUsage } from 'node:process';

/** So much more CPU an input may take that is eight times as long: linear work takes 8 times as much, quadratic 64. */
const most = 27;
/** What takes less is not compared, in milliseconds of CPU: too little to be told from chance. */
const least = 6;
/** Nor is what takes less than 50 ms for 100,000 characters: the collector's work comes in lumps. */
const leastPerCharacter = 50 / 100_000;

/**
 * Where work grows faster than its input, whose lengths are given, each eight times the one before: how much which of
 * them take. undefined where it does not.
 */
export function excess(
  work: (input: string) => unknown,
  inputOf: (length: number) => string,
  lengths: readonly number[],
): string | undefined {
  let before = 0;
  for (const length of lengths) {
    const input = inputOf(length);
    const bound = Math.max(least, length * leastPerCharacter, before * most);
    // Of the longest it is enough to know that it is within the bound: nothing is compared with it.
    const took = fastest(() => work(input), bound, length === lengths.at(-1) ? 1 : 2);
    if (took > bound) {
      return `${length} characters take ${took.toFixed(1)} ms, an eighth of them ${before.toFixed(1)} ms`;
    }
    before = took;
  }
  return undefined;
}

/**
 * The least that some runs take, `fewest` at least, until one is within the bound: what others take more is the compiler’s, the
 * collector’s, and that of who shares the core. One alone says of none that it is beyond the bound.
 */
export function fastest(work: () => void, bound = 0, fewest = 2): number {
  let least = Number.POSITIVE_INFINITY;
  const isUnclear = (runs: number) => least > bound && (runs < 2 || (runs < 100 && least < 8 * bound));
  for (let runs = 0; runs < fewest || isUnclear(runs); runs += 1) least = Math.min(least, cpuTime(work));
  return least;
}

/** In milliseconds, of this process alone: a busy machine does not add to it. */
function cpuTime(work: () => void): number {
  const before = cpuUsage();
  work();
  const { user, system } = cpuUsage(before);
  return (user + system) / 1_000;
}
