import { Option, program } from 'commander';
import { printTable } from '../bench/figures.ts';
import { machine } from '../bench/machine.ts';
import { type Attack, type Store, stores } from './attack/attack.ts';
import { attacks } from './attack/attacks.ts';
import { type Group, groupsOf } from './attack/groups.ts';
import { type Outcome, runAttack, Target } from './attack/runner.ts';
import { bounds, isUnclear, slowdown, wrong } from './attack/verdict.ts';

program
  .name('npm run attack --')
  .description(
    `Attacks a server in each way that is known, with the default configuration, and looks at what others notice: a neighbour's ping may be ${bounds.ping} ms slower at its 99th percentile, memory ${bounds.memory} MB larger and back within 30 s; no good user may be refused, and the process must live. Fails where an attack gets more.`,
  )
  .option('-o, --only <name...>', 'attacks whose names begin so')
  .addOption(new Option('-s, --store <store>', 'over this store alone').choices(stores))
  .option('-d, --seconds <seconds>', 'how long each attack goes on at least', Number, 3)
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

/** What is noticed of an attack among others is made again on a server of its own, and longer: that one counts. */
const durations = {
  among: { warm: 4, quiet: 4, attack: seconds },
  alone: { warm: 4, quiet: 5, attack: Math.max(10, seconds) },
};
/** How often one is made alone where the machine did not let it be judged. */
const times = 3;

console.log(`${machine.cpu}, ${machine.cores} cores, Node ${machine.node}; ${machine.pinning}`);
const began = performance.now();
const over = store ? [store] : stores;
const outcomes: Outcome[] = [];
const again = new Set<Outcome>();
for (const group of over.flatMap((one) => groupsOf(chosen, one))) await makeAll(group);
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
    'judged',
    '',
  ],
  ...outcomes.map(row),
]);
const failed = outcomes.filter((outcome) => wrong(outcome).length > 0);
for (const outcome of failed) console.log(`${outcome.attack}, ${outcome.store}: ${wrong(outcome).join('; ')}`);
const minutes = (performance.now() - began) / 60_000;
console.log(`${outcomes.length - failed.length} of ${outcomes.length} passed, in ${minutes.toFixed(0)} minutes`);
process.exit(failed.length > 0 ? 1 : 0);

/** Makes attacks one after the other, on one server as long as that takes them. */
async function makeAll({ store, attacks }: Group): Promise<void> {
  let target: Target | undefined;
  for (const [index, attack] of attacks.entries()) {
    const started = performance.now();
    process.stderr.write(`${outcomes.length + 1}/${chosen.length * over.length} ${attack.name}, ${store} … `);
    target ??= await open(attack, store).catch(() => open(attack, store));
    let outcome = await target.take(attack, seconds, attacks[index + 1]);
    if (wrong(outcome).length > 0) {
      await target.close();
      target = undefined;
      outcome = await makeAlone(attack, outcome);
    }
    outcomes.push(outcome);
    const problems = wrong(outcome);
    const took = ((performance.now() - started) / 1_000).toFixed(0);
    process.stderr.write(`${problems.length === 0 ? 'passed' : `FAILED: ${problems.join('; ')}`} (${took} s)\n`);
    if (json) console.log(JSON.stringify(outcome));
  }
  await target?.close();
}

function open({ surroundings }: Attack, store: Store): Promise<Target> {
  return Target.open(surroundings, store, durations.among);
}

async function makeAlone(attack: Attack, before: Outcome): Promise<Outcome> {
  process.stderr.write(`${wrong(before).join('; ')}; alone … `);
  let outcome = await runAttack(attack, before.store, durations.alone);
  for (let time = 1; time < times && isUnclear(outcome); time++) {
    process.stderr.write('the machine has too much else to do, again … ');
    outcome = await runAttack(attack, before.store, durations.alone);
  }
  again.add(outcome);
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
    again.has(outcome) ? 'alone' : '',
    wrong(outcome).length === 0 ? 'passed' : 'FAILED',
  ];
}
