import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { onCore } from '../../bench/machine.ts';
import { Inspector, inspected } from '../../support/inspector.ts';
import { type ServerProcess, startServer, temporaryDirectory } from '../../support/process.ts';
import type { RedisServer } from '../../support/redis.ts';
import type { Attack, Store } from './attack.ts';
import { Attacker, tokenOf, write } from './attacker.ts';
import type { Noticed, ObserverJob, Phase, Report } from './observer.ts';
import { together } from './pace.ts';
import type { Cost, PerpetratorJob } from './perpetrator.ts';
import { surround } from './surroundings.ts';

export interface Durations {
  /** Seconds that the server is used before anything counts, that are quiet, and that the attack goes on. */
  warm: number;
  quiet: number;
  attack: number;
}

/** What an attack took, and what others noticed of it. */
export interface Outcome {
  attack: string;
  store: Store;
  cost: Cost;
  quiet: Noticed;
  attacked: Noticed;
  /** Megabytes of memory: taken above what it was when it was quiet, at most; and held above what it held before, in the end. */
  peak: number;
  after: number;
  /** Seconds after which no more was held, or nobody waited any longer. */
  back: number;
  alive: boolean;
  /** Lines of the server's log that tell of bugs. */
  errors: string[];
  /** Asked of AUTHORIZE_URL and JWKS_URL, and commands of Redis, a second. */
  asked: number;
  commands: number | undefined;
}

/** How much more memory may be held when all is over, in megabytes. */
export const mayStay = 32;
/** How long it may take until no more is held, and how often garbage is collected to see that, in seconds and milliseconds. */
export const patience = 30;
const collectEvery = 2_000;
/** How often is looked at the memory, in milliseconds. */
const lookEvery = 50;

/** Makes an attack on a server of its own, and looks at what comes of it. */
export async function runAttack(attack: Attack, store: Store, durations: Durations): Promise<Outcome> {
  const around = await surround(attack, store);
  const server = await startServer({ ...around.environment, ...inspected }, onCore(0));
  const idle = await startServer({ DATA_DIR: temporaryDirectory(), LOG_LEVEL: 'error' }, onCore(0));
  const observing: ObserverJob = { url: server.url, idle: idle.url, ...(around.key && { key: around.key }) };
  const seconds = Math.max(attack.least ?? 0, durations.attack);
  const perpetrating: PerpetratorJob = { attack: attack.name, url: server.url, seconds };
  const [observer, perpetrator] = [
    beside('observer', observing, []),
    beside('perpetrator', perpetrating, ['nice', '-n', '10']),
  ];
  let memory: Memory | undefined;
  try {
    await Promise.all([told<'ready'>(observer), told<'ready'>(perpetrator)]);
    const enter = (phase: Phase) => observer.send(phase);
    memory = await Memory.open(server);
    await warm(server, durations.warm);
    enter('quiet');
    await pause(durations.quiet * 1_000);

    memory.watch();
    const [asked, commands] = [around.asked(), commandsOf(around.redis)];
    const began = performance.now();
    enter('attack');
    const costs = told<Cost>(perpetrator);
    perpetrator.send('go');
    const cost = await costs;
    enter('after');
    const elapsed = (performance.now() - began) / 1_000;
    const rate = (count: number) => count / elapsed;
    const askedThen = rate(around.asked() - asked);
    const commandsThen = commands === undefined ? undefined : rate((commandsOf(around.redis) ?? 0) - commands);

    const back = await memory.back();
    const reports = told<Report>(observer);
    observer.send('report');
    const { quiet, attack: attacked } = await reports;
    if (!quiet || !attacked) throw new Error('the observer has not seen it');
    return {
      attack: attack.name,
      store,
      cost,
      quiet,
      attacked,
      ...memory.figures,
      back,
      alive: memory.now() !== undefined,
      errors: bugsIn(server.output()),
      asked: askedThen,
      commands: commandsThen,
    };
  } finally {
    memory?.close();
    for (const child of [observer, perpetrator]) child.kill('SIGKILL');
    await Promise.all([server.kill(), idle.kill()]);
    await around.end();
  }
}

/** Has people write, in rooms that are deleted then: what V8 has once taken for that it hardly gives back. */
async function warm({ url }: ServerProcess, seconds: number): Promise<void> {
  const people = new Attacker(url);
  const signal = AbortSignal.timeout(seconds * 1_000);
  const parts = Array.from({ length: 1_000 }, (_, at) => (at % 2 ? 'x' : 100));
  let rooms = 0;
  await together(4, signal, async () => {
    const room_id = `song:warm-${rooms++}`;
    await write(people, room_id, [['x'.repeat(100_000)], ...Array(20).fill(parts)]);
    const token = tokenOf('root', { scope: 'admin' });
    await people.request({ method: 'DELETE', path: `/api/v1/rooms/${room_id}`, token });
  });
  people.end();
}

/** The memory of a server: what it takes, garbage included, and what it holds, which is what a collection leaves. */
class Memory {
  readonly #server: ServerProcess;
  readonly #inspector: Inspector;
  readonly #held: number;
  #quiet = 0;
  #peak = 0;
  #after = 0;
  #timer: NodeJS.Timeout | undefined;

  private constructor(server: ServerProcess, inspector: Inspector) {
    this.#server = server;
    this.#inspector = inspector;
    this.#held = this.now() ?? 0;
  }

  /** Of a server that has done nothing yet. */
  static async open(server: ServerProcess): Promise<Memory> {
    const inspector = await Inspector.open(server);
    await inspector.holdings();
    return new Memory(server, inspector);
  }

  /** Megabytes that it has of its own: what LMDB maps of its file is the kernel's to take back. Undefined: it is gone. */
  now(): number | undefined {
    try {
      const status = readFileSync(`/proc/${this.#server.pid}/status`, 'utf8');
      const [, kilobytes] = /^RssAnon:\s+(\d+) kB/m.exec(status) ?? [];
      return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
    } catch {
      return undefined;
    }
  }

  /** From here on more than now is more than when it was quiet. */
  watch(): void {
    this.#quiet = this.now() ?? 0;
    this.#timer = setInterval(() => this.#look(), lookEvery);
  }

  /** Resolves with the seconds after which it holds no more than before, or with how long that was waited for. */
  async back(): Promise<number> {
    this.#look();
    clearInterval(this.#timer);
    const began = performance.now();
    const seconds = () => (performance.now() - began) / 1_000;
    do {
      await Promise.race([this.#inspector.holdings(), pause(collectEvery)]);
      this.#after = (this.now() ?? 0) - this.#held;
      if (this.#after > mayStay) await pause(collectEvery);
    } while (this.#after > mayStay && seconds() < patience);
    return seconds();
  }

  /** Megabytes above what it was: at most, and in the end. */
  get figures() {
    return { peak: Math.max(0, this.#peak - this.#quiet), after: this.#after };
  }

  close(): void {
    clearInterval(this.#timer);
    this.#inspector.close();
  }

  #look(): void {
    this.#peak = Math.max(this.#peak, this.now() ?? 0);
  }
}

/** Starts a program of this folder on the other core. */
function beside(program: string, job: object, runner: string[]): ChildProcess {
  const module = new URL(`${program}.ts`, import.meta.url).pathname;
  const command = [...runner, ...onCore(1), process.execPath, '--import', 'tsx', module, JSON.stringify(job)];
  const [file = '', ...args] = command;
  return spawn(file, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
}

/** The next message of a process. Rejects where it ends without one. */
async function told<Message>(child: ChildProcess): Promise<Message> {
  const ended = new AbortController();
  const end = once(child, 'exit', { signal: ended.signal }).then(() => {
    throw new Error('a process of the campaign has ended before its time');
  });
  try {
    const [message] = (await Promise.race([once(child, 'message', { signal: ended.signal }), end])) as [Message];
    return message;
  } finally {
    end.catch(() => {});
    ended.abort();
  }
}

function commandsOf(redis: RedisServer | undefined): number | undefined {
  const [, count] = /total_commands_processed:(\d+)/.exec(redis?.command('INFO', 'stats') ?? '') ?? [];
  return count === undefined ? undefined : Number(count);
}

/** What the log has at the level `error` and above, and whatever else ended the process. */
function bugsIn(output: string): string[] {
  return output.split('\n').filter((line) => /^{"level":[56]0/.test(line) || /unhandled|Uncaught|FATAL/.test(line));
}
