import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Load } from './crowd.ts';
import { printTable, ratios, show, showSpread, spread } from './figures.ts';
import type { Job, Measurement } from './generator.ts';
import { onCore } from './machine.ts';
import type { Effort, Report, Scenario } from './scenario.ts';
import { type TargetName, targets } from './targets.ts';

type Measurements = Record<TargetName, Measurement[]>;

const names = Object.keys(targets) as TargetName[];

/** Rooms with people typing: what an operation costs the server for each client that it reaches. */
export const loadScenarios: Scenario[] = [
  scenario('busy-10', 'one room of 50, 40 of them typing 10/s', { rooms: 1, members: 50, typing: 40, rate: 10 }),
  scenario('busy-25', 'one room of 50, 40 of them typing 25/s', { rooms: 1, members: 50, typing: 40, rate: 25 }),
  scenario('small', '40 rooms of 5, each of the 200 typing 5/s', { rooms: 40, members: 5, typing: 5, rate: 5 }),
];

function scenario(name: string, about: string, load: Load): Scenario {
  return { name, about, run: (effort) => run(load, effort) };
}

async function run(load: Load, effort: Effort): Promise<Report> {
  const measurements: Measurements = { relay: [], tutti: [], 'tutti, callback': [] };
  for (let round = 0; round < effort.repeat; round++) {
    for (const name of names) measurements[name].push(await measure(name, load, effort));
  }
  const ratio = (name: TargetName) => ratios(costs(measurements[name]), costs(measurements.relay));
  print(measurements);
  for (const name of names.slice(1)) console.log(`  CPU, ${name} ÷ relay: ${showSpread(ratio(name))}`);
  return {
    figures: { load, measurements, ratios: Object.fromEntries(names.slice(1).map((name) => [name, ratio(name)])) },
    problems: names.flatMap((name) => measurements[name].flatMap((measurement) => problemsOf(name, measurement))),
  };
}

/** One measurement of a server that was just started. */
async function measure(target: TargetName, load: Load, { seconds, smoke }: Effort): Promise<Measurement> {
  const server = await targets[target].start();
  try {
    const { url, pid } = server;
    const job: Job = { target, url, pid, load, warmUp: smoke ? 0.2 : 2, seconds };
    const [file = '', ...args] = [...onCore(1), process.execPath, '--import', 'tsx', 'test/bench/generator.ts'];
    const { stdout } = await promisify(execFile)(file, [...args, JSON.stringify(job)]);
    return JSON.parse(stdout);
  } finally {
    await server.stop();
  }
}

function print(measurements: Measurements): void {
  const head = ['', 'CPU/op', 'p50', 'p99', 'sent/s', 'delivered/s', 'reach', 'server', 'generator'];
  const rows = names.map((name) => {
    const median = (figure: (measurement: Measurement) => number) => spread(measurements[name].map(figure)).median;
    return [
      name,
      `${show(median(({ cpu_us }) => cpu_us))} µs`,
      `${show(median(({ latency_p50_ms }) => latency_p50_ms))} ms`,
      `${show(median(({ latency_p99_ms }) => latency_p99_ms))} ms`,
      show(median(({ sent_per_second }) => sent_per_second)),
      show(median(({ delivered_per_second }) => delivered_per_second)),
      percent(spread(measurements[name].map(({ reach }) => reach)).min),
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

function costs(measurements: Measurement[]): number[] {
  return measurements.map(({ cpu_us }) => cpu_us);
}

function percent(share: number): string {
  return `${show(share * 100)} %`;
}
