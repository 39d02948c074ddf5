/** The client in the frameworks and editors that it has something for: in the oldest versions that it names, and in ours. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { buildClient } from '../../packing/buildClient.ts';
import { type Mount, mountReact, mountScript, mountSvelte, mountVue } from '../support/frameworks.ts';
import { exampleIn, install, packClient } from '../support/package.ts';
import { temporaryDirectory } from '../support/process.ts';
import { openPage, roomFor } from '../support/programs.ts';
import { startServer, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);
const { peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  peerDependencies: Record<string, string>;
};

/** The oldest that a range takes, where that begins with it. */
const oldest = (name: string) =>
  /\d[\d.]*/.exec(peerDependencies[name.replace(/^@types\/|-dom$/g, '')] ?? '')?.[0] ?? '';

const names = [
  'react',
  'react-dom',
  '@types/react',
  '@types/react-dom',
  'vue',
  'svelte',
  '@codemirror/state',
  '@codemirror/view',
];

/** How a project comes to them. */
const versions = {
  'the oldest versions': async (project: string) =>
    install(project, [await packClient(), ...names.map((name) => `${name}@${oldest(name)}`)]),
  'our versions': async (project: string) => {
    const packages = join(project, 'node_modules');
    buildClient(join(packages, 'tutti-client'));
    for (const scope of ['@types', '@codemirror']) mkdirSync(join(packages, scope));
    for (const name of [...names, 'socket.io-client', 'idb-keyval'])
      symlinkSync(resolve('node_modules', name), join(packages, name));
    writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  },
};

interface Example {
  page: string;
  heading: string;
  languages: string[];
  mount: Mount;
  /** Where it is written. */
  field: string;
}

const examples: Example[] = [
  { page: 'react.md', heading: 'React', languages: ['tsx'], mount: mountReact, field: 'textarea' },
  { page: 'stores.md', heading: 'Vue\n', languages: ['vue'], mount: mountVue, field: 'textarea' },
  { page: 'stores.md', heading: 'Svelte\n', languages: ['svelte'], mount: mountSvelte, field: 'textarea' },
  { page: 'editors.md', heading: 'CodeMirror 6', languages: ['ts'], mount: mountScript, field: '.cm-content' },
];

/** All of them where there is no page, as a server renders them. */
const onServer = `
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { get } from 'svelte/store';
import { createSSRApp, h } from 'vue';
import { renderToString as renderVue } from 'vue/server-renderer';
import { Client } from 'tutti-client';
import { ConnectionStatusIndicator, RoomProvider, TuttiProvider, useText } from 'tutti-client/react';
import { roomStore } from 'tutti-client/svelte';
import { useRoom } from 'tutti-client/vue';
import 'tutti-client/codemirror';

const client = new Client('https://songs.example');
const Song = () => createElement('textarea', useText());
const room = createElement(RoomProvider, { id: '42' }, createElement(Song), createElement(ConnectionStatusIndicator));
console.log(renderToString(createElement(TuttiProvider, { client }, room)));
const VueSong = { setup: () => { const view = useRoom(client, '42'); return () => h('p', view.value.status); } };
console.log(await renderVue(createSSRApp(VueSong)));
console.log(get(roomStore(client, '42')).status);
`;

const compilerOptions = ['--strict', '--noEmit', '--target', 'es2022', '--lib', 'es2023,dom', '--module', 'esnext'];

for (const [name, provide] of Object.entries(versions)) {
  describe(`${name} of frameworks and editors`, function () {
    this.timeout(120_000);
    const project = temporaryDirectory();
    before(() => provide(project));

    for (const { page, heading, languages, mount, field } of examples) {
      it(`show a song that two windows and someone elsewhere write: ${heading.trim()}`, async () => {
        const docs = join(project, 'node_modules/tutti-client/docs', page);
        const script = await mount(project, exampleIn(docs, heading, ...languages));
        const server = await startServer();
        const open = async (sub: string) =>
          openPage(server, { token: tokenFor({ sub, name: sub }), script, body: '<main></main>' });
        const [ada, ben] = await Promise.all([open('ada'), open('ben')]);
        const cleo = roomFor(server, 'cleo', '42');
        await until(() => cleo.participants.length === 3);
        await ada.page.locator(field).pressSequentially('Hello');
        await until(() => cleo.text.text === 'Hello');
        await ben.page.locator(field).press('ControlOrMeta+End');
        await ben.page.locator(field).pressSequentially(' all');
        await until(() => cleo.text.text === 'Hello all');
        cleo.text.insert(0, '> ');
        for (const { page } of [ada, ben])
          await until(async () => (await page.locator(field).evaluate(shown)) === '> Hello all');
        for (const { page, complaints } of [ada, ben]) {
          if (languages[0] !== 'ts') assert.match((await page.locator('main').textContent()) ?? '', /ada|ben/);
          if (/vue|svelte/.test(`${languages}`)) await page.getByText('11 characters').waitFor();
          assert.deepEqual(complaints, []);
        }
      });
    }

    it('render where there is no page', async () => {
      writeFileSync(join(project, 'server.js'), onServer);
      const { stdout } = await run(process.execPath, ['server.js'], { cwd: project });
      const [react, vue, svelte] = stdout.trim().split('\n');
      assert.match(react ?? '', /<textarea[^>]*><\/textarea>.*Not connected/);
      assert.deepEqual([vue, svelte], ['<p>joining</p>', 'joining']);
    });

    it('agree with the types of the example', async () => {
      const docs = join(project, 'node_modules/tutti-client/docs/react.md');
      writeFileSync(join(project, 'example.tsx'), exampleIn(docs, 'React', 'tsx'));
      const options = [...compilerOptions, '--moduleResolution', 'bundler', '--jsx', 'react-jsx', '--skipLibCheck'];
      await run(resolve('node_modules/.bin/tsc'), [...options, 'example.tsx'], { cwd: project });
    });
  });
}

/** What an input or an editor has. */
function shown(element: Element): string {
  return element instanceof HTMLTextAreaElement
    ? element.value
    : [...element.childNodes].map((node) => node.textContent).join('\n');
}
