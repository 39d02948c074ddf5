import { compare, inTurns, type Measurements, type Pair, withTarget } from './comparison.ts';
import type { Load } from './crowd.ts';
import { printTable, show, showPercent, spread } from './figures.ts';
import { generate, type Measurement } from './measurement.ts';
import type { Effort, Report, Scenario } from './scenario.ts';
import type { TargetName } from './targets.ts';

const alone: Pair[] = [
  ['relay, JWT', 'relay'],
  ['tutti', 'relay'],
  ['tutti, compact', 'relay'],
];
const withCallback: Pair[] = [...alone, ['tutti, callback', 'relay']];
/** Servers that others use: they keep all in memory, and store nothing. */
const others: Pair[] = [
  ['sharedb', 'relay'],
  ['hocuspocus', 'relay'],
];
const withRedis: Pair[] = [
  ['tutti, Redis', 'relay, adapter'],
  ['tutti, Redis, 2', 'relay, adapter, 2'],
];
export const busy = { rooms: 1, members: 50, does: 'type', active: 40, rate: 10 } as const;
export const small = { rooms: 40, members: 5, does: 'type', active: 5, rate: 5 } as const;
export const low = { rooms: 10, members: 5, does: 'type', active: 2, rate: 4 } as const;
export const moving = { rooms: 1, members: 50, does: 'move', active: 50, rate: 20 } as const;

/** Rooms with people at work: what an operation or a cursor costs the server for each client that it reaches. */
export const loadScenarios: Scenario[] = [
  scenario('busy-10', 'one room of 50, 40 of them typing 10/s', busy, withCallback, others),
  scenario('busy-25', 'one room of 50, 40 of them typing 25/s', { ...busy, rate: 25 }, withCallback, others),
  scenario('busy-60', 'one room of 50, 40 of them typing 60/s', { ...busy, rate: 60 }, alone, others),
  scenario('busy-100', 'one room of 50, 40 of them typing 100/s', { ...busy, rate: 100 }, alone, others),
  scenario('small', '40 rooms of 5, each of the 200 typing 5/s', small, withCallback, others),
  scenario('low', '10 rooms of 5, two in each typing 4/s', low, alone, others),
  scenario('busy-redis', 'busy-10 with Redis, on one instance and on two', busy, withRedis),
  scenario('busy-25-redis', 'busy-25 with Redis, on one instance and on two', { ...busy, rate: 25 }, withRedis),
  scenario('small-redis', 'small with Redis, on one instance and on two', small, withRedis),
  scenario('cursors', 'one room of 50, each moving the cursor 20/s', moving, alone),
];

function scenario(name: string, about: string, load: Load, pairs: Pair[], beside: Pair[] = []): Scenario {
  return { name, about, run: (effort) => compareLoad(load, [...pairs, ...(effort.others ? beside : [])], effort) };
}

/** Servers under the same load, in turns. */
export async function compareLoad(load: Load, pairs: Pair[], effort: Effort): Promise<Report> {
  const measurements = await inTurns(pairs, effort.repeat, (target) => underLoad(target, load, effort));
  print(measurements);
  const ratios = compare(pairs, measurements, {
    CPU: ({ cpu_us }) => cpu_us,
    bytes: ({ bytes }) => bytes,
    packets: ({ messages }) => messages,
    p50: ({ latency_p50_ms }) => latency_p50_ms,
    p99: ({ latency_p99_ms }) => latency_p99_ms,
  });
  const ours = [...measurements].filter(([name]) => name.startsWith('tutti'));
  return {
    figures: { load, measurements: Object.fromEntries(measurements), ratios },
    rounds: measurements,
    problems: ours.flatMap(([name, all]) => all.flatMap((measurement) => problemsOf(name, measurement))),
  };
}

/** One measurement of a server that was just started. */
export function underLoad(
  target: TargetName,
  load: Load,
  { seconds, warmUp }: Effort,
  { generators = 1, environment = {} }: { generators?: number; environment?: NodeJS.ProcessEnv } = {},
): Promise<Measurement> {
  return withTarget(target, environment, ({ servers }) =>
    generate({ target, servers, load, warmUp, seconds }, generators),
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
