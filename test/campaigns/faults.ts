import { Option, program } from 'commander';
import { printTable } from '../bench/figures.ts';
import { cleanUp } from '../support/cleanup.ts';
import type { Fault } from './faults/fault.ts';
import { faults } from './faults/faults.ts';
import { type Store, stores } from './faults/ground.ts';
import { type Outcome, runFault, wrong } from './faults/runner.ts';

program
  .name('npm run faults --')
  .description(
    'Lets happen to real servers what happens to servers, while six people write marks into two songs: disks fill up and fail, files are damaged, backups put back, clocks set, networks parted, logs stuck. Fails where a mark that was acknowledged is lost or there twice, where not everybody has the same in the end, or where it takes longer than it may until everybody writes again. Some of it needs root, and says so.',
  )
  .option('-o, --only <name...>', 'faults whose names begin so')
  .addOption(new Option('-s, --store <store>', 'over this store alone').choices(stores))
  .option('-d, --seconds <seconds>', 'how long a fault lasts that lasts', Number, 3)
  .option('-l, --list', 'names the faults')
  .parse();

const { only, store, seconds, list } = program.opts<{
  only?: string[];
  store?: Store;
  seconds: number;
  list?: true;
}>();

const chosen = faults
  .filter(({ name }) => !only || only.some((begin) => name.startsWith(begin)))
  .flatMap((fault) => fault.stores.map((over): [Fault, Store] => [fault, over]))
  .filter(([, over]) => !store || over === store);
if (list) {
  for (const [{ name }, over] of chosen) console.log(`${name}, ${over}`);
  process.exit();
}
if (chosen.length === 0) program.error('no fault begins so: --list names them');

const began = performance.now();
const outcomes: Outcome[] = [];
for (const [fault, over] of chosen) {
  process.stderr.write(`${outcomes.length + 1}/${chosen.length} ${fault.name}, ${over} … `);
  const started = performance.now();
  const outcome = await runFault(fault, over, seconds);
  await cleanUp();
  outcomes.push(outcome);
  const took = ((performance.now() - started) / 1_000).toFixed(0);
  process.stderr.write(`${verdict(outcome)} (${took} s)\n`);
}
printTable([
  ['fault', 'store', 'acknowledged', 'lost', 'doubled', 'equal replicas', 'time to recover', 'at most', ''],
  ...outcomes.map(row),
]);
const count = (isSo: (outcome: Outcome) => unknown) => outcomes.filter(isSo).length;
const failed = count((outcome) => wrong(outcome).length > 0);
const missing = count((outcome) => outcome.missing);
const minutes = ((performance.now() - began) / 60_000).toFixed(0);
console.log(
  `${outcomes.length - failed - missing} of ${outcomes.length} passed${missing > 0 ? `, ${missing} can not be had here` : ''}, in ${minutes} minutes`,
);
process.exit(failed > 0 ? 1 : 0);

function verdict(outcome: Outcome): string {
  const problems = wrong(outcome);
  if (outcome.missing) return outcome.missing;
  return problems.length === 0 ? 'passed' : `FAILED: ${problems.join('; ')}`;
}

function row(outcome: Outcome): string[] {
  const { fault, store, acknowledged, lost, doubled, isEqual, recovery, bound, missing } = outcome;
  if (missing) return [fault, store, '', '', '', '', '', '', 'missing'];
  return [
    fault,
    store,
    ...[acknowledged, lost.length, doubled.length].map(String),
    isEqual ? 'yes' : 'NO',
    Number.isFinite(recovery) ? `${recovery.toFixed(1)} s` : 'never',
    `${bound} s`,
    wrong(outcome).length === 0 ? 'passed' : 'FAILED',
  ];
}
