import { type ChildProcess, spawn } from 'node:child_process';
import { createSecretKey } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import jwt from 'jsonwebtoken';

/** A server in a process of its own. */
export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  /** All that it has printed so far, standard error included. */
  output(): string;
  /** Asks it to end (SIGTERM) and resolves with its exit code. */
  stop(): Promise<number | null>;
  /** Ends it as a crash would (SIGKILL), and resolves when it is gone. */
  kill(): Promise<void>;
}

/** What token() signs with. */
export const jwtSecret = 'the secret of servers that tests start';
const key = createSecretKey(jwtSecret, 'utf8');
const children = new Set<ChildProcess>();
const directories = new Set<string>();

process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** Node, as `npm start` and the image call it. */
export const node = ['env', 'MALLOC_ARENA_MAX=1', process.execPath, '--v8-pool-size=1'];

/**
 * Starts the server that `npm run build` made, on a free port; it takes what token() makes. Give it a DATA_DIR.
 * `runner` is put before the command, such as `['taskset', '-c', '0']`; `options` are Node's.
 */
export function startServer(
  env: NodeJS.ProcessEnv,
  runner: string[] = [],
  options: string[] = [],
): Promise<ServerProcess> {
  const command = [...runner, ...node, ...options, 'dist/server/main.js', 'serve'];
  return startProcess(command, { HOST: '127.0.0.1', PORT: '0', JWT_SECRET: jwtSecret, DRAIN_MS: '0', ...env });
}

/** Runs a command and resolves when it prints `listening on <url>`. Rejects with what it printed where it does not. */
export function startProcess([file = '', ...args]: string[], env: NodeJS.ProcessEnv = {}): Promise<ServerProcess> {
  const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  children.add(child);
  ended.then(() => children.delete(child));

  let output = '';
  return new Promise((resolve, reject) => {
    const hear = (printed: string) => {
      output += printed;
      const url = /^listening on (\S+)\n/m.exec(output)?.[1];
      if (url) resolve({ url, pid: child.pid ?? 0, output: () => output, stop, kill });
    };
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    child.once('error', reject);
    ended.then((code) => reject(new Error(`${file} ended with ${code} before it listened:\n${output}`)));
  });

  function stop(): Promise<number | null> {
    child.kill('SIGTERM');
    return ended;
  }

  async function kill(): Promise<void> {
    child.kill('SIGKILL');
    await ended;
  }
}

/** A token for what startServer() started: `token({ sub: 'ann', rooms: { 'song:*': 'editor' } })`. */
export function token(claims: { sub: string; [claim: string]: unknown }): string {
  return jwt.sign(claims, key);
}

/** An empty directory that goes with this process. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'tutti-'));
  directories.add(directory);
  return directory;
}
