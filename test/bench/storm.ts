import { compare, inTurns, type Pair, withTarget } from './comparison.ts';
import { printTable, show, showPercent, spread } from './figures.ts';
import { runBeside } from './machine.ts';
import type { Job, Return } from './returner.ts';
import type { Scenario } from './scenario.ts';
import { crowded } from './target.ts';

const pairs: Pair[] = [
  ['tutti', 'relay'],
  ['tutti', 'relay, JWT'],
];

/** What it costs when all who were there have lost their connections, and come back at once. */
export const stormScenario: Scenario = {
  name: 'storm',
  about: '5,000 who come back at once from one address, and join again with what they have, five to a room',

  async run({ repeat, smoke }) {
    const count = smoke ? 200 : 5_000;
    const measurements = await inTurns(pairs, repeat, (target) =>
      withTarget(target, crowded, ({ servers: [server] }) => {
        if (!server) throw new Error(`${target} has no server`);
        return runBeside<Job, Return>('test/bench/returner.ts', { target, server, count, storms: smoke ? 1 : 3 });
      }),
    );
    const problems: string[] = [];
    const rows = [...measurements].map(([name, all]) => {
      const median = (figure: (back: Return) => number) => spread(all.map(figure)).median;
      const refused = all.reduce((sum, each) => sum + each.refused, 0);
      if (refused > 0) problems.push(`${name}: ${refused} were refused`);
      return [
        name,
        `${show(median(({ cpu_of_each }) => cpu_of_each))} µs`,
        `${show(median(({ seconds }) => seconds))} s`,
        showPercent(median(({ generator_load }) => generator_load)),
        String(refused),
      ];
    });
    printTable([['', 'CPU of each', 'all are back', 'generator', 'refused'], ...rows]);
    const ratios = compare(pairs, measurements, { 'CPU of each': ({ cpu_of_each }) => cpu_of_each });
    const figures = { count, measurements: Object.fromEntries(measurements), ratios };
    return { figures, rounds: measurements, problems };
  },
};
