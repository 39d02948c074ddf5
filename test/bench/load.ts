import { compare, inTurns, type Measurements, type Pair, withTarget } from './comparison.ts';
import type { Load } from './crowd.ts';
import { printTable, show, showPercent, spread } from './figures.ts';
import type { Job, Measurement } from './generator.ts';
import { runBeside } from './machine.ts';
import type { Effort, Report, Scenario } from './scenario.ts';
import type { TargetName } from './targets.ts';

const alone: Pair[] = [
  ['tutti', 'relay'],
  ['tutti, callback', 'relay'],
  ['tutti, compact', 'relay'],
];
const withJwt: Pair[] = [['relay, JWT', 'relay'], ...alone];
const withRedis: Pair[] = [
  ['tutti, Redis', 'relay, adapter'],
  ['tutti, Redis, 2', 'relay, adapter, 2'],
];
export const busy = { rooms: 1, members: 50, does: 'type', active: 40, rate: 10 } as const;
export const small = { rooms: 40, members: 5, does: 'type', active: 5, rate: 5 } as const;
const moving = { rooms: 1, members: 50, does: 'move', active: 50, rate: 20 } as const;

/** Rooms with people at work: what an operation or a cursor costs the server for each client that it reaches. */
export const loadScenarios: Scenario[] = [
  scenario('busy-10', 'one room of 50, 40 of them typing 10/s', busy, withJwt),
  scenario('busy-25', 'one room of 50, 40 of them typing 25/s', { ...busy, rate: 25 }, alone),
  scenario('small', '40 rooms of 5, each of the 200 typing 5/s', small, withJwt),
  scenario('busy-redis', 'busy-10 with Redis, on one instance and on two', busy, withRedis),
  scenario('small-redis', 'small with Redis, on one instance and on two', small, withRedis),
  scenario('cursors', 'one room of 50, each moving the cursor 20/s', moving, [
    ['tutti', 'relay'],
    ['tutti, compact', 'relay'],
  ]),
];

function scenario(name: string, about: string, load: Load, pairs: Pair[]): Scenario {
  return { name, about, run: (effort) => compareLoad(load, pairs, effort) };
}

/** Servers under the same load, in turns. */
export async function compareLoad(load: Load, pairs: Pair[], effort: Effort): Promise<Report> {
  const measurements = await inTurns(pairs, effort.repeat, (target) => underLoad(target, load, effort));
  print(measurements);
  const ratios = compare(pairs, measurements, {
    CPU: ({ cpu_us }) => cpu_us,
    bytes: ({ bytes }) => bytes,
    packets: ({ messages }) => messages,
    p99: ({ latency_p99_ms }) => latency_p99_ms,
  });
  return {
    figures: { load, measurements: Object.fromEntries(measurements), ratios },
    problems: [...measurements].flatMap(([name, all]) => all.flatMap((measurement) => problemsOf(name, measurement))),
  };
}

/** One measurement of a server that was just started. */
export function underLoad(target: TargetName, load: Load, { seconds, warmUp }: Effort): Promise<Measurement> {
  return withTarget(target, {}, ({ servers }) =>
    runBeside<Job, Measurement>('test/bench/generator.ts', {
      target,
      servers,
      load,
      warmUp,
      seconds,
    }),
  );
}

function print(measurements: Measurements<Measurement>): void {
  const head = ['for each delivery', 'CPU', 'bytes', 'packets', 'p50', 'p99'];
  const overall = ['sent/s', 'delivered/s', 'reach', 'server', 'generator'];
  const rows = [...measurements].map(([name, all]) => {
    const median = (figure: (measurement: Measurement) => number) => spread(all.map(figure)).median;
    return [
      name,
      `${show(median(({ cpu_us }) => cpu_us))} µs`,
      show(median(({ bytes }) => bytes)),
      show(median(({ messages }) => messages)),
      `${show(median(({ latency_p50_ms }) => latency_p50_ms))} ms`,
      `${show(median(({ latency_p99_ms }) => latency_p99_ms))} ms`,
      show(median(({ sent_per_second }) => sent_per_second)),
      show(median(({ delivered_per_second }) => delivered_per_second)),
      showPercent(spread(all.map(({ reach }) => reach)).min),
      showPercent(median(({ server_load }) => server_load)),
      showPercent(median(({ generator_load }) => generator_load)),
    ];
  });
  printTable([[...head, ...overall], ...rows]);
}

function problemsOf(name: TargetName, { reach, delivered_per_second, refusals }: Measurement): string[] {
  return [
    ...(delivered_per_second > 0 ? [] : [`${name}: nothing was delivered`]),
    ...(reach === 1 ? [] : [`${name}: reach is ${showPercent(reach)}`]),
    ...refusals.map((reason) => `${name}: refused: ${reason}`),
  ];
}
