import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { brokenLinks, install, pack } from '../support/package.ts';
import { temporaryDirectory } from '../support/process.ts';
import { secret, tokenFor } from '../support/server.ts';

const run = promisify(execFile);
const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  devDependencies: Record<string, string>;
};

/** What someone who uses all of it has beside `tutti`, in the versions that we use. */
const companions = ['react', 'react-dom', '@types/react', '@types/react-dom', '@types/node', 'typescript', 'vite'];

const program = `
import { Client, memoryStorage } from 'tutti/client';
import { createCollaborationServer } from 'tutti/server';
import { parseRoomId } from 'tutti/shared';

const server = await createCollaborationServer({ port: 0, host: '127.0.0.1', dataDir: 'data', logLevel: 'silent', drainMs: 0,
  jwtSecret: '${secret}', authenticate: async () => ({ rooms: { '*': 'editor' } }) });
const client = new Client(server.url, { token: process.argv[2] ?? '', storage: memoryStorage() });
client.connect();
const room = client.room(parseRoomId('42'));
room.text.insert(0, 'Hello 😀');
await room.text.stored();
console.log(room.text.text);
client.disconnect();
await server.close();
`;

const application = `
import { Client, connect, type Room } from 'tutti/client';
import { bindTextarea } from 'tutti/textarea';
import { ConnectionStatusIndicator, RoomProvider, TuttiProvider, useOthers, useRoom, useText } from 'tutti/react';
import { createRoot } from 'react-dom/client';

function Song() {
  const { role } = useRoom();
  const names: string[] = useOthers().map(({ name }) => name);
  return <label>{role}: {names.join(', ')} <textarea {...useText()} /></label>;
}

export function bind(element: HTMLTextAreaElement): () => void {
  const room: Room = connect('/').room('song:1');
  return bindTextarea(element, room);
}

const client = new Client('/', { token: async () => 'token' });
createRoot(document.body).render(
  <TuttiProvider client={client}>
    <ConnectionStatusIndicator showDetails />
    <RoomProvider id="song:42"><Song /></RoomProvider>
  </TuttiProvider>,
);
`;

const compilerOptions = {
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  target: 'es2022',
  lib: ['es2023', 'dom'],
  module: 'esnext',
  moduleResolution: 'bundler',
  jsx: 'react-jsx',
  noEmit: true,
};

describe('the package', function () {
  this.timeout(240_000);
  let tarball: string;
  before(async () => {
    tarball = await pack();
  });

  it('is as publint and are-the-types-wrong want it', async () => {
    await run('npx', ['publint', '--strict', tarball]);
    // It is for ESM alone: what has no node10 or CommonJS is nothing wrong.
    await run('npx', ['attw', '--profile', 'esm-only', tarball]);
  });

  it('has what its pages link to and show, the source of every file in its map, and nothing of how it was built', async () => {
    const folder = temporaryDirectory();
    await run('tar', ['xzf', tarball, '--strip-components=1'], { cwd: folder });
    assert.deepEqual(brokenLinks(folder), []);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    assert.deepEqual(
      files.filter((name) => /tsbuildinfo|\.template\./.test(name)),
      [],
    );
    const maps = files.filter((name) => name.endsWith('.js.map'));
    assert.ok(maps.length > 100);
    for (const name of maps) {
      const { sources, sourcesContent } = JSON.parse(readFileSync(join(folder, name), 'utf8'));
      assert.equal(sourcesContent?.length, sources.length, name);
    }
  });

  it('installs in a project with React 18, where it is the server alone', async () => {
    const project = temporaryDirectory();
    await install(project, [tarball, 'react@18', 'react-dom@18']);
    const { stdout } = await run('npx', ['tutti', '--version'], { cwd: project });
    assert.equal(stdout.trim(), JSON.parse(readFileSync('package.json', 'utf8')).version);
  });

  it('serves who installs it: a server, a client in Node, a strict React program, a bundle, the command', async () => {
    const project = temporaryDirectory();
    const inProject = { cwd: project };
    const versions = companions.map((name) => `${name}@${devDependencies[name]}`);
    await install(project, [tarball, ...versions]);

    // The one to run, the other to check: TypeScript is what people write, and JavaScript what Node 20 runs.
    for (const name of ['program.js', 'program.ts']) writeFileSync(join(project, name), program);
    const { stdout } = await run(process.execPath, ['program.js', tokenFor({ sub: 'ada' })], inProject);
    assert.equal(stdout, 'Hello 😀\n');

    writeFileSync(join(project, 'application.tsx'), application);
    const files = ['application.tsx', 'program.ts'];
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    await run('npx', ['tsc', '-p', '.'], inProject);

    writeFileSync(join(project, 'index.html'), '<script type="module" src="/application.tsx"></script>');
    await run('npx', ['vite', 'build', '--logLevel', 'error'], inProject);
    const assets = join(project, 'dist/assets');
    const scripts = readdirSync(assets);
    // What a page does not need at its start is in files of its own.
    for (const name of ['index', 'cleaning', 'wordOfMouth'])
      assert.ok(
        scripts.some((script) => script.startsWith(name)),
        String(scripts),
      );
    const bundle = scripts.map((script) => readFileSync(join(assets, script), 'utf8')).join('\n');
    assert.match(bundle, /tutti-connection/);
    assert.doesNotMatch(bundle, /["'`]node:/, 'nothing of the server is in it');

    const version = await run('npx', ['tutti', '--version'], inProject);
    assert.equal(version.stdout.trim(), JSON.parse(readFileSync(resolve('package.json'), 'utf8')).version);
  });
});
