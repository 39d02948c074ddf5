import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freeNodePort, freePort } from './ports.ts';
import { temporaryDirectory } from './process.ts';

/** A redis-server of one's own, in a folder of its own. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  readonly isRunning: boolean;
  /** Sends a command by redis-cli, and answers with what that prints. */
  command(...args: string[]): string;
  /** The commands that clients send it while something happens: neither what scripts do, nor signs of life. */
  watch(action: () => Promise<unknown>): Promise<string[][]>;
  /** Ends it as a crash would, and resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again, on the same port and folder. */
  start(): Promise<void>;
  /** Stops it in the middle of what it does, until it is thawed. */
  freeze(): void;
  thaw(): void;
  /** Copies what it has on disk, for restore(). Only while it is killed. */
  backUp(): string;
  /** Puts a copy in place of what it has on disk; without one, nothing. Only while it is killed. */
  restore(backup?: string): void;
}

const durable = ['--appendonly', 'yes', '--appendfsync', 'always'];
/** A replica is given what it lacks at once. */
const hasty = ['--repl-diskless-sync-delay', '0'];
const running = new Set<ChildProcess>();

process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a real redis-server on a free port. It answers when what is written is on disk, unless `config` says otherwise. */
export async function startRedis(config: string[] = [], port?: number): Promise<RedisServer> {
  const server = await stoppedRedis(config, port);
  await server.start();
  return server;
}

/** The same, not started yet. */
export async function stoppedRedis(config: string[] = [], given?: number): Promise<RedisServer> {
  const port = given ?? (await freePort());
  const directory = join(temporaryDirectory(), 'redis');
  let child: ChildProcess | undefined;
  let ended: Promise<unknown> = Promise.resolve();
  mkdirSync(directory);

  async function start(): Promise<void> {
    const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', ''];
    const started = spawn('redis-server', [...place, ...durable, ...hasty, ...config], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child = started;
    running.add(started);
    ended = new Promise((resolve) => started.once('close', resolve)).then(() => running.delete(started));
    await new Promise<void>((resolve, reject) => {
      let output = '';
      started.once('error', () => reject(new Error('install redis-server (npm run services)')));
      started.stdout.setEncoding('utf8').on('data', (printed: string) => {
        output += printed;
        if (output.includes('Ready to accept connections')) resolve();
      });
      ended.then(() => reject(new Error(`redis-server ended:\n${output}`)));
    });
  }

  function command(...args: string[]): string {
    return execFileSync('redis-cli', ['-p', String(port), ...args], { encoding: 'utf8' }).trim();
  }

  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    start,
    get isRunning() {
      return child !== undefined && running.has(child);
    },
    command,
    watch: (action) => watch(port, action, () => command('echo', 'end')),
    async kill() {
      child?.kill('SIGKILL');
      await ended;
    },
    freeze: () => child?.kill('SIGSTOP'),
    thaw: () => child?.kill('SIGCONT'),
    backUp() {
      const backup = join(temporaryDirectory(), 'backup');
      cpSync(directory, backup, { recursive: true });
      return backup;
    },
    restore(backup) {
      rmSync(directory, { recursive: true });
      if (backup) cpSync(backup, directory, { recursive: true });
      else mkdirSync(directory);
    },
  };
}

/** Ends with an ECHO; what others send after it does not count. */
async function watch(port: number, action: () => Promise<unknown>, echo: () => void): Promise<string[][]> {
  const monitor = spawn('redis-cli', ['-p', String(port), 'monitor'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const commands: string[][] = [];
  const heard = createInterface(monitor.stdout);
  await once(heard, 'line');
  heard.on('line', (line) => {
    const [, client, quoted = ''] = /\[\d+ (\S+)\] (.*)$/.exec(line) ?? [];
    const command = [...quoted.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, argument = '']) => argument);
    if (client !== 'lua' && command[0]?.toLowerCase() !== 'ping') commands.push(command);
  });
  await action();
  echo();
  const end = () => commands.findIndex(([name]) => name === 'echo');
  while (end() < 0) await once(heard, 'line');
  monitor.kill();
  return commands.slice(0, end());
}

/** A cluster of three masters with a replica each. */
export async function startCluster(): Promise<RedisServer[]> {
  const config = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000'];
  const node = async () => startRedis(config, await freeNodePort());
  const nodes = await Promise.all(Array.from({ length: 6 }, node));
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  const create = ['--cluster', 'create', ...addresses, '--cluster-replicas', '1', '--cluster-yes'];
  execFileSync('redis-cli', create, { encoding: 'utf8' });
  return nodes;
}
