import { execFile, spawnSync } from 'node:child_process';
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
  pinning: canPin ? 'server on core 0, load generator on core 1' : 'none: taskset or a second core is missing',
};

/** What to put before a command so that it stays on one core; nothing where that is not to be had. */
export function onCore(core: 0 | 1): string[] {
  return canPin ? ['taskset', '-c', String(core)] : [];
}

/** Runs one of these programs beside a server, on the other core: it takes a job and prints a result, both as JSON. */
export async function runBeside<Job, Result>(program: string, job: Job): Promise<Result> {
  const [file = '', ...args] = [...onCore(1), process.execPath, '--import', 'tsx', program, JSON.stringify(job)];
  const { stdout } = await promisify(execFile)(file, args);
  return JSON.parse(stdout);
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
