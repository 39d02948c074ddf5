import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { build } from 'esbuild';
import { startBalancer } from '../test/support/balancer.ts';
import { startServer } from '../test/support/process.ts';
import { startRedis } from '../test/support/redis.ts';

/** What `npm run load` runs, unless it is told which: `npm run load -- storm`. */
const scenarios = ['busySong', 'storm'];

const artillery = 'artillery/node_modules/.bin/artillery';
const environment = {
  ...process.env,
  JWT_SECRET: randomBytes(32).toString('hex'),
  ARTILLERY_DISABLE_TELEMETRY: 'true',
  PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1',
};

/** Everybody comes from one address here, and types as fast as it can: nothing is limited. */
const unlimited = {
  LIMIT_CONNECTIONS: '0',
  LIMIT_JOINS: '0',
  LIMIT_OPERATIONS: '0',
  MAX_CONNECTIONS_PER_IP: '100000',
};

async function main(): Promise<void> {
  if (!existsSync(artillery)) install();
  // Artillery would bundle TypeScript itself, with a WebAssembly build of esbuild that crashes now and then.
  await build({
    entryPoints: ['artillery/scenarios.ts'],
    outfile: 'artillery/dist/scenarios.cjs',
    bundle: true,
    platform: 'node',
  });
  const redis = await startRedis();
  const instance = () =>
    startServer({
      REDIS_URL: redis.url,
      JWT_SECRET: environment.JWT_SECRET,
      TRUST_PROXY_HOPS: '1',
      LOG_LEVEL: 'warn',
      ...unlimited,
    });
  const instances = await Promise.all([instance(), instance()]);
  const nginx = await startBalancer(
    'nginx',
    instances.map(({ url }) => url),
  );
  const asked = process.argv.slice(2);
  for (const scenario of asked.length > 0 ? asked : scenarios) {
    if ((await run(scenario, nginx.url)) !== 0) process.exitCode = 1;
  }
  await nginx.stop();
  await Promise.all(instances.map((server) => server.stop()));
  await redis.kill();
}

function install(): void {
  console.log('installing Artillery: some 600 MB, once');
  const { status } = spawnSync('npm', ['ci', '--prefix', 'artillery', '--no-audit', '--no-fund'], {
    env: environment,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('Artillery could not be installed');
}

/** Resolves with the exit code: other than 0 where a threshold was missed. */
function run(scenario: string, target: string): Promise<number | null> {
  const args = ['run', '--target', target, `artillery/${scenario}.yml`];
  const child = spawn(artillery, args, { env: environment, stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}

await main();
