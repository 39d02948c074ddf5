import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { Client, feeds, sessions } from '../../client/index.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import type { Role } from '../../shared/rooms.ts';
import { cleanup } from '../support/cleanup.ts';
import { freePort } from '../support/ports.ts';
import { bundle, openPage, roomFor } from '../support/programs.ts';
import { startAsking } from '../support/roles.ts';
import { startServer, tokenFor } from '../support/server.ts';
import { until, untilEqual } from '../support/until.ts';

const fixture = bundle({ file: 'test/browser/fixtures/react.tsx' });

const open = async (server: { url: string }, sub: string) =>
  openPage(server, { token: tokenFor({ sub, name: sub }), script: await fixture });

const shown = async (page: Page, name: string) => JSON.parse((await page.getByTestId(name).textContent()) ?? '');
const shows = (page: Page, name: string, value: unknown) =>
  untilEqual(async () => JSON.stringify(await shown(page, name)), JSON.stringify(value));
const renders = (page: Page): Promise<Record<string, number>> => page.evaluate(() => ({ ...globalThis.renders }));

describe('the React hooks', function () {
  this.timeout(60_000);

  it('show the room, as it is, in StrictMode', async () => {
    const server = await startServer();
    const { page, complaints } = await open(server, 'ada');
    const ben = roomFor(server, 'ben', '1');
    await shows(page, 'connection', 'connected');
    await shows(page, 'room', 'joined');
    await shows(page, 'participants', ['ada', 'ben']);
    await shows(page, 'others', ['ben']);
    ben.text.insert(0, 'Hello 😀');
    await shows(page, 'document', 'Hello 😀');
    ben.setCursor(8);
    await shows(page, 'cursors', [8]);
    ben.setTyping(true);
    await shows(page, 'typing', ['ben']);
    await page.getByText('Say hello').click();
    await ben.sendMessage({ hello: 'ada' });
    await shows(page, 'messages', ['hello', { hello: 'ada' }]);
    await shows(page, 'sync', { state: 'synchronized', hasUnsent: false });
    assert.equal(ben.participants.length, 2, 'StrictMode has not joined twice');
    assert.deepEqual(complaints, []);
  });

  it('render nothing that nothing caused', async () => {
    const server = await startServer();
    const { page } = await open(server, 'ada');
    const ben = roomFor(server, 'ben', '1');
    await shows(page, 'others', ['ben']);
    await shows(page, 'sync', { state: 'synchronized', hasUnsent: false });
    await until(() => ben.text.status.state === 'synchronized');
    await shows(page, 'kept', false);

    const before = await renders(page);
    ben.setCursor(0);
    await shows(page, 'cursors', [0]);
    const moved = await renders(page);
    assert.deepEqual(moved, { ...before, cursors: moved.cursors });

    await ben.sendMessage('hello');
    await shows(page, 'messages', ['hello']);
    const said = await renders(page);
    assert.deepEqual(said, { ...moved, messages: said.messages });

    ben.text.insert(0, 'one');
    await shows(page, 'document', 'one');
    const written = await renders(page);
    // The cursor moves with the text before it.
    assert.deepEqual(written, { ...said, document: written.document, cursors: written.cursors });
  });

  it('follow a room’s id, and share a room between providers until the last one goes', async () => {
    const server = await startServer();
    const { page, complaints } = await open(server, 'ada');
    const [one, two] = [roomFor(server, 'ben', '1'), roomFor(server, 'ben', '2')];
    two.text.insert(0, 'the second');
    await shows(page, 'others', ['ben']);
    await page.getByText('Other song').click();
    await shows(page, 'document', 'the second');
    await until(() => two.participants.length === 2);
    assert.equal(one.participants.length, 2, 'another provider is still there');
    await page.getByText('Without the second').click();
    await until(() => one.participants.length === 1);
    assert.deepEqual(complaints, []);
  });

  it('write what is typed into an input, and keep its caret while others write', async () => {
    const server = await startServer();
    const { page, complaints } = await open(server, 'ada');
    const ben = roomFor(server, 'ben', '1');
    await shows(page, 'room', 'joined');
    const song = page.getByLabel('song');
    await song.pressSequentially('one three');
    for (let step = 0; step < 5; step += 1) await song.press('ArrowLeft');
    await song.pressSequentially('two ');
    await until(() => ben.text.text === 'one two three');
    ben.text.insert(0, '😀 ');
    await shows(page, 'document', '😀 one two three');
    // At once: what comes half a second after another key is a step of its own.
    await page.keyboard.insertText('and a half ');
    await until(() => ben.text.text === '😀 one two and a half three');
    await until(async () => (await page.getByLabel('line').inputValue()) === ben.text.text);
    await song.press('Control+z');
    await until(() => ben.text.text.startsWith('😀') && !ben.text.text.includes('half'));
    assert.equal(await song.inputValue(), ben.text.text);
    assert.deepEqual(complaints, []);
  });

  it('follow a role: the field can be written in, and no more, without joining again', async () => {
    let role: Role = 'editor';
    const { server, askAgain } = await startAsking({ authorize: () => role });
    const token = tokenFor({ sub: 'ada', name: 'ada', rooms: {} });
    const { page, complaints } = await openPage(server, { token, script: await fixture });
    const ben = roomFor(server, 'ben', '1');
    const song = page.getByLabel('song');
    await shows(page, 'role', 'editor');
    await shows(page, 'others', ['ben']);
    const ada = () => ben.participants.find(({ user_id }) => user_id === 'ada');
    const { joined_at } = await until(ada);
    await song.pressSequentially('one');
    for (role of ['viewer', 'host'] as const) {
      askAgain();
      await shows(page, 'role', role);
      await until(() => ada()?.role === role);
      await until(async () => (await shown(page, 'roles')).includes(`ada ${role}`));
      assert.equal(await song.isEditable(), role === 'host');
      await song.focus();
      await page.keyboard.type(' two');
    }
    await until(() => ben.text.text === 'one two');
    await shows(page, 'sync', { state: 'synchronized', hasUnsent: false });
    assert.equal(ada()?.joined_at, joined_at);
    assert.deepEqual(complaints, []);
  });

  it('say what the connection does, and try now when asked', async () => {
    const log = createMemoryLog();
    const port = await freePort();
    const first = await startServer({ log, port });
    const { page } = await open(first, 'ada');
    const status = page.getByRole('status');
    await until(async () => (await status.first().textContent()) === 'Connected');
    await page.locator('.tutti-connection-details', { hasText: ' ms' }).waitFor();
    await first.close();
    await page.getByRole('progressbar').waitFor();
    assert.equal(await status.first().textContent(), 'Reconnecting…');
    assert.match((await page.locator('.tutti-connection-details').textContent()) ?? '', /attempt \d+/);
    await startServer({ log, port });
    const retry = page.getByText('Try now');
    await until(async () => {
      if (await retry.isVisible()) await retry.click({ timeout: 500 }).catch(() => undefined);
      return (await status.first().textContent()) === 'Connected';
    });
    await shows(page, 'room', 'joined');
  });

  it('show sessions, feeds, the inbox and who is online', async () => {
    const server = await startServer();
    const script = await bundle({ file: 'test/browser/fixtures/rooms.tsx' });
    const { page, complaints } = await openPage(server, { token: tokenFor({ sub: 'ada', name: 'ada' }), script });
    await shows(page, 'sync', 'synchronized');
    const ben = new Client(server.url, {
      token: tokenFor({ sub: 'ben', name: 'ben', rooms: { '*': 'host' } }),
      documents: [sessions, feeds],
    });
    ben.connect();
    cleanup(() => ben.disconnect());
    await shows(page, 'online', ['ben']);
    const { session } = ben.room('session:1');
    await session.add({ track_id: 'a' });
    await shows(page, 'queue', [['a', 0]]);
    await page.getByText('Vote').click();
    await shows(page, 'queue', [['a', 1]]);
    await session.play();
    await shows(page, 'playback', 'playing');

    await page.getByText('Say hello').click();
    await shows(page, 'channel', ['hello']);
    await ben.room('channel:1').feed.send('good morning');
    await shows(page, 'channel', ['hello', 'good morning']);

    await server.toUser('ada', 'task.assigned');
    await shows(page, 'inbox', ['task.assigned']);
    const cleo = new Client(server.url, { token: tokenFor({ sub: 'cleo' }) });
    cleo.connect();
    await shows(page, 'online', ['ben', 'cleo']);
    await shows(page, 'cleo', ['cleo']);
    cleo.disconnect();
    await shows(page, 'online', ['ben']);
    assert.deepEqual(complaints, []);
  });

  it('do what docs/react.md says', async () => {
    const server = await startServer();
    const [, text = ''] = /```tsx\n(.*?)```/s.exec(readFileSync('docs/react.md', 'utf8')) ?? [];
    const script = await bundle({ text, loader: 'tsx' });
    const token = tokenFor({ sub: 'ada', name: 'ada' });
    const { page, complaints } = await openPage(server, { token, script, body: '<main></main>' });
    const ben = roomFor(server, 'ben', '42');
    await page.getByText('Writing with ben').waitFor();
    await page.getByRole('textbox').fill('Hello');
    await until(() => ben.text.text === 'Hello');
    assert.deepEqual(complaints, []);
  });
});
