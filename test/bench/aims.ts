import { ratios, type Spread, show, showSpread, spread } from './figures.ts';

/** What is to hold of a scenario. */
export interface Aim {
  scenario: string;
  /** What is measured, in words. */
  about: string;
  /** Which of the servers measured. */
  target: string;
  /** A figure of its measurements; compared with a baseline where there is one, in the same round. */
  figure: string;
  baseline?: { target: string; by: 'ratio' | 'difference' };
  /** What it must reach: one of both. */
  most?: number;
  least?: number;
  unit?: string;
  /** The aim is for rounds in which these servers take no more than so much of a core. */
  upTo?: { target: string; load: number };
}

/** Measurements of each target, round by round. */
export type Rounds = ReadonlyMap<string, readonly object[]>;

/** An aim beside what was measured. */
export interface Verdict {
  aim: Aim;
  measured: Spread;
  verdict: 'met' | 'missed' | 'does not apply';
}

/** From where on a relay counts as full: what it takes then is no measure. */
const full = 0.9;
const half = 0.5;

const typing = ['busy-10', 'busy-25', 'busy-60', 'busy-100', 'small'];
const overRedis = ['busy-redis', 'busy-25-redis', 'small-redis'];

/** All that the server is to reach. The medians of rounds count. */
export const aims: readonly Aim[] = [
  ...typing.flatMap((scenario) => [
    latency(scenario, 'relay', 'tutti', 2),
    {
      scenario,
      about: 'p99, while the server takes half a core at most',
      target: 'tutti',
      figure: 'latency_p99_ms',
      most: 8,
      unit: 'ms',
      upTo: { target: 'tutti', load: half },
    },
  ]),
  cpu('busy-25', 0.4),
  cpu('small', 1.2),
  cpu('low', 1.5),
  cpu('cursors', 0.25),
  { scenario: 'cursors', about: 'p50', target: 'tutti', figure: 'latency_p50_ms', most: 20, unit: 'ms' },
  ...overRedis.flatMap((scenario) => [
    latency(scenario, 'relay, adapter', 'tutti, Redis', 4),
    latency(scenario, 'relay, adapter, 2', 'tutti, Redis, 2', 4),
  ]),
  {
    scenario: 'saturation',
    about: 'operations a second ÷ the relay’s',
    target: 'tutti',
    figure: 'rate',
    baseline: { target: 'relay', by: 'ratio' },
    least: 8,
  },
  {
    scenario: 'handshakes',
    about: 'in a second of CPU, with the join, ÷ the relay’s that verifies a JWT',
    target: 'tutti',
    figure: 'per_cpu_second',
    baseline: { target: 'relay, JWT', by: 'ratio' },
    least: 0.8,
  },
  {
    scenario: 'storm',
    about: 'CPU of each who comes back ÷ the relay’s',
    target: 'tutti',
    figure: 'cpu_of_each',
    baseline: { target: 'relay', by: 'ratio' },
    most: 1.3,
  },
  { scenario: 'storm', about: 'until all are back', target: 'tutti', figure: 'seconds', most: 5, unit: 's' },
  { scenario: 'storm', about: 'how many are refused', target: 'tutti', figure: 'refused', most: 0 },
  ...['idle', 'idle-20000'].map((scenario) => ({
    scenario,
    about: 'heap of a connection ÷ the relay’s',
    target: 'tutti',
    figure: 'heap',
    baseline: { target: 'relay', by: 'ratio' as const },
    most: 1.2,
  })),
  bytes('busy-25', 60),
  bytes('small', 90),
  {
    scenario: 'authors',
    about: 'p95 at ten who look on, with 1,000 authors',
    target: 'tutti',
    figure: 'latency_p95_ms_of_1000',
    most: 100,
    unit: 'ms',
  },
];

function cpu(scenario: string, most: number): Aim {
  const baseline = { target: 'relay', by: 'ratio' } as const;
  return { scenario, about: 'CPU of a delivery ÷ the relay’s', target: 'tutti', figure: 'cpu_us', baseline, most };
}

function bytes(scenario: string, most: number): Aim {
  return { scenario, about: 'bytes of a delivery, compact', target: 'tutti, compact', figure: 'bytes', most };
}

function latency(scenario: string, relay: string, target: string, most: number): Aim {
  return {
    scenario,
    about: `p50 above that of the relay${target.endsWith(', 2') ? ', two instances' : ''}, while it is not full`,
    target,
    figure: 'latency_p50_ms',
    baseline: { target: relay, by: 'difference' },
    most,
    unit: 'ms',
    upTo: { target: relay, load: target.endsWith(', 2') ? 2 * full : full },
  };
}

/** The aims of a scenario that can be judged by what was measured. */
export function judge(scenario: string, rounds: Rounds): Verdict[] {
  return aims.flatMap((aim) => {
    const values = valuesOf(rounds, aim.target, aim.figure);
    const baseline = aim.baseline && valuesOf(rounds, aim.baseline.target, aim.figure);
    if (aim.scenario !== scenario || values.length === 0 || baseline?.length === 0) return [];
    const measured = compared(values, baseline, aim.baseline?.by);
    return [{ aim, measured, verdict: verdictOf(aim, measured, rounds) }];
  });
}

function compared(values: number[], baseline: number[] | undefined, by: 'ratio' | 'difference' = 'ratio'): Spread {
  if (!baseline) return spread(values);
  if (by === 'ratio') return ratios(values, baseline);
  return spread(values.map((value, round) => value - (baseline[round] ?? Number.NaN)));
}

function verdictOf({ most, least, upTo }: Aim, { median }: Spread, rounds: Rounds): Verdict['verdict'] {
  if (upTo && spread(valuesOf(rounds, upTo.target, 'server_load')).median > upTo.load) return 'does not apply';
  return median <= (most ?? Number.POSITIVE_INFINITY) && median >= (least ?? Number.NEGATIVE_INFINITY)
    ? 'met'
    : 'missed';
}

function valuesOf(rounds: Rounds, target: string, figure: string): number[] {
  const all = rounds.get(target) ?? [];
  return all.flatMap((round) => Object.entries(round).flatMap(([name, value]) => (name === figure ? [value] : [])));
}

/** What an aim is told by in a table: where, and of what. */
export function nameOf({ scenario, about }: Aim): [scenario: string, about: string] {
  return [scenario, about];
}

/** `at most 2 ms` */
export function limitOf({ most, least, unit }: Aim): string {
  const bound = most === undefined ? `at least ${least}` : `at most ${most}`;
  return unit ? `${bound} ${unit}` : bound;
}

/** A row of a table. */
export function rowOf({ aim, measured, verdict }: Verdict): string[] {
  const { min, median, max } = measured;
  const value = min === max ? show(median) : showSpread(measured);
  return [...nameOf(aim), limitOf(aim), aim.unit ? `${value} ${aim.unit}` : value, verdict];
}
