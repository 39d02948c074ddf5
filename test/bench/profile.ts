import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Argument, program } from 'commander';
import { temporaryDirectory } from '../support/process.ts';
import { withTarget } from './comparison.ts';
import type { Load } from './crowd.ts';
import { printTable } from './figures.ts';
import type { Job as Handshaking } from './handshaker.ts';
import { busy, low, small } from './load.ts';
import { runBeside } from './machine.ts';
import { generate } from './measurement.ts';
import { writeToPage } from './page.ts';
import type { Job as Returning } from './returner.ts';
import { crowded } from './target.ts';
import type { TargetName } from './targets.ts';

/*
 * Where the time of a server goes under the loads of the benchmark, by `perf` of Linux: of all its threads, the kernel's
 * included. JavaScript is told apart by where it stands.
 */

/** How long it is looked at, and how long it is under load before, in seconds. */
const [seconds, warmUp] = [8, 15];
/** What a generator needs to begin and to end, in seconds. */
const beginning = 3;
const samplesPerSecond = 1_999;
/** Without it `perf` has no names for JavaScript. */
const named = { NODE_OPTIONS: '--perf-basic-prof-only-functions' };

/** A server, and what puts it under a load, for longer than it is looked at. */
interface Loaded {
  about: string;
  target: TargetName;
  load(server: Handshaking['server']): Promise<unknown>;
}

const loads: Record<string, Loaded> = {
  'busy-10': typing('one room of 50, 40 typing 10/s', busy),
  'busy-25': typing('the same, 25/s', { ...busy, rate: 25 }),
  'busy-60': typing('the same, 60/s', { ...busy, rate: 60 }),
  'busy-100': typing('the same, 100/s', { ...busy, rate: 100 }),
  small: typing('40 rooms of 5, each typing 5/s', small),
  low: typing('10 rooms of 5, two typing 4/s', low),
  'busy-redis': typing('busy-10 with Redis', busy, 'tutti, Redis'),
  'small-redis': typing('small with Redis', small, 'tutti, Redis'),
  authors: typing('1,000 in one room, each typing 2/s', {
    rooms: 1,
    members: 1_010,
    does: 'type',
    active: 1_000,
    rate: 2,
    hearing: 10,
  }),
  handshakes: {
    about: 'arrivals, five to a room',
    target: 'tutti',
    load(server) {
      const job = { target: 'tutti', server, wave: 400, seconds: seconds + beginning, warmUp } as const;
      return runBeside<Handshaking, unknown>('test/bench/handshaker.ts', job);
    },
  },
  storm: {
    about: '5,000 who come back at once',
    target: 'tutti',
    load(server) {
      const job = { target: 'tutti', server, count: 5_000, storms: 5 } as const;
      return runBeside<Returning, unknown>('test/bench/returner.ts', job);
    },
  },
  'yjs busy': typing('busy-10 with Yjs', { ...busy, kind: 'note' }, 'tutti, Yjs'),
  'yjs small': typing('small with Yjs', { ...small, kind: 'note' }, 'tutti, Yjs'),
};

/** What a sample is counted as: the first that it fits. `where`: the program or library, and what is there by its name. */
const kinds: readonly [name: string, where: RegExp, what: RegExp][] = [
  ['kernel', /kernel/, /./],
  ['LMDB, msgpackr, redis', /lmdb|node\.abi/, /./],
  ['LMDB, msgpackr, redis', /JIT/, /node_modules\/(?:lmdb|msgpackr|@redis)\//],
  ['Socket.IO, Engine.IO, ws', /JIT/, /node_modules\/(?:socket\.io[^/]*|engine\.io[^/]*|ws)\//],
  ['Tutti', /JIT/, /\/dist\/(?:server|shared)\//],
  ['Node', /JIT/, /./],
  ['V8, compiling', /\bnode$/, /v8::internal::(?:compiler|baseline|interpreter|Pars|Compil|turboshaft|.*Bytecode)/],
  [
    'V8, garbage',
    /\bnode$/,
    /v8::internal::(?:Scaveng|Mark|Sweep|Heap|Evacuat|Concurrent|.*(?:Visitor|Weak|Slot|Space|Collect))/,
  ],
  ['V8, built in', /\bnode$/, /^Builtins_/],
  ['V8 and Node, the rest', /./, /./],
];
const columns = [...new Set(kinds.map(([name]) => name))];

program
  .name('npm run profile --')
  .description(
    'Tells where the time of a server goes under a load, in percent of all that its threads take. Needs perf.',
  )
  .addArgument(new Argument('[loads...]', 'which; all where none is named').choices(Object.keys(loads)))
  .option('--page', 'write what was found into docs/PERFORMANCE.md')
  .parse();

const { page } = program.opts<{ page?: true }>();
if (spawnSync('perf', ['--version']).error) program.error('perf is missing: install linux-perf');
const chosen = program.args.length > 0 ? program.args : Object.keys(loads);
const rows: string[][] = [];
for (const [name, loaded] of Object.entries(loads)) {
  if (!chosen.includes(name)) continue;
  if (process.stderr.isTTY) console.error(`  ${name}`);
  const shares = await profile(loaded);
  rows.push([name, loaded.about, ...columns.map((column) => `${Math.round(100 * (shares.get(column) ?? 0))} %`)]);
}
printTable([['', '', ...columns], ...rows]);
if (page) {
  const all = Object.entries(loads).map(([name, { about }]) => [name, about]);
  writeToPage('profile', all, rows);
}
process.exit();

function typing(about: string, load: Load, target: TargetName = 'tutti'): Loaded {
  return {
    about,
    target,
    load: (server) => generate({ target, servers: [server], load, warmUp, seconds: seconds + beginning }),
  };
}

/** Of all samples that were taken, which part is of each kind. */
function profile({ target, load }: Loaded): Promise<Map<string, number>> {
  return withTarget(target, { ...crowded, ...named }, async ({ servers: [server] }) => {
    if (!server) throw new Error('there is no server');
    const data = join(temporaryDirectory(), 'perf.data');
    const underLoad = load(server);
    await pause(1_000 * (warmUp + beginning / 2));
    await record(server.pid, data);
    const shares = sharesOf(data);
    await underLoad;
    return shares;
  });
}

async function record(pid: number, data: string): Promise<void> {
  const options = ['-F', String(samplesPerSecond), '-p', String(pid), '-o', data];
  const recording = spawn('perf', ['record', ...options, '--', 'sleep', String(seconds)], { stdio: 'ignore' });
  const [code] = await once(recording, 'exit');
  if (code !== 0) throw new Error(`perf ended with ${code}`);
}

function sharesOf(data: string): Map<string, number> {
  const options = ['-i', data, '--stdio', '--no-children', '-t', '|', '--sort', 'dso,sym'];
  const report = execFileSync('perf', ['report', ...options], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const shares = new Map<string, number>();
  let sum = 0;
  for (const [, percent, where = '', what = ''] of report.matchAll(/^ *([\d.]+)% *\|([^|]*)\|\[.\] (.*)$/gm)) {
    const [name = ''] = kinds.find(([, in_, of]) => in_.test(where.trim()) && of.test(what.trim())) ?? [];
    shares.set(name, (shares.get(name) ?? 0) + Number(percent));
    sum += Number(percent);
  }
  if (sum === 0) throw new Error('perf has seen nothing');
  return new Map([...shares].map(([name, share]) => [name, share / sum]));
}
