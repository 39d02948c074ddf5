import { writeFileSync } from 'node:fs';
import { InvalidArgumentError, Option, program } from 'commander';
import { appendScenario } from './append.ts';
import { clusterScenario } from './cluster.ts';
import { documentScenario } from './document.ts';
import { encodingScenario } from './encoding.ts';
import { handshakesScenario } from './handshakes.ts';
import { idleScenario } from './idle.ts';
import { joinScenario } from './join.ts';
import { latencyScenario } from './latency.ts';
import { loadScenarios } from './load.ts';
import { machine } from './machine.ts';
import { quietScenario } from './quiet.ts';
import { receivingScenario } from './receiving.ts';
import { replayScenario } from './replay.ts';
import { saturationScenario } from './saturation.ts';
import type { Effort, Scenario } from './scenario.ts';
import { yjsScenario } from './yjs/scenario.ts';

const scenarios: Scenario[] = [
  ...loadScenarios,
  receivingScenario,
  saturationScenario,
  handshakesScenario,
  idleScenario,
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
  .option('-j, --json <file>', 'also write all figures to a file')
  .option('--smoke', 'only see whether everything works, in about a second each; the figures mean nothing')
  .addHelpText(
    'after',
    `\nScenarios:\n${scenarios.map(({ name, about }) => `  ${name.padEnd(13)}${about}`).join('\n')}`,
  )
  .parse();

interface Options {
  only?: string[];
  seconds: number;
  warmUp: number;
  repeat: number;
  json?: string;
  smoke?: true;
}

const { only, json, smoke, ...given } = program.opts<Options>();
const effort: Effort = smoke ? { seconds: 0.5, warmUp: 0.2, repeat: 1, smoke } : { ...given, smoke: false };
const results: Record<string, unknown> = {};

console.log(
  `${machine.cpu}, ${machine.cores} cores, ${machine.memory_gib} GiB, ${machine.system}, Node ${machine.node}`,
);
console.log(`Pinned: ${machine.pinning}`);
for (const { name, about, run } of scenarios) {
  if (only && !only.includes(name)) continue;
  console.log(`\n${name}: ${about}`);
  const { figures, problems } = await run(effort);
  results[name] = figures;
  for (const problem of problems) console.log(`  DID NOT WORK: ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
}
if (json) writeFileSync(json, `${JSON.stringify({ machine, effort, results }, null, 2)}\n`);

function positive(value: string): number {
  const number = Number(value);
  if (number > 0) return number;
  throw new InvalidArgumentError('It must be a number above 0.');
}
