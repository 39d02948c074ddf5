import { setTimeout as pause } from 'node:timers/promises';
import { program } from 'commander';
import { printTable } from '../bench/figures.ts';
import { Everyday } from '../support/everyday.ts';
import { type Holdings, Inspector, inspected } from '../support/inspector.ts';
import { type ServerProcess, startServer } from '../support/process.ts';
import { Random } from '../support/random.ts';
import { startRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';

program
  .name('npm run soak --')
  .description(
    'Two instances that share a Redis have many days like any other: people stay, come, leave and vanish; in between the second instance is killed twice. What the first one holds must not grow: its heap by at most 2 % from the fifth minute to the end; and when all have gone, its handles must be what they were. The keys in Redis that do not expire must stay as many.',
  )
  .option('-m, --minutes <minutes>', 'how long', Number, 20)
  .option('-s, --seed <seed>', 'repeats what happens', Number)
  .parse();

const { minutes, seed } = program.opts<{ minutes: number; seed?: number }>();
/** How often is looked, in milliseconds: rooms drop old entries now and then, so a single look says little. */
const interval = 3_000;
/** Until when it warms up, rooms filling with entries, as a share of the time: five minutes, if there are that many. */
const warm = Math.min(0.6, 5 / minutes);
/** How long what is compared lasts, and when the second instance dies. */
const span = (1 - warm) / 3;
const deaths = [warm + 1.1 * span, warm + 1.5 * span];
/** How long an instance stays dead, in milliseconds. */
const dead = 3_000;

interface Look extends Holdings {
  /** 0 is the beginning, 1 the end. */
  at: number;
  keys: number;
}

const random = new Random(seed);
const redis = await startRedis();
const start = () => startServer({ ...inspected, REDIS_URL: redis.url, LOG_LEVEL: 'error', LIMIT_CONNECTIONS: '0' });
const first = await start();
let second: ServerProcess | undefined = await start();
const inspector = await Inspector.open(first);
const everyday = new Everyday(random, (number) => (number % 2 === 0 ? first : (second ?? first)));
/** Those that stay: of limits and places each goes by itself when it has expired. */
const keys = () => {
  const [, all, expiring] = /keys=(\d+),expires=(\d+)/.exec(redis.command('INFO', 'keyspace')) ?? [];
  return Number(all) - Number(expiring);
};

console.log(`seed ${random.seed}`);
const before = await inspector.holdings();
const looks: Look[] = [];
const began = performance.now();
const elapsed = () => (performance.now() - began) / (minutes * 60_000);
await everyday.begin();
let killed = 0;
for (let minute = 1; elapsed() < 1; ) {
  await pause(interval);
  if (elapsed() > (deaths[killed] ?? Number.POSITIVE_INFINITY)) {
    killed += 1;
    await second?.kill();
    second = undefined;
    await pause(dead);
    second = await start();
    everyday.shuffle();
  }
  looks.push({ at: elapsed(), keys: keys(), ...(await inspector.holdings()) });
  if (elapsed() * minutes < minute) continue;
  console.log(`minute ${minute}   ${show(averageOf(looks.slice(-10)))}`);
  minute += 1;
}
const [early, late] = [between(warm, warm + span), between(1 - span, 1)];
await everyday.end();
const gone = await until(async () => {
  const holdings = await inspector.holdings();
  return holdings.handles <= before.handles && holdings;
}).catch(() => inspector.holdings());
inspector.close();
await Promise.all([first, second].map((server) => server?.stop()));
await redis.kill();

console.log(
  `${everyday.typed} keystrokes, ${everyday.visits} visits, ${everyday.deaths} connections and ${killed} instances killed`,
);
printTable([
  ['', 'early', 'late', 'late ÷ early', 'at most'],
  ['heap', megabytes(early.heap), megabytes(late.heap), ratio('heap'), '1.02'],
  ['handles', early.handles.toFixed(0), late.handles.toFixed(0), ratio('handles'), '1.05'],
  ['lasting keys', early.keys.toFixed(0), late.keys.toFixed(0), ratio('keys'), '1'],
]);
console.log(`handles before anybody came ${before.handles}, after all had gone ${gone.handles}`);
const flat =
  late.heap <= early.heap * 1.02 &&
  late.handles <= early.handles * 1.05 &&
  late.keys <= early.keys &&
  gone.handles <= before.handles;
console.log(flat ? 'flat' : 'NOT FLAT');
process.exit(flat ? 0 : 1);

function between(from: number, to: number): Look {
  return averageOf(looks.filter(({ at }) => at >= from && at <= to));
}

function averageOf(some: Look[]): Look {
  const average = (figure: keyof Look) => some.reduce((sum, look) => sum + look[figure], 0) / some.length;
  return { at: average('at'), heap: average('heap'), handles: average('handles'), keys: average('keys') };
}

function ratio(figure: 'heap' | 'handles' | 'keys'): string {
  return (late[figure] / early[figure]).toFixed(3);
}

function show({ heap, handles, keys }: Look): string {
  return `heap ${megabytes(heap)}   handles ${handles.toFixed(0)}   lasting keys ${keys.toFixed(0)}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(2)} MiB`;
}
