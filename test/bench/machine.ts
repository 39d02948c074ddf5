import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { promisify } from 'node:util';
import type { RedisServer } from '../support/redis.ts';

const canPin = cpus().length > 1 && spawnSync('taskset', ['--version']).status === 0;

/** What every figure depends on. */
export const machine = {
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
  memory_gib: Math.round(totalmem() / 2 ** 30),
  system: `${process.platform} ${release()}`,
  node: process.version,
  pinning: canPin ? 'server on core 0, load generator on the others' : 'none: taskset or a second core is missing',
};

/** What to put before a command so that it stays on one core; nothing where that is not to be had. */
export function onCore(core: 0 | 1): string[] {
  return canPin ? ['taskset', '-c', String(core)] : [];
}

/** One of these programs with its job, on the cores that a server leaves. */
function besideServer(program: string, job: unknown): [file: string, args: string[]] {
  const others = canPin ? ['taskset', '-c', `1-${machine.cores - 1}`] : [];
  const [file = '', ...args] = [...others, process.execPath, '--import', 'tsx', program, JSON.stringify(job)];
  return [file, args];
}

/** Keeps this process, and what it starts, on the cores that a server leaves. */
export function staysBesideServer(): void {
  if (canPin) spawnSync('taskset', ['-a', '-c', '-p', `1-${machine.cores - 1}`, String(process.pid)]);
}

/** Runs one of these programs beside a server: it takes a job and prints a result, both as JSON. */
export async function runBeside<Job, Result>(program: string, job: Job): Promise<Result> {
  const { stdout } = await promisify(execFile)(...besideServer(program, job));
  return JSON.parse(stdout);
}

/** Runs several beside a server, which each say `ready`, begin when all are, and send their result. */
export async function runTogether<Job, Result>(program: string, jobs: Job[]): Promise<Result[]> {
  const children = jobs.map((job) =>
    spawn(...besideServer(program, job), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
  );
  await Promise.all(children.map(messageOf));
  const results = children.map((child) => messageOf(child) as Promise<Result>);
  for (const child of children) child.send('begin');
  return Promise.all(results);
}

/** Resolves with the next thing that it says. Rejects when it ends instead. */
function messageOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`a program of the benchmark ended with ${code}`)));
  });
}

/** Microseconds of CPU that processes have taken so far. */
export function cpuOf(processes: { pid: number }[]): () => number {
  const clocks = processes.map(({ pid }) => new CpuClock(pid));
  return () => clocks.reduce((sum, clock) => sum + clock.read(), 0);
}

/** Microseconds of CPU that Redis has taken so far, by its own account. */
export function cpuOfRedis(redis: RedisServer): number {
  const used = redis.command('INFO', 'cpu').matchAll(/^used_cpu_(?:sys|user):(\S+)/gm);
  return [...used].reduce((sum, [, seconds]) => sum + Number(seconds) * 1e6, 0);
}

/** CPU time of a process over all its threads (Linux). The scheduler's own count: ticks miss what timers wake. */
export class CpuClock {
  readonly #tasks: string;
  readonly #nanoseconds = new Map<string, number>();

  constructor(pid: number) {
    this.#tasks = `/proc/${pid}/task`;
  }

  /** Microseconds so far. A thread that has ended counts as it was last seen. */
  read(): number {
    for (const thread of readdirSync(this.#tasks)) {
      const [spent] = readFileSync(`${this.#tasks}/${thread}/schedstat`, 'utf8').split(' ');
      this.#nanoseconds.set(thread, Number(spent));
    }
    return [...this.#nanoseconds.values()].reduce((sum, spent) => sum + spent, 0) / 1000;
  }
}
