import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { cleanup } from './cleanup.ts';
import { freePort } from './ports.ts';
import { temporaryDirectory } from './process.ts';

/** How deploy/ has them: the configuration, and what runs it in the foreground. */
const balancers = {
  nginx: { file: 'nginx.conf', command: (path: string) => ['nginx', '-c', path, '-g', 'daemon off;'] },
  haproxy: { file: 'haproxy.cfg', command: (path: string) => ['haproxy', '-f', path] },
};
export type BalancerName = keyof typeof balancers;
export const balancerNames = Object.keys(balancers) as BalancerName[];

export interface Balancer {
  readonly url: string;
  /** All that it has printed so far. */
  output(): string;
  stop(): Promise<void>;
}

const children = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of children) child.kill();
});

/**
 * Puts a real balancer with the configuration in deploy/ before instances, at most three, given by their URLs. Nothing but
 * the addresses, the port and the folder is changed in it, and what `spoil` makes of it. It ends with the test.
 */
export async function startBalancer(
  name: BalancerName,
  instances: string[],
  spoil = (configuration: string) => configuration,
): Promise<Balancer> {
  const { file, command } = balancers[name];
  const directory = temporaryDirectory();
  // Its workers may be another user's.
  chmodSync(directory, 0o755);
  const port = await freePort();
  const path = join(directory, file);
  writeFileSync(path, spoil(adapted(readFileSync(join('deploy', file), 'utf8'), instances, port, directory)));

  const [program = '', ...args] = command(path);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => {
      output += `install ${name} (npm run services)`;
      resolve();
    });
  }).finally(() => children.delete(child));

  async function stop(): Promise<void> {
    child.kill();
    await ended;
  }

  while (!(await isListening(port))) {
    if (!children.has(child)) throw new Error(`${name} ended before it listened: ${output}`);
    await pause(10);
  }
  cleanup(stop);
  return { url: `http://127.0.0.1:${port}`, output: () => output, stop };
}

/** The configuration with other addresses, port and folder; lines of instances that there are not go. */
function adapted(configuration: string, instances: string[], port: number, directory: string): string {
  return configuration
    .replaceAll(/.*tutti(\d):3000.*\n/g, (line: string, number: string) => {
      const instance = instances[Number(number) - 1];
      return instance ? line.replace(`tutti${number}:3000`, new URL(instance).host) : '';
    })
    .replace(/(listen |bind :)8080/, `$1${port}`)
    .replaceAll('/tmp/', `${directory}/`);
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
