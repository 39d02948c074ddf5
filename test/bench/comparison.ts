import { printTable, ratios, type Spread, showSpread } from './figures.ts';
import type { Deployment } from './target.ts';
import { type TargetName, targets } from './targets.ts';

/** What is measured, and the baseline that it is compared with. */
export type Pair = readonly [TargetName, TargetName];
export type Measurements<Measurement> = Map<TargetName, Measurement[]>;

/** Measures each target in every round: what slows the machine for a while slows them all. */
export async function inTurns<Measurement>(
  pairs: readonly Pair[],
  rounds: number,
  measure: (target: TargetName) => Promise<Measurement>,
): Promise<Measurements<Measurement>> {
  const names = new Set(pairs.flatMap(([of, to]) => [to, of]));
  const measurements: Measurements<Measurement> = new Map([...names].map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, all] of measurements) {
      if (process.stderr.isTTY) console.error(`  round ${round + 1} of ${rounds}: ${name}`);
      all.push(await measure(name));
    }
  }
  return measurements;
}

/** Measures a server that is started for that, and ends it. */
export async function withTarget<Result>(
  target: TargetName,
  environment: NodeJS.ProcessEnv,
  measure: (deployment: Deployment) => Promise<Result>,
): Promise<Result> {
  const deployment = await targets[target].start(environment);
  try {
    return await measure(deployment);
  } finally {
    await deployment.stop();
  }
}

/** Prints the ratios of some figures, and returns them: by pair, and by figure. */
export function compare<Measurement>(
  pairs: readonly Pair[],
  measurements: Measurements<Measurement>,
  figures: Record<string, (measurement: Measurement) => number>,
): Record<string, Record<string, Spread>> {
  const compared = pairs.map(([of, to]) => {
    const spreads = Object.entries(figures).map(([name, figure]) => {
      const values = (target: TargetName) => (measurements.get(target) ?? []).map(figure);
      return [name, ratios(values(of), values(to))] as const;
    });
    return [`${of} ÷ ${to}`, Object.fromEntries(spreads)] as const;
  });
  const rows = compared.map(([pair, spreads]) => [pair, ...Object.values(spreads).map(showSpread)]);
  printTable([['', ...Object.keys(figures)], ...rows]);
  return Object.fromEntries(compared);
}
