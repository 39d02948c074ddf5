import { writeFileSync } from 'node:fs';
import { InvalidArgumentError, Option, program } from 'commander';
import { aims, judge, limitOf, nameOf, rowOf, type Verdict } from './aims.ts';
import { appendScenario } from './append.ts';
import { authorsScenario } from './authors.ts';
import { clusterScenario } from './cluster.ts';
import { documentScenario } from './document.ts';
import { encodingScenario } from './encoding.ts';
import { printTable } from './figures.ts';
import { handshakesScenario } from './handshakes.ts';
import { idleScenarios } from './idle.ts';
import { joinScenario } from './join.ts';
import { latencyScenario } from './latency.ts';
import { loadScenarios } from './load.ts';
import { machine } from './machine.ts';
import { writeToPage } from './page.ts';
import { quietScenario } from './quiet.ts';
import { receivingScenario } from './receiving.ts';
import { replayScenario } from './replay.ts';
import { saturationScenario } from './saturation.ts';
import type { Effort, Scenario } from './scenario.ts';
import { stormScenario } from './storm.ts';
import { yjsScenario } from './yjs/scenario.ts';

/** Each on a core of its own, beside the server's. */
const generators = Math.max(1, Math.min(4, machine.cores - 1));

const scenarios: Scenario[] = [
  ...loadScenarios,
  receivingScenario,
  saturationScenario,
  handshakesScenario,
  ...idleScenarios,
  authorsScenario,
  stormScenario,
  latencyScenario,
  quietScenario,
  clusterScenario,
  joinScenario,
  documentScenario,
  encodingScenario,
  appendScenario,
  replayScenario,
  yjsScenario,
];

program
  .name('npm run bench --')
  .description('Measures what the server costs beside a bare Socket.IO relay. See docs/PERFORMANCE.md.')
  .addOption(new Option('-o, --only <names...>', 'run these scenarios').choices(scenarios.map(({ name }) => name)))
  .option('-s, --seconds <seconds>', 'how long one measurement takes', positive, 6)
  .option('-w, --warm-up <seconds>', 'how long a server is under load before: it optimizes itself', positive, 30)
  .option('-r, --repeat <rounds>', 'how many rounds; what is compared takes turns in each', positive, 3)
  .option('-g, --generators <count>', 'how many processes make the load of saturation', positive, generators)
  .option('--no-others', 'leave out ShareDB and Hocuspocus, which are installed when they are first measured')
  .option('-j, --json <file>', 'also write all figures to a file')
  .option('--page', 'write the aims that were measured into docs/PERFORMANCE.md')
  .option('--smoke', 'only see whether everything works, in about a second each; the figures mean nothing')
  .addHelpText(
    'after',
    `\nScenarios:\n${scenarios.map(({ name, about }) => `  ${name.padEnd(14)}${about}`).join('\n')}`,
  )
  .parse();

interface Options {
  only?: string[];
  seconds: number;
  warmUp: number;
  repeat: number;
  generators: number;
  others: boolean;
  json?: string;
  page?: true;
  smoke?: true;
}

const { only, json, page, smoke, ...given } = program.opts<Options>();
const brief = { seconds: 0.5, warmUp: 0.2, repeat: 1, smoke: true };
const effort: Effort = smoke ? { ...given, ...brief } : { ...given, smoke: false };
const results: Record<string, unknown> = {};
const verdicts: Verdict[] = [];

console.log(
  `${machine.cpu}, ${machine.cores} cores, ${machine.memory_gib} GiB, ${machine.system}, Node ${machine.node}`,
);
console.log(`Pinned: ${machine.pinning}`);
for (const { name, about, run } of scenarios) {
  if (only && !only.includes(name)) continue;
  console.log(`\n${name}: ${about}`);
  const { figures, rounds, problems } = await run(effort);
  results[name] = figures;
  if (rounds && !smoke) verdicts.push(...judge(name, rounds));
  for (const problem of problems) console.log(`  DID NOT WORK: ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
}
const rows = verdicts.map(rowOf);
if (rows.length > 0) {
  console.log('\naims:');
  printTable([['scenario', '', 'aim', 'measured', ''], ...rows]);
}
if (json) writeFileSync(json, `${JSON.stringify({ machine, effort, results, aims: rows }, null, 2)}\n`);
if (page) {
  const unknown = aims.map((aim) => [...nameOf(aim), limitOf(aim), '', 'not measured']);
  writeToPage('aims', unknown, rows);
}

function positive(value: string): number {
  const number = Number(value);
  if (number > 0) return number;
  throw new InvalidArgumentError('It must be a number above 0.');
}
