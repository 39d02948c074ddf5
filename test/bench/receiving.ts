import { compare, inTurns, type Pair } from './comparison.ts';
import type { Load } from './crowd.ts';
import { printTable, show, spread } from './figures.ts';
import { busy, small, underLoad } from './load.ts';
import type { Measurement } from './measurement.ts';
import type { Scenario } from './scenario.ts';

const pairs: Pair[] = [['tutti', 'relay']];
const loads: [string, Load][] = [
  ['busy-10', { ...busy, does: 'tell' }],
  ['busy-25', { ...busy, does: 'tell', rate: 25 }],
  ['small', { ...small, does: 'tell' }],
];

/** The part of the cost that no server can save by what it sends: packets come in, and nothing goes out. */
export const receivingScenario: Scenario = {
  name: 'receiving',
  about: 'what packets cost that come at the rates of busy-10, busy-25 and small, and cause no delivery',

  async run(effort) {
    const figures: Record<string, unknown> = {};
    const rows: string[][] = [];
    for (const [name, load] of loads) {
      const measurements = await inTurns(pairs, effort.repeat, (target) => underLoad(target, load, effort));
      for (const [target, all] of measurements) {
        const packet = spread(all.map(perPacket)).median;
        rows.push([`${name}, ${target}`, `${show(packet)} µs`, `${show(packet / load.members)} µs`]);
      }
      const ratios = compare(pairs, measurements, { [name]: perPacket });
      figures[name] = { measurements: Object.fromEntries(measurements), ratios };
    }
    printTable([['', 'CPU of a packet', 'of that a delivery’s share'], ...rows]);
    return { figures, problems: [] };
  },
};

function perPacket({ server_load, sent_per_second }: Measurement): number {
  return (server_load * 1e6) / sent_per_second;
}
