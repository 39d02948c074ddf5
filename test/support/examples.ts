import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client, type ClientOptions, memoryStorage } from '../../client/index.ts';
import { cleanup } from './cleanup.ts';
import { install, pack } from './package.ts';
import { type ServerProcess, startProcess, temporaryDirectory } from './process.ts';
import { secret, tokenFor } from './server.ts';
import { until } from './until.ts';

/** Tutti as it would be published: packed once for all that these tests install. */
let packed: Promise<string> | undefined;

/** A project with what the examples of these names need, Tutti as it would be published, and a folder for each of them. */
export async function installExamples(names: string[]): Promise<string> {
  const project = temporaryDirectory();
  const packages = new Set(names.flatMap(packagesOf));
  packed ??= pack();
  await install(project, [await packed, ...packages]);
  for (const name of names) cpSync(join('examples', name), join(project, name), { recursive: true });
  return project;
}

/** Runs what an example says that starts it, without npm, and without what it has kept before. */
export async function startExample(project: string, name: string, env: NodeJS.ProcessEnv = {}): Promise<ServerProcess> {
  const { scripts } = manifestOf(name);
  rmSync(join(project, name, 'data'), { recursive: true, force: true });
  const command = ['sh', '-c', `cd ${join(project, name)} && exec ${scripts.start}`];
  const server = await startProcess(command, { PORT: '0', JWT_SECRET: secret, ...env });
  cleanup(() => server.kill());
  return { ...server, url: server.url.replace(/\[::1?\]|0\.0\.0\.0/, 'localhost') };
}

/** Two people write one song, and the page and the API are there. */
export async function writeTogether(url: string, place: ClientOptions): Promise<void> {
  const people = ['ada', 'ben'].map((sub) => {
    const client = new Client(url, { token: tokenFor({ sub }), storage: memoryStorage(), ...place });
    client.connect();
    cleanup(() => client.disconnect());
    return { client, song: client.room('42').text };
  });
  const [ada, ben] = people;
  assert.ok(ada && ben);
  ada.song.insert(0, 'Hello');
  await ada.song.stored();
  await until(() => ben.song.text === 'Hello');
  // Or the server would take its time to send them away.
  for (const { client } of people) client.disconnect();
  assert.equal((await fetch(`${url}/tutti/api/v1/health`)).status, 200);
  const page = await (await fetch(`${url}/tutti/`)).text();
  const [, script] = /src="(\/tutti\/assets\/[^"]+)"/.exec(page) ?? [];
  assert.equal((await fetch(`${url}${script}`)).status, 200, page);
}

interface Manifest {
  scripts: { start: string };
  dependencies: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/** What an example depends on besides Tutti, as npm takes it. */
function packagesOf(name: string): string[] {
  const { dependencies, devDependencies } = manifestOf(name);
  return Object.entries({ ...dependencies, ...devDependencies }).flatMap(([of, version]) =>
    of === 'tutti' ? [] : [`${of}@${version}`],
  );
}

function manifestOf(name: string): Manifest {
  return JSON.parse(readFileSync(join('examples', name, 'package.json'), 'utf8'));
}
