import { program } from 'commander';
import { inspected } from '../support/inspector.ts';
import { withTarget } from './comparison.ts';
import { printTable, show } from './figures.ts';
import { staysBesideServer } from './machine.ts';
import { keyOf, rowsOfPage, writeToPage } from './page.ts';
import { crowded } from './target.ts';
import type { TargetName } from './targets.ts';
import { type Subject, subjectOf, type Watched, watched } from './watched.ts';

program
  .name('npm run costs --')
  .description(
    'Measures what the server costs beside a relay that verifies a JWT, for less than a minute, and fails where something is worse by a quarter than docs/PERFORMANCE.md says. It holds on a busy machine: both are measured in turns, and the least of many rounds counts; what is worse is measured on.',
  )
  .option('--write', 'write what was measured into docs/PERFORMANCE.md instead')
  .option('--slower <microseconds>', 'let each write to a connection take so much longer, to see that it fails', '0')
  .option('--rounds', 'also print what each round had')
  .parse();

const { write, slower, rounds: isTold } = program.opts<{ write?: true; slower: string; rounds?: true }>();
/** How much worse something may be than the page says. */
const tolerance = 1.25;
/** How many times as often what is worse is measured, before it counts as worse. */
const patience = 4;

const table = 'costs';
const relay: TargetName = 'relay, JWT';
const expected = new Map(rowsOfPage(table).map((row) => [keyOf(row), Number(row[2])]));
const slowly = slower === '0' ? '' : ` --import=${import.meta.dirname}/slower.js`;
const environment = { ...inspected, ...crowded };

/** What was measured, in each round. */
interface Costs {
  relay: number[];
  tutti: number[];
}

staysBesideServer();
const problems: string[] = [];
const began = performance.now();
const results = await withTarget(relay, environment, ({ servers: [one] }) =>
  withTarget(
    'tutti',
    { ...environment, SLOWER: slower, NODE_OPTIONS: environment.NODE_OPTIONS + slowly },
    async ({ servers: [other] }) => {
      if (!one || !other) throw new Error('a target has no server');
      return measure(await subjectOf(relay, one), await subjectOf('tutti', other));
    },
  ),
);

for (const problem of problems) console.log(`  DID NOT WORK: ${problem}`);
if (problems.length > 0) process.exitCode = 1;
const rows = results.map(([{ name, isRatio }, costs]) => {
  const value = costOf(isRatio, costs);
  const known = expected.get(keyOf(name));
  const verdict = known === undefined ? 'not on the page' : value > known * tolerance ? 'WORSE' : 'as it was';
  if (!write && verdict !== 'as it was') process.exitCode = 1;
  return { name, value, known, verdict, costs };
});
printTable([
  ['', '', 'page', 'now', 'rounds', ''],
  ...rows.map(({ name, value, known, verdict, costs }) => [
    ...name,
    known === undefined ? '' : show(known),
    show(value),
    String(costs.tutti.length),
    write ? 'written' : verdict,
  ]),
]);
if (isTold) for (const { name, costs } of rows) console.log(`  ${name.join(': ')} ${JSON.stringify(costs)}`);
if (write) {
  const measured = rows.map(({ name, value }) => [...name, show(value)]);
  writeToPage(table, measured, measured);
} else if (process.exitCode) {
  console.log('  Where it is meant, `npm run costs -- --write` on a quiet machine puts it into docs/PERFORMANCE.md.');
}
console.log(`  ${show((performance.now() - began) / 1000)} s`);
process.exit();

/** All in turns, so that what slows the machine for a while slows all; then what is worse, until it is not. */
async function measure(one: Subject, other: Subject): Promise<[Watched, Costs][]> {
  const results = watched.map((item): [Watched, Costs] => [item, { relay: [], tutti: [] }]);
  const most = Math.max(...watched.map(({ rounds }) => rounds)) * patience;
  for (let round = 0; round < most; round++) {
    for (const [item, costs] of results) {
      if (round >= item.rounds && (write || round >= item.rounds * patience || !isWorse(item, costs))) continue;
      if (isTold) console.error(`  ${show((performance.now() - began) / 1000)} s: ${keyOf(item.name)}`);
      if (item.isRatio) costs.relay.push(await item.measure(one));
      costs.tutti.push(await item.measure(other));
    }
  }
  for (const { target, crowds, refusals, inspector } of [one, other]) {
    problems.push(...refusals);
    // A process that is looked into does not end.
    inspector.close();
    for (const [load, crowd] of crowds) {
      await crowd.settled();
      if (crowd.reach === 1 && crowd.refusals.size === 0) continue;
      problems.push(`${target}, ${load}: reach is ${crowd.reach}`, ...crowd.refusals);
    }
  }
  return results;
}

function isWorse({ name, isRatio }: Watched, costs: Costs): boolean {
  return costOf(isRatio, costs) > (expected.get(keyOf(name)) ?? Number.POSITIVE_INFINITY) * tolerance;
}

function costOf(isRatio: boolean, { relay, tutti }: Costs): number {
  return Math.min(...tutti) / (isRatio ? Math.min(...relay) : 1);
}
