import { Option, program } from 'commander';
import { printTable } from '../bench/figures.ts';
import { machine } from '../bench/machine.ts';
import { type Attack, type Store, stores } from './attack/attack.ts';
import { attacks } from './attack/attacks.ts';
import { type Outcome, runAttack } from './attack/runner.ts';
import { bounds, isUnclear, slowdown, wrong } from './attack/verdict.ts';

program
  .name('npm run attack --')
  .description(
    `Attacks a server in each way that is known, with the default configuration, and looks at what others notice: a neighbour's ping may be ${bounds.ping} ms slower at its 99th percentile, memory ${bounds.memory} MB larger and back within 30 s; no good user may be refused, and the process must live. Fails where an attack gets more.`,
  )
  .option('-o, --only <name...>', 'attacks whose names begin so')
  .addOption(new Option('-s, --store <store>', 'over this store alone').choices(stores))
  .option('-d, --seconds <seconds>', 'how long each attack goes on', Number, 10)
  .option('-l, --list', 'names the attacks')
  .option('-j, --json', 'prints each outcome as a line of JSON, too')
  .parse();

const { only, store, seconds, list, json } = program.opts<{
  only?: string[];
  store?: Store;
  seconds: number;
  list?: true;
  json?: true;
}>();

const chosen = attacks.filter(({ name }) => !only || only.some((begin) => name.startsWith(begin)));
if (list) {
  for (const { name } of chosen) console.log(name);
  process.exit();
}
if (chosen.length === 0) program.error('no attack begins so: --list names them');

console.log(`${machine.cpu}, ${machine.cores} cores, Node ${machine.node}; ${machine.pinning}`);
const durations = { warm: 4, quiet: 5, attack: seconds };
/** How often an attack is made where the machine did not let it be judged. */
const times = 3;
const outcomes: Outcome[] = [];
for (const [index, attack] of chosen.entries()) {
  for (const over of store ? [store] : stores) {
    process.stderr.write(`${index + 1}/${chosen.length} ${attack.name}, ${over} … `);
    outcomes.push(await make(attack, over));
  }
}
printTable([
  [
    'attack',
    'store',
    'sent MB',
    'messages',
    'conns',
    's',
    'p50 +ms',
    'p99 +ms',
    'idle p99',
    'peak +MB',
    'held +MB',
    'back s',
    'refused',
    'asked/s',
    'redis/s',
    'alive',
    '',
  ],
  ...outcomes.map(row),
]);
const failed = outcomes.filter((outcome) => wrong(outcome).length > 0);
for (const outcome of failed) console.log(`${outcome.attack}, ${outcome.store}: ${wrong(outcome).join('; ')}`);
console.log(`${outcomes.length - failed.length} of ${outcomes.length} passed`);
process.exit(failed.length > 0 ? 1 : 0);

async function make(attack: Attack, over: Store): Promise<Outcome> {
  let outcome = await runAttack(attack, over, durations);
  for (let time = 1; time < times && isUnclear(outcome); time++) {
    process.stderr.write('the machine has too much else to do, again … ');
    outcome = await runAttack(attack, over, durations);
  }
  const problems = wrong(outcome);
  process.stderr.write(`${problems.length === 0 ? 'passed' : `FAILED: ${problems.join('; ')}`}\n`);
  if (json) console.log(JSON.stringify(outcome));
  return outcome;
}

function row(outcome: Outcome): string[] {
  const { attack, store, cost, attacked, peak, after, back, asked, commands, alive } = outcome;
  const { p50, p99 } = slowdown(outcome);
  return [
    attack,
    store,
    (cost.bytes / 1e6).toFixed(2),
    String(cost.messages),
    String(cost.connections),
    `${cost.preparing.toFixed(0)}+${cost.seconds.toFixed(0)}`,
    p50.toFixed(1),
    p99.toFixed(1),
    attacked.idle.p99.toFixed(1),
    peak.toFixed(0),
    after.toFixed(0),
    back.toFixed(0),
    `${attacked.failures.length}/${attacked.tried}`,
    asked.toFixed(0),
    commands?.toFixed(0) ?? '',
    alive ? 'yes' : 'NO',
    wrong(outcome).length === 0 ? 'passed' : 'FAILED',
  ];
}
