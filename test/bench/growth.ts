import { mkdirSync, writeFileSync } from 'node:fs';
import { Option, program } from 'commander';
import { printTable, show, spread } from './figures.ts';
import { machine } from './machine.ts';
import { exponentOf, type Point, plot } from './plot.ts';
import { type Sweep, sweeps } from './sweeps.ts';

program
  .name('npm run growth --')
  .description(
    'Measures how the cost of what must be delivered grows: each exponent is the slope on logarithmic scales, 0 being a cost for each delivery that stays the same. Fails where one is higher than linear growth allows.',
  )
  .addOption(new Option('-o, --only <names...>', 'only these').choices(sweeps.map(({ name }) => name)))
  .option('-r, --repeat <rounds>', 'how often each is measured; the median counts', Number, 1)
  .option('-f, --full', 'also the large sizes, which take long')
  .option('-j, --json <file>', 'also write all figures to a file')
  .option('-p, --plots <folder>', 'also draw them: growth-*.svg')
  .parse();

const { only, repeat, full, json, plots } = program.opts<{
  only?: string[];
  repeat: number;
  full?: true;
  json?: string;
  plots?: string;
}>();
/** How far a measurement may lie above, on a machine that does other things too. */
const tolerance = 0.15;

console.log(
  `${machine.cpu}, ${machine.cores} cores, ${machine.memory_gib} GiB, ${machine.system}, Node ${machine.node}`,
);
const results: { name: string; about: string; unit: string; points: Point[]; exponent: number; most: number }[] = [];
for (const { name, about, unit, most, ...sweep } of sweeps) {
  if (only && !only.includes(name)) continue;
  console.log(`\n${name}: ${about}; ${unit}`);
  const points = await measure(sweep);
  const exponent = exponentOf(points);
  printTable([points.map(({ size }) => size.toLocaleString('en')), points.map(({ cost }) => show(cost))]);
  console.log(`  exponent ${exponent.toFixed(2)}, at most ${most}`);
  if (exponent > most + tolerance) {
    console.log('  WORSE THAN LINEAR');
    process.exitCode = 1;
  }
  results.push({ name, about, unit, points, exponent, most });
}
if (json) writeFileSync(json, `${JSON.stringify({ machine, results }, null, 2)}\n`);
if (plots) {
  mkdirSync(plots, { recursive: true });
  for (const result of results) writeFileSync(`${plots}/growth-${result.name}.svg`, plot(result));
}
process.exit();

async function measure({ sizes, short, measure }: Pick<Sweep, 'sizes' | 'short' | 'measure'>): Promise<Point[]> {
  const points: Point[] = [];
  for (const size of full ? sizes : sizes.slice(0, short)) {
    const costs: number[] = [];
    for (let round = 0; round < repeat; round++) costs.push(await measure(size));
    points.push({ size, cost: spread(costs).median });
  }
  return points;
}
