import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Argument, program } from 'commander';
import { build } from 'esbuild';
import { type BalancedDeployment, deploy } from './deployment.ts';
import { type Outcome, report } from './report.ts';

const scenarios = ['busySong', 'smallSongs', 'cursors', 'quiz', 'feeds', 'restart', 'storm'] as const;
type Scenario = (typeof scenarios)[number];

program
  .name('npm run load --')
  .description('Puts two instances behind nginx, or a deployment of your own, under load: artillery/README.md.')
  .addArgument(
    new Argument('[scenarios...]', 'what is to happen; everything where nothing is named').choices(scenarios),
  )
  .option('-p, --participants <number>', 'how many take part in the quiz', Number)
  .option('-t, --target <url>', 'a deployment of your own, whose JWT_SECRET is in the environment')
  .option('--smoke', 'only see whether everything works, in small')
  .parse();
const { participants, target, smoke } = program.opts<{ participants?: number; target?: string; smoke?: true }>();

const artillery = 'artillery/node_modules/.bin/artillery';
const results = 'artillery/dist';
const environment = {
  ...process.env,
  JWT_SECRET: target ? process.env.JWT_SECRET : randomBytes(32).toString('hex'),
  NODE_OPTIONS: '--require ./artillery/silence.cjs',
  // One thread, one clock: that is how the way from one virtual user to another is measured.
  WORKERS: '1',
};

async function main(): Promise<void> {
  if (!existsSync(artillery)) install();
  mkdirSync(results, { recursive: true });
  // Artillery would bundle TypeScript itself, with a WebAssembly build of esbuild that crashes now and then.
  await build({
    entryPoints: ['artillery/scenarios/index.ts'],
    outfile: `${results}/scenarios.cjs`,
    bundle: true,
    platform: 'node',
  });
  const deployment = target ? undefined : await deploy(environment.JWT_SECRET ?? '');
  const url = target ?? deployment?.url ?? '';
  const asked = program.args.length > 0 ? (program.args as Scenario[]) : scenarios;
  // In small they go on beside each other; a restart would end the others' connections.
  const together = smoke ? asked.filter((scenario) => scenario !== 'restart') : [];
  const outcomes = await Promise.all(together.map((scenario) => run(scenario, url, deployment)));
  for (const scenario of asked) if (!together.includes(scenario)) outcomes.push(await run(scenario, url, deployment));
  await deployment?.stop();

  writeFileSync(`${results}/report.html`, report(outcomes));
  for (const { scenario, passed } of outcomes) console.log(`${scenario.padEnd(12)}${passed ? 'passed' : 'FAILED'}`);
  console.log(`${results}/report.html has the figures and plots`);
  if (!outcomes.every(({ passed }) => passed)) process.exitCode = 1;
}

function install(): void {
  console.log('installing Artillery: some 600 MB, once');
  const { status } = spawnSync('npm', ['ci', '--prefix', 'artillery', '--no-audit', '--no-fund'], {
    env: { ...process.env, PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1' },
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('Artillery could not be installed');
}

async function run(scenario: Scenario, url: string, deployment: BalancedDeployment | undefined): Promise<Outcome> {
  const output = `${results}/${scenario}.json`;
  const options = ['--target', url, '--output', output, '--quiet'];
  if (smoke) options.push('--environment', 'smoke');
  if (scenario === 'quiz' && participants) options.push('--overrides', JSON.stringify(quizOf(participants)));
  console.log(`${scenario} …`);
  const child = spawn(artillery, ['run', ...options, `artillery/scenarios/${scenario}.yml`], { env: environment });
  let printed = `\n${scenario}\n`;
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (printed += text));
  const restarted = scenario === 'restart' && deployment?.restart(smoke ? 1_500 : 5_000);
  const [code] = await Promise.all([ended(child), restarted]);
  console.log(printed.trimEnd());
  const { aggregate, intermediate } = JSON.parse(readFileSync(output, 'utf8'));
  return { scenario, passed: code === 0, aggregate, intermediate };
}

/** 40 of them a second, behind the host. */
function quizOf(participants: number) {
  const phases = [
    { duration: 1, arrivalCount: 1 },
    { duration: Math.ceil(participants / 40), arrivalCount: participants },
  ];
  return { config: { variables: { participants }, phases } };
}

/** Resolves with the exit code: other than 0 where a threshold was missed. */
function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}

await main();
