import { compare, inTurns, type Pair } from './comparison.ts';
import { printTable, show, showPercent } from './figures.ts';
import { busy, underLoad } from './load.ts';
import type { Measurement } from './measurement.ts';
import type { Effort, Scenario } from './scenario.ts';
import type { TargetName } from './targets.ts';

const pairs: Pair[] = [['tutti', 'relay']];
/** The slowest delivery of a hundred that is still good, in milliseconds. */
const slowest = 100;
/** What of all that is to be sent and delivered must be, while it is measured: the rest is on its way. */
const enough = 0.95;
/** With how many operations a second to begin; how much more is tried each time, roughly at first. */
const start = 400;
const leap = 2;
const step = 1.3;
/** From how much of a core on a generator may be what gives way. */
const generatorLimit = 0.9;

/** Operations a second, of all who type together, and how that went. */
interface Trial {
  rate: number;
  measurement: Measurement;
}

interface Saturation {
  /** The most that was carried. */
  carried: Trial;
  /** The least that was too much. */
  tooMuch: Trial | undefined;
  /** A generator gave way, or may have: more might be carried. */
  atLeast: boolean;
}

/** How much a busy room bears. */
export const saturationScenario: Scenario = {
  name: 'saturation',
  about: `operations a second in one room of 50, 40 typing, before p99 passes ${slowest} ms`,

  async run(effort) {
    const known = new Map<TargetName, number>();
    const measurements = await inTurns(pairs, effort.repeat, async (target) => {
      const saturation = await saturate(target, known.get(target), effort);
      known.set(target, saturation.carried.rate);
      return saturation;
    });
    const rows = [...measurements].flatMap(([name, all]) =>
      all.flatMap(({ carried, tooMuch, atLeast }) => [
        row(name, atLeast ? 'at least ' : '', carried),
        ...(tooMuch ? [row('  too much:', '', tooMuch)] : []),
      ]),
    );
    printTable([['', 'operations/s', 'delivered/s', 'p50', 'p99', 'server', 'generator'], ...rows]);
    const ratios = compare(pairs, measurements, { 'operations/s': ({ carried }) => carried.rate });
    const rounds = new Map([...measurements].map(([name, all]) => [name, all.map(({ carried }) => carried)]));
    return { figures: { measurements: Object.fromEntries(measurements), ratios }, rounds, problems: [] };
  },
};

/** Looks for the most that a server carries, near a rate or from the beginning. */
async function saturate(target: TargetName, near: number | undefined, effort: Effort): Promise<Saturation> {
  const trials: (Trial & { good: boolean })[] = [];
  const measure = (rate: number, seconds: number) =>
    underLoad(target, { ...busy, rate: rate / busy.active }, { ...effort, seconds }, effort);
  const carries = async (rate: number) => {
    const first = await measure(rate, effort.seconds);
    // Something else on the machine may have been the reason.
    const measurement = isGood(rate, first) || effort.smoke ? first : await measure(rate, effort.seconds);
    const good = isGood(rate, measurement) || effort.smoke;
    trials.push({ rate, measurement, good });
    return good;
  };

  let rate = near ?? start;
  if (!near && !effort.smoke) {
    while (isGood(rate * leap, await measure(rate * leap, effort.seconds / 3))) rate *= leap;
  }
  if (await carries(rate)) {
    while (!effort.smoke && (await carries(rate * step))) rate *= step;
  } else {
    while (!(await carries(rate / step))) rate /= step;
    rate /= step;
  }
  if (!effort.smoke) await carries(rate * Math.sqrt(step));

  trials.sort((one, other) => one.rate - other.rate);
  const carried = trials.findLast(({ good }) => good);
  if (!carried) throw new Error(`${target} carries nothing`);
  const tooMuch = trials.find((trial) => !trial.good && trial.rate > carried.rate);
  return { carried, tooMuch, atLeast: tooMuch !== undefined && tooMuch.measurement.generator_load > generatorLimit };
}

function isGood(
  rate: number,
  { sent_per_second, delivered_per_second, latency_p99_ms, refusals }: Measurement,
): boolean {
  const keepsUp = sent_per_second > enough * rate && delivered_per_second > enough * rate * busy.members;
  return keepsUp && latency_p99_ms <= slowest && refusals.length === 0;
}

function row(name: string, from: string, { rate, measurement }: Trial): string[] {
  return [
    name,
    `${from}${show(rate)}`,
    show(measurement.delivered_per_second),
    `${show(measurement.latency_p50_ms)} ms`,
    `${show(measurement.latency_p99_ms)} ms`,
    showPercent(measurement.server_load),
    showPercent(measurement.generator_load),
  ];
}
