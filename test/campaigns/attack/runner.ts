import type { ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { onCore } from '../../bench/machine.ts';
import { inspected } from '../../support/inspector.ts';
import {
  jwtSecret,
  node,
  type ServerProcess,
  startProcess,
  startServer,
  temporaryDirectory,
} from '../../support/process.ts';
import type { RedisServer } from '../../support/redis.ts';
import type { Attack, Store, Surroundings } from './attack.ts';
import { Attacker, tokenOf, write } from './attacker.ts';
import { beside, told } from './beside.ts';
import { Memory } from './memory.ts';
import type { Noticed, ObserverJob, Phase, Report } from './observer.ts';
import { together } from './pace.ts';
import type { Cost, PerpetratorJob } from './perpetrator.ts';
import { type Around, surround } from './surroundings.ts';

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

/** How long it is quiet between two attacks, in milliseconds. */
const between = 500;

/** Makes an attack on a server of its own, and looks at what comes of it. */
export async function runAttack(attack: Attack, store: Store, durations: Durations): Promise<Outcome> {
  const target = await Target.open(attack.surroundings, store, durations);
  try {
    return await target.take(attack, durations.attack);
  } finally {
    await target.close();
  }
}

/** A server that is attacked, by one after the other: each from addresses and in a tenant of its own. */
export class Target {
  readonly #store: Store;
  readonly #around: Around;
  readonly #server: ServerProcess;
  readonly #idle: ServerProcess;
  readonly #observer: ChildProcess;
  readonly #memory: Memory;
  /** The next attack, which is about to begin. */
  #next: Perpetrator | undefined;
  #attackers = 0;
  /** Bytes of the server's log that attacks before this one had written. */
  #read = 0;

  private constructor(
    store: Store,
    around: Around,
    { server, idle }: { server: ServerProcess; idle: ServerProcess },
    observer: ChildProcess,
    memory: Memory,
  ) {
    this.#store = store;
    this.#around = around;
    this.#server = server;
    this.#idle = idle;
    this.#observer = observer;
    this.#memory = memory;
  }

  /** Starts one, and looks at it while nobody attacks it. */
  static async open(surroundings: Surroundings | undefined, store: Store, durations: Durations): Promise<Target> {
    const around = await surround(surroundings, store);
    const environment = { ...around.environment, ...inspected };
    const server = await (surroundings?.kinds ? startKinds(environment) : startServer(environment, onCore(0)));
    const idle = await startServer({ DATA_DIR: temporaryDirectory(), LOG_LEVEL: 'error' }, onCore(0));
    const job: ObserverJob = { url: server.url, idle: idle.url, ...(around.key && { key: around.key }) };
    const observer = beside('observer', job);
    await told<'ready'>(observer);
    const target = new Target(store, around, { server, idle }, observer, await Memory.open(server));
    await warm(server, durations.warm);
    target.#enter('quiet');
    await pause(durations.quiet * 1_000);
    target.#memory.used();
    target.#enter('after');
    return target;
  }

  /** Takes an attack, and resolves when its memory is back, or that was waited for. `next`: what comes after it. */
  async take(attack: Attack, seconds: number, next?: Attack): Promise<Outcome> {
    const perpetrator = await this.#prepare(attack);
    this.#next = undefined;
    const memory = this.#memory;
    memory.watch();
    const [asked, commands] = [this.#around.asked(), commandsOf(this.#around.redis)];
    const began = performance.now();
    this.#enter('attack');
    const cost = await perpetrator.attack(Math.max(attack.least ?? 0, seconds));
    this.#enter('after');
    const elapsed = (performance.now() - began) / 1_000;
    const commandsThen = commandsOf(this.#around.redis);
    const askedThen = this.#around.asked() - asked;

    const following = next && this.#prepare(next);
    following?.catch(() => {});
    const back = await memory.back();
    const reports = told<Report>(this.#observer);
    this.#observer.send('report');
    const { quiet, attack: attacked } = await reports;
    if (!quiet || !attacked) throw new Error('the observer has not seen it');
    const outcome: Outcome = {
      attack: attack.name,
      store: this.#store,
      cost,
      quiet,
      attacked,
      ...memory.figures,
      back,
      alive: memory.now() !== undefined,
      errors: this.#bugs(),
      asked: askedThen / elapsed,
      commands: commands === undefined ? undefined : ((commandsThen ?? 0) - commands) / elapsed,
    };
    await following;
    if (following) await pause(between);
    return outcome;
  }

  async close(): Promise<void> {
    this.#memory.close();
    this.#next?.end();
    this.#observer.kill('SIGKILL');
    await Promise.all([this.#server.kill(), this.#idle.kill()]);
    await this.#around.end();
  }

  #enter(phase: Phase): void {
    this.#observer.send(phase);
  }

  /** Starts who makes an attack. */
  async #prepare({ name: attack }: Attack): Promise<Perpetrator> {
    if (this.#next?.name !== attack) {
      this.#next?.end();
      this.#attackers += 1;
      this.#next = new Perpetrator({ attack, url: this.#server.url }, this.#attackers);
    }
    const perpetrator = this.#next;
    await perpetrator.ready;
    return perpetrator;
  }

  /** What the log has at the level `error` and above since the attack before, and whatever else ended the process. */
  #bugs(): string[] {
    const output = this.#server.output();
    const lines = output.slice(this.#read).split('\n');
    this.#read = output.length;
    return lines.filter((line) => /^{"level":[56]0/.test(line) || /unhandled|Uncaught|FATAL/.test(line));
  }
}

/** A server that has kinds of an application's own. */
function startKinds(environment: NodeJS.ProcessEnv): Promise<ServerProcess> {
  const program = new URL('kindsServer.mjs', import.meta.url).pathname;
  return startProcess([...onCore(0), ...node, program], { JWT_SECRET: jwtSecret, ...environment });
}

/** Who makes an attack, in a process of its own. */
class Perpetrator {
  readonly name: string;
  readonly ready: Promise<unknown>;
  readonly #process: ChildProcess;

  constructor(job: PerpetratorJob, number: number) {
    this.name = job.attack;
    this.#process = beside('perpetrator', job, ['nice', '-n', '10'], { ATTACKER: String(number) });
    this.ready = told<'ready'>(this.#process);
  }

  /** Makes it, and resolves with what it took. */
  async attack(seconds: number): Promise<Cost> {
    const cost = told<Cost>(this.#process);
    this.#process.send(seconds);
    try {
      return await cost;
    } finally {
      this.end();
    }
  }

  end(): void {
    this.#process.kill('SIGKILL');
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

function commandsOf(redis: RedisServer | undefined): number | undefined {
  const [, count] = /total_commands_processed:(\d+)/.exec(redis?.command('INFO', 'stats') ?? '') ?? [];
  return count === undefined ? undefined : Number(count);
}
