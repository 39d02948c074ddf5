import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { brokenLinks, install, packClient } from '../support/package.ts';
import { temporaryDirectory } from '../support/process.ts';

const run = promisify(execFile);
const bin = (name: string) => resolve('node_modules/.bin', name);
const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

/** What the two declare alike. */
const contract = `
import type * as Client from './node_modules/tutti-client/shared/events.js';
import type * as Whole from '${resolve('dist/shared/events.js')}';

type Same<One, Other> = (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;
type Sent = Record<Whole.ClientEventName, true>;
export const payloads: { [E in Whole.ClientEventName]: Same<Written<Whole.Payload<E>>, Written<Client.Payload<E>>> } = {} as Sent;
export const answers: { [E in Whole.ClientEventName]: Same<Written<Whole.Acknowledgement<E>>, Written<Client.Acknowledgement<E>>> } = {} as Sent;
type Received = Record<Whole.ServerEventName, true>;
export const received: { [E in Whole.ServerEventName]: Same<Written<Whole.ServerPayload<E>>, Written<Client.ServerPayload<E>>> } = {} as Received;
type Written<T> = T extends object ? { [K in keyof T]: Written<T[K]> } : T;
`;

describe('the client’s package', function () {
  this.timeout(120_000);
  const project = temporaryDirectory();
  const installed = join(project, 'node_modules/tutti-client');
  let tarball: string;
  before(async () => {
    tarball = await packClient();
    await install(project, [tarball]);
  });

  it('brings few packages and few bytes, and none of the server', () => {
    const { packages } = read(join(project, 'node_modules/.package-lock.json')) as { packages: object };
    const names = Object.keys(packages).map((path) => path.replace(/^.*node_modules\//, ''));
    assert.ok(names.length <= 12, `${names}`);
    const files = readdirSync(project, { recursive: true, encoding: 'utf8' }).map((name) =>
      statSync(join(project, name)),
    );
    const bytes = files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
    assert.ok(bytes < 5 * 1024 * 1024, `${bytes} bytes`);
    const { dependencies, peerDependencies } = read(join(installed, 'package.json'));
    assert.deepEqual(Object.keys(dependencies), ['fractional-indexing', 'idb-keyval', 'socket.io-client']);
    const ofServer = Object.keys(read('package.json').dependencies).filter((name) => !(name in dependencies));
    // Socket.IO's client in Node comes with a WebSocket.
    assert.deepEqual(
      names.filter((name) => ofServer.includes(name)),
      ['ws'],
    );
    assert.deepEqual(peerDependencies, read('package.json').peerDependencies);
    assert.ok(!existsIn(installed, /tsbuildinfo|server/));
  });

  it('has the version of the whole one, and exports what that does of the client', () => {
    const [client, whole] = [read(join(installed, 'package.json')), read('package.json')];
    for (const field of ['version', 'license', 'repository', 'bugs', 'homepage', 'publishConfig'])
      assert.deepEqual(client[field], whole[field], field);
    assert.match(client.version, /^\d/);
    assert.ok(client.publishConfig.provenance, 'it is published from a repository that it names, or not at all');
    const notOfClient = ['./server', './shared', './yjs-server'];
    const names = Object.keys(whole.exports).filter((name) => !notOfClient.includes(name));
    assert.deepEqual(
      Object.keys(client.exports),
      names.map((name) => (name === './client' ? '.' : name)),
    );
  });

  it('is as publint and are-the-types-wrong want it', async () => {
    await run(bin('publint'), ['--strict', tarball]);
    await run(bin('attw'), ['--profile', 'esm-only', tarball]);
  });

  it('declares the contract as the schemas have it, without Zod', async () => {
    writeFileSync(join(project, 'contract.ts'), contract);
    const options = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', '--module', 'nodenext'];
    await run(bin('tsc'), [...options, 'contract.ts'], { cwd: project });
    const declarations = readdirSync(installed, { recursive: true, encoding: 'utf8' });
    for (const name of declarations.filter((name) => /\.(js|d\.ts)$/.test(name)))
      assert.doesNotMatch(readFileSync(join(installed, name), 'utf8'), /from '(zod|node:)/, name);
  });

  it('may be imported where there is no page', async () => {
    const program = [
      "import { Client } from 'tutti-client'",
      "import 'tutti-client/textarea'",
      "import 'tutti-client/monaco'",
    ];
    const use = "new Client('https://songs.example').room('42').text.insert(0, 'Hello')";
    await run(process.execPath, ['--input-type=module', '-e', [...program, use].join(';')], { cwd: project });
  });

  it('keeps what says that React is for the browser', () => {
    assert.match(readFileSync(join(installed, 'client/react/index.js'), 'utf8'), /^(\/\*.*\*\/\n)?'use client';/);
  });

  it('has what its pages link to, or the whole package has it', async () => {
    assert.deepEqual(brokenLinks(installed), []);
    const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts']);
    const [{ files, version }] = JSON.parse(stdout);
    const names: string[] = files.map(({ path }: { path: string }) => path);
    const texts = readdirSync(installed, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => readFileSync(join(installed, name), 'utf8'));
    const links = texts.flatMap((text) => [...text.matchAll(/\]\((https:[^)#]+\/tutti@([^/]+)\/([^)#]+))/g)]);
    assert.ok(links.length > 0);
    for (const [, link, of, path = ''] of links) assert.ok(of === version && names.includes(path), link);
  });

  it('has the source of every file in its map', () => {
    const maps = readdirSync(installed, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.map'));
    assert.ok(maps.length > 20);
    for (const name of maps) {
      const { sources, sourcesContent } = read(join(installed, name));
      assert.equal(sourcesContent?.length, sources.length, name);
    }
  });
});

function existsIn(folder: string, name: RegExp): boolean {
  return readdirSync(folder).some((entry) => name.test(entry));
}
