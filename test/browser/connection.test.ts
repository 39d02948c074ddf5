import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { cleanup } from '../support/cleanup.ts';
import { moveAhead } from '../support/monotonic.ts';
import { freePort } from '../support/ports.ts';
import { startServer as startProcess, temporaryDirectory } from '../support/process.ts';
import { startServer, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';
import { editorIn, goToEnd, linkOf, openWindow, saved, shows, startDemo, textIn } from '../support/windows.ts';

/** Types at the end of the song. */
async function write(page: Page, text: string): Promise<void> {
  await goToEnd(page);
  await page.keyboard.type(text);
}

/** Waits until two windows show the same song, which has all of the words. */
function converged(one: Page, other: Page, words: string[]): Promise<string> {
  return until(async () => {
    const [text, same] = await Promise.all([textIn(one), textIn(other)]);
    return text === same && words.every((word) => text.includes(word)) && text;
  });
}

/** Cuts a window off from the server but for its pages, or lets it come again: without a token there is no connection. */
async function cut(page: Page, isCut: boolean): Promise<void> {
  const context = page.context();
  // What is fetched in that moment does not come, and with a connection only it is asked for again.
  await editorIn(page);
  if (isCut) await context.route('**/api/v1/guests', (route) => route.abort());
  else await context.unroute('**/api/v1/guests');
  // What is connected breaks where there is no network for a moment, and what waits tries again.
  await context.setOffline(true);
  await context.setOffline(false);
}

describe('a window without a connection', () => {
  it('goes on, says so, and brings what was written when it is back', async () => {
    const { url } = await startDemo();
    const ann = await openWindow(`${url}/song/new`, { mayFail: true });
    const ben = await openWindow(`${url}/song/new`);
    await write(ann, 'Before. ');
    await shows(ben, (text) => text === 'Before. ');
    await ann.context().setOffline(true);
    await ann.getByText('You are offline.').waitFor();
    await Promise.all([write(ann, 'Ann, away. '), write(ben, 'Ben, here. ')]);
    await ann.getByText('Kept on this device').waitFor();
    await saved(ben);
    await ann.context().setOffline(false);
    await converged(ann, ben, ['Before. ', 'Ann, away. ', 'Ben, here. ']);
    await saved(ann);
    await ann.getByText('You are offline.').waitFor({ state: 'detached' });
  });

  it('warns before it closes, and has what was unsent again when it is opened', async () => {
    const { url } = await startDemo();
    const ann = await openWindow(`${url}/song/new`, { mayFail: true });
    const ben = await openWindow(`${url}/song/new`);
    await write(ann, 'Sent. ');
    await shows(ben, (text) => text === 'Sent. ');
    await cut(ann, true);
    await ann.getByText('You are offline.').waitFor();
    await write(ann, 'Not sent.');
    const warnings: string[] = [];
    ann.on('dialog', (dialog) => {
      warnings.push(dialog.type());
      dialog.accept();
    });
    await ann.reload();
    assert.deepEqual(warnings, ['beforeunload']);
    await shows(ann, (text) => text === 'Sent. Not sent.');
    assert.equal(await textIn(ben), 'Sent. ');
    await cut(ann, false);
    await shows(ben, (text) => text === 'Sent. Not sent.');
    await saved(ann);
    await ann.reload();
    assert.equal(warnings.length, 1, 'no warning when all is saved');
  });

  it('keeps what was typed in the moment before it closes', async () => {
    const { url } = await startDemo();
    const ann = await openWindow(`${url}/song/new`, { mayFail: true });
    await ann.getByText('Connected').waitFor();
    await cut(ann, true);
    await ann.getByText('You are offline.').waitFor();
    // No time passes in the page before it goes.
    await ann.evaluate(() => {
      window.setTimeout = (() => 0) as never;
    });
    await write(ann, 'The last word.');
    ann.on('dialog', (dialog) => dialog.accept());
    await ann.reload();
    await shows(ann, (text) => text === 'The last word.');
  });

  it('is back when the server is, after it was killed in the midst of writing', async () => {
    const environment = { DATA_DIR: temporaryDirectory(), JWT_SECRET: undefined, PORT: String(await freePort()) };
    const server = await startProcess(environment);
    const address = `${server.url}/song/new`;
    const ann = await openWindow(address, { mayFail: true });
    const ben = await openWindow(address, { mayFail: true });
    await write(ann, 'Saved. ');
    await shows(ben, (text) => text === 'Saved. ');
    await Promise.all([write(ann, 'Ann, while it dies. '), write(ben, 'Ben, too. '), server.kill()]);
    for (const page of [ann, ben]) await page.getByText('You are offline.').waitFor();
    await write(ann, 'And after.');
    const again = await startProcess(environment);
    cleanup(() => again.stop());
    await Promise.all([ann, ben].map((page) => page.evaluate(() => dispatchEvent(new Event('online')))));
    const text = await converged(ann, ben, ['Saved. ', 'And after.']);
    assert.equal([...text].sort().join(''), [...'Saved. Ann, while it dies. Ben, too. And after.'].sort().join(''));
    await Promise.all([saved(ann), saved(ben)]);
  });
});

describe('a token', () => {
  it('that expires is replaced, and the connection stays', async () => {
    const { url } = await startServer();
    const ann = await openWindow('about:blank');
    let given = 0;
    await ann.route('**/api/v1/guests', (route) => {
      given += 1;
      const expiresIn = given === 1 ? '30s' : '1h';
      return route.fulfill({ json: { ok: true, token: tokenFor({ sub: 'ann' }, { expiresIn }) } });
    });
    let sockets = 0;
    ann.on('websocket', () => {
      sockets += 1;
    });
    await ann.goto(`${url}/song/new`);
    await ann.getByText('Connected').waitFor();
    await until(() => given === 2);
    moveAhead(30_000);
    await write(ann, 'Still here.');
    await saved(ann);
    assert.equal(sockets, 1);
  });

  it('of the application’s is taken out of the address, and gives guests links that carry a role', async () => {
    const { url } = await startServer();
    const token = tokenFor({ sub: 'ann', name: 'Ann', rooms: { 'song:*': 'editor' } });
    const ann = await openWindow(`${url}/song/new#token=${token}`);
    await ann.getByRole('button', { name: 'Ann, you' }).waitFor();
    assert.equal(ann.url(), `${url}/song/new`);
    await write(ann, 'By Ann. ');

    const ben = await openWindow(await linkOf(ann, 'Write'));
    await shows(ben, (text) => text === 'By Ann. ');
    await write(ben, 'By Ben. ');
    await shows(ann, (text) => text === 'By Ann. By Ben. ');

    await ben.getByRole('button', { name: 'Share' }).click();
    await ben.getByText('guests invite nobody').waitFor();
    await ben.keyboard.press('Escape');

    const cyd = await openWindow(await linkOf(ann, 'Only read'));
    await cyd.getByText('You are here to read').waitFor();
    await shows(cyd, (text) => text === 'By Ann. By Ben. ');
    await cyd.getByRole('button', { name: 'Source' }).click();
    await write(cyd, 'By Cyd.');
    await cyd.locator('.sheet').getByText('By Ann.').click();
    assert.equal(await textIn(cyd), 'By Ann. By Ben. ');
    await write(ann, 'Ann again.');
    await shows(cyd, (text) => text === 'By Ann. By Ben. Ann again.');

    const stranger = await openWindow(`${url}/song/new`, { mayFail: true });
    await stranger.getByText('You are not in yet.').waitFor();
  });

  it('of a demo’s link carries a role too', async () => {
    const { url } = await startDemo();
    const ann = await openWindow(`${url}/song/new`);
    await write(ann, 'By Ann.');
    const ben = await openWindow(await linkOf(ann, 'Only read'));
    await ben.getByText('You are here to read').waitFor();
    await ben.getByRole('button', { name: 'Source' }).click();
    await write(ben, 'By Ben.');
    await shows(ben, (text) => text === 'By Ann.');
  });
});
