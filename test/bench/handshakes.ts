import { compare, inTurns, type Pair, withTarget } from './comparison.ts';
import { printTable, show, showPercent, spread } from './figures.ts';
import type { Handshakes, Job } from './handshaker.ts';
import { runBeside } from './machine.ts';
import type { Scenario } from './scenario.ts';
import { crowded } from './target.ts';

const pairs: Pair[] = [
  ['relay, JWT', 'relay'],
  ['tutti', 'relay'],
  ['tutti', 'relay, JWT'],
];

/** What it costs to let someone in who has a token, and into a room. */
export const handshakesScenario: Scenario = {
  name: 'handshakes',
  about: 'arrivals in a second of CPU, each of another user: handshake over WebSocket and join, five to a room; warm',

  async run({ seconds, warmUp, repeat, smoke }) {
    const measurements = await inTurns(pairs, repeat, (target) =>
      withTarget(target, crowded, ({ servers: [server] }) => {
        if (!server) throw new Error(`${target} has no server`);
        return runBeside<Job, Handshakes>('test/bench/handshaker.ts', {
          target,
          server,
          wave: smoke ? 50 : 400,
          seconds,
          warmUp,
        });
      }),
    );
    const rows = [...measurements].map(([name, all]) => {
      const median = (figure: (handshakes: Handshakes) => number) => spread(all.map(figure)).median;
      return [
        name,
        show(median(({ per_cpu_second }) => per_cpu_second)),
        `${show(1e6 / median(({ per_cpu_second }) => per_cpu_second))} µs`,
        show(median(({ count }) => count)),
        showPercent(median(({ server_load }) => server_load)),
        showPercent(median(({ generator_load }) => generator_load)),
      ];
    });
    printTable([['', 'in a CPU second', 'CPU of each', 'measured', 'server', 'generator'], ...rows]);
    const ratios = compare(pairs, measurements, { 'in a CPU second': ({ per_cpu_second }) => per_cpu_second });
    return { figures: { measurements: Object.fromEntries(measurements), ratios }, rounds: measurements, problems: [] };
  },
};
