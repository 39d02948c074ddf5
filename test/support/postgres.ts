import { execFileSync, spawn } from 'node:child_process';
import { accessSync, chownSync, constants, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cleanup } from './cleanup.ts';
import { freePort } from './ports.ts';
import { temporaryDirectory } from './process.ts';
import { until } from './until.ts';

/** Where PostgreSQL's programs are; undefined where it is not installed. */
export function findPostgres(): string | undefined {
  const places = (process.env.PATH ?? '').split(':');
  try {
    // Debian has them beside the path.
    places.push(...readdirSync('/usr/lib/postgresql').map((version) => `/usr/lib/postgresql/${version}/bin`));
  } catch {
    // Not there.
  }
  return places.find((place) => {
    try {
      accessSync(join(place, 'initdb'), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A PostgreSQL of one's own, in a folder of its own; it ends with the test. Resolves with its URL. */
export async function startPostgres(programs: string): Promise<string> {
  const parent = temporaryDirectory();
  const directory = join(parent, 'postgres');
  mkdirSync(directory);
  // It refuses to be root.
  const user = process.getuid?.() === 0 ? accountOf('postgres') : undefined;
  if (user) for (const path of [parent, directory]) chownSync(path, user.uid, user.gid);
  const run = { ...user, cwd: directory };
  execFileSync(join(programs, 'initdb'), ['-D', directory, '-U', 'tutti', '-A', 'trust', '-N'], run);
  const port = await freePort();
  const place = ['-D', directory, '-p', String(port), '-h', '127.0.0.1', '-k', directory, '-F'];
  const server = spawn(join(programs, 'postgres'), place, { ...run, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise((resolve) => server.once('close', resolve));
  process.on('exit', () => server.kill('SIGKILL'));
  cleanup(async () => {
    server.kill('SIGINT');
    await ended;
  });
  let output = '';
  server.stderr.setEncoding('utf8').on('data', (printed: string) => {
    output += printed;
  });
  await until(() => output.includes('ready to accept connections'));
  return `postgres://tutti@127.0.0.1:${port}/postgres`;
}

function accountOf(name: string): { uid: number; gid: number } {
  const id = (which: string) => Number(execFileSync('id', [which, name], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
