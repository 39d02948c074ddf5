import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './ports.ts';
import { temporaryDirectory } from './process.ts';

/** A redis-server of one's own, in a folder of its own. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Where it keeps what it has. */
  readonly directory: string;
  /** Sends a command by redis-cli, and answers with what that prints. */
  command(...args: string[]): string;
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
const running = new Set<ChildProcess>();

process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a real redis-server on a free port. It answers when what is written is on disk, unless `config` says otherwise. */
export async function startRedis(config: string[] = []): Promise<RedisServer> {
  const server = await stoppedRedis(config);
  await server.start();
  return server;
}

/** The same, not started yet. */
export async function stoppedRedis(config: string[] = []): Promise<RedisServer> {
  const port = await freePort();
  const directory = join(temporaryDirectory(), 'redis');
  let child: ChildProcess | undefined;
  let ended: Promise<unknown> = Promise.resolve();
  mkdirSync(directory);

  async function start(): Promise<void> {
    const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', ''];
    const started = spawn('redis-server', [...place, ...durable, ...config], { stdio: ['ignore', 'pipe', 'inherit'] });
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

  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    directory,
    start,
    command: (...args) => execFileSync('redis-cli', ['-p', String(port), ...args], { encoding: 'utf8' }).trim(),
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
