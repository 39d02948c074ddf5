import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Load } from './crowd.ts';
import { printTable, ratios, show, showSpread, spread } from './figures.ts';
import type { Job, Measurement } from './generator.ts';
import { onCore } from './machine.ts';
import type { Effort, Report, Scenario } from './scenario.ts';
import { type TargetName, targets } from './targets.ts';

type Measurements = Map<TargetName, Measurement[]>;

/** What is measured, each with the baseline that it is compared with; a baseline has none. */
type Comparison = Partial<Record<TargetName, TargetName | undefined>>;

const alone: Comparison = { relay: undefined, tutti: 'relay', 'tutti, callback': 'relay' };
const withRedis: Comparison = {
  'relay, adapter': undefined,
  'tutti, Redis': 'relay, adapter',
  'relay, adapter, 2': undefined,
  'tutti, Redis, 2': 'relay, adapter, 2',
};
const busy = { rooms: 1, members: 50, typing: 40, rate: 10 };
const small = { rooms: 40, members: 5, typing: 5, rate: 5 };

/** Rooms with people typing: what an operation costs the server for each client that it reaches. */
export const loadScenarios: Scenario[] = [
  scenario('busy-10', 'one room of 50, 40 of them typing 10/s', busy, alone),
  scenario('busy-25', 'one room of 50, 40 of them typing 25/s', { ...busy, rate: 25 }, alone),
  scenario('small', '40 rooms of 5, each of the 200 typing 5/s', small, alone),
  scenario('busy-redis', 'busy-10 with Redis, on one instance and on two', busy, withRedis),
  scenario('small-redis', 'small with Redis, on one instance and on two', small, withRedis),
];

function scenario(name: string, about: string, load: Load, comparison: Comparison): Scenario {
  return { name, about, run: (effort) => run(load, comparison, effort) };
}

async function run(load: Load, comparison: Comparison, effort: Effort): Promise<Report> {
  const names = Object.keys(comparison) as TargetName[];
  const measurements: Measurements = new Map(names.map((name) => [name, []]));
  for (let round = 0; round < effort.repeat; round++) {
    for (const name of names) measurements.get(name)?.push(await measure(name, load, effort));
  }
  print(measurements);
  const found = names.flatMap((name) => {
    const baseline = comparison[name];
    if (!baseline) return [];
    const ratio = ratios(costs(measurements.get(name)), costs(measurements.get(baseline)));
    console.log(`  CPU, ${name} ÷ ${baseline}: ${showSpread(ratio)}`);
    return [[name, ratio] as const];
  });
  return {
    figures: { load, measurements: Object.fromEntries(measurements), ratios: Object.fromEntries(found) },
    problems: [...measurements].flatMap(([name, all]) => all.flatMap((measurement) => problemsOf(name, measurement))),
  };
}

/** One measurement of a server that was just started. */
async function measure(target: TargetName, load: Load, { seconds, smoke }: Effort): Promise<Measurement> {
  const server = await targets[target].start();
  try {
    const { urls, pids } = server;
    const job: Job = { target, urls, pids, load, warmUp: smoke ? 0.2 : 2, seconds };
    const [file = '', ...args] = [...onCore(1), process.execPath, '--import', 'tsx', 'test/bench/generator.ts'];
    const { stdout } = await promisify(execFile)(file, [...args, JSON.stringify(job)]);
    return JSON.parse(stdout);
  } finally {
    await server.stop();
  }
}

function print(measurements: Measurements): void {
  const head = ['', 'CPU/op', 'p50', 'p99', 'sent/s', 'delivered/s', 'reach', 'server', 'generator'];
  const rows = [...measurements].map(([name, all]) => {
    const median = (figure: (measurement: Measurement) => number) => spread(all.map(figure)).median;
    return [
      name,
      `${show(median(({ cpu_us }) => cpu_us))} µs`,
      `${show(median(({ latency_p50_ms }) => latency_p50_ms))} ms`,
      `${show(median(({ latency_p99_ms }) => latency_p99_ms))} ms`,
      show(median(({ sent_per_second }) => sent_per_second)),
      show(median(({ delivered_per_second }) => delivered_per_second)),
      percent(spread(all.map(({ reach }) => reach)).min),
      percent(median(({ server_load }) => server_load)),
      percent(median(({ generator_load }) => generator_load)),
    ];
  });
  printTable([head, ...rows]);
}

function problemsOf(name: TargetName, { reach, delivered_per_second, refusals }: Measurement): string[] {
  return [
    ...(delivered_per_second > 0 ? [] : [`${name}: nothing was delivered`]),
    ...(reach === 1 ? [] : [`${name}: reach is ${percent(reach)}`]),
    ...refusals.map((reason) => `${name}: refused: ${reason}`),
  ];
}

function costs(measurements: Measurement[] = []): number[] {
  return measurements.map(({ cpu_us }) => cpu_us);
}

function percent(share: number): string {
  return `${show(share * 100)} %`;
}
