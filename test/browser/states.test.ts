import assert from 'node:assert/strict';
import type { BrowserContext } from 'playwright-core';
import { findings } from '../support/axe.ts';
import { browser } from '../support/browser.ts';
import { cleanup } from '../support/cleanup.ts';
import { startServer, tokenFor } from '../support/server.ts';
import {
  editorIn,
  goToEnd,
  linkOf,
  openTab,
  openWindow,
  pasteOver,
  saved,
  shows,
  startDemo,
  textIn,
} from '../support/windows.ts';

/** A browser profile whose pages may complain. */
async function loudContext(): Promise<BrowserContext> {
  const context = await (await browser()).newContext();
  cleanup(() => context.close());
  return context;
}

describe('a page that can not be rendered', () => {
  it('has the text, which is written on, copied and saved; and comes back', async () => {
    const { url } = await startDemo();
    const context = await loudContext();
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await context.addInitScript(() => {
      const { toSorted } = Array.prototype;
      Array.prototype.toSorted = function <Element>(this: Element[], ...order: Parameters<typeof toSorted>) {
        if ('isBroken' in globalThis) throw new Error('broken for a test');
        return toSorted.apply(this, order) as Element[];
      };
    });
    const ann = await openTab(context, `${url}/song/new`);
    const ben = await openWindow(`${url}/song/new`);
    await ann.getByText('Connected').waitFor();
    await goToEnd(ann);
    await ann.keyboard.type('S');
    await shows(ben, (text) => text === 'S');
    await ann.evaluate(() => Object.assign(globalThis, { isBroken: true }));
    await ann.keyboard.press('ArrowLeft');
    await ann.getByRole('heading', { name: 'This page has made a mistake' }).waitFor();
    assert.deepEqual(await findings(ann), []);
    const field = ann.getByRole('textbox', { name: 'The song in ChordPro' });
    await field.focus();
    await ann.keyboard.press('Control+End');
    await ann.keyboard.type('till here');
    await shows(ben, (text) => text === 'Still here');
    await saved(ann);
    await ann.getByRole('button', { name: 'Copy the text' }).click();
    await ann.getByRole('button', { name: 'Copied' }).waitFor();
    assert.equal(await ann.evaluate(() => navigator.clipboard.readText()), 'Still here');
    await ann.evaluate(() => Reflect.deleteProperty(globalThis, 'isBroken'));
    await ann.getByRole('button', { name: 'Show the page again' }).click();
    await shows(ann, (text) => text === 'Still here');
  });
});

describe('an address that was typed', () => {
  it('leads to a song, whatever is in it, and links of it do', async () => {
    const { url } = await startDemo();
    const page = await openWindow(`${url}/song/rock&roll`);
    await page.getByText('Connected').waitFor();
    await (await openWindow(await linkOf(page, 'Write'))).getByText('Connected').waitFor();
    await page.goto(`${url}/song/it's love!/`);
    await page.getByText('Connected').waitFor();
    assert.equal(new URL(page.url()).pathname, '/song/it%27s%20love%21');
  });

  it('and leads to nothing has a page that says so, and where it may have been meant to lead', async () => {
    const { url } = await startDemo();
    const page = await openWindow(`${url}/songs/rock&roll`, { mayFail: true });
    await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
    assert.deepEqual(await findings(page), []);
    const { status, statusText } = await fetch(`${url}/song`, { headers: { Accept: 'text/html' } });
    assert.equal(status, 404, statusText);
    await page.getByRole('link', { name: 'Open /song/rock&roll' }).click();
    await page.locator('.face').waitFor();
    await page.goto(`${url}/song/`);
    await page.getByRole('link', { name: 'A new song' }).click();
    await page.getByText('Connected').waitFor();
    assert.equal(new URL(page.url()).pathname, '/song/rock%26roll');
  });
});

describe('a link that a messenger has cut short', () => {
  it('takes the place of no token that is good', async () => {
    const { url } = await startServer();
    const token = tokenFor({ sub: 'ann', name: 'Ann', rooms: { 'song:*': 'editor' } });
    const ann = await openWindow(`${url}/song/new#token=${token}`, { mayFail: true });
    await ann.getByRole('button', { name: 'Ann, you' }).waitFor();
    for (const length of [token.length - 3, 40]) {
      await ann.goto('about:blank');
      await ann.goto(`${url}/song/new#token=${token.slice(0, length)}`);
      await ann.getByRole('button', { name: 'Ann, you' }).waitFor();
      await ann.getByText('You are here as before.').waitFor();
      await ann.reload();
      await ann.getByRole('button', { name: 'Ann, you' }).waitFor();
    }
    const stranger = await openWindow(`${url}/song/new#token=${token.slice(0, 40)}`, { mayFail: true });
    await stranger.getByText('Your link does not let you in any more: it is not whole').waitFor();
  });

  it('takes the place of no invitation that is good', async () => {
    const { url } = await startServer();
    const token = tokenFor({ sub: 'ann', name: 'Ann', rooms: { 'song:*': 'editor' } });
    const ann = await openWindow(`${url}/song/new#token=${token}`);
    const link = await linkOf(ann, 'Only read');
    const ben = await openWindow(link, { mayFail: true });
    await ben.getByText('You are here to read').waitFor();
    await ben.goto('about:blank');
    await ben.goto(link.slice(0, -9));
    await ben.getByText('You are here to read').waitFor();
    await ben.getByText('You are here as before.').waitFor();
    assert.equal(ben.url(), link);
    const cyd = await openWindow(link.slice(0, -9), { mayFail: true });
    await cyd.getByText('The link does not let you in: it is not whole').waitFor();
    await cyd.goto(`${url}/song/new`);
    await cyd.getByText('You need a link from somebody who is in.').waitFor();
  });
});

describe('what is not saved', () => {
  it('is said where the song is as long as it may be, outlives a reload, and is saved when there is room', async () => {
    const { url } = await startServer({ jwtSecret: undefined, maxDocumentBytes: 4_096, maxOperationBytes: 4_096 });
    const ann = await openWindow(`${url}/song/new`);
    await ann.getByText('Connected').waitFor();
    await pasteOver(ann, 'la '.repeat(2_000));
    await ann.getByText('Not saved', { exact: true }).waitFor();
    await ann.getByText('The song is as long as it may be.').waitFor();
    assert.deepEqual(await findings(ann), []);
    ann.on('dialog', (dialog) => dialog.accept());
    await ann.reload();
    await ann.getByText('The song is as long as it may be.').waitFor();
    assert.equal((await textIn(ann)).length, 6_000);
    await pasteOver(ann, 'la '.repeat(1_000));
    await saved(ann);
    await ann.getByText('The song is as long as it may be.').waitFor({ state: 'detached' });
  });

  it('is said to who may not be here any more, and can be taken along', async () => {
    let role: 'editor' | undefined = 'editor';
    const { url } = await startServer({ authorize: () => role });
    const token = tokenFor({ sub: 'ben', name: 'Ben', rooms: {} });
    const ben = await openWindow(`${url}/song/new#token=${token}`, { mayFail: true });
    await ben.getByText('Connected').waitFor();
    await editorIn(ben);
    await ben.context().setOffline(true);
    await ben.getByText('You are offline.').waitFor();
    await goToEnd(ben);
    await ben.keyboard.type('Mine');
    role = undefined;
    await ben.context().setOffline(false);
    await ben.getByText('Nobody has given you access, or it was taken away.').waitFor();
    await ben.getByText('Not saved', { exact: true }).waitFor();
    const [file] = await Promise.all([
      ben.waitForEvent('download'),
      ben.getByRole('button', { name: 'Download the text' }).click(),
    ]);
    assert.equal(Buffer.concat(await (await file.createReadStream()).toArray()).toString(), 'Mine');
    await ben.getByRole('button', { name: 'Share' }).click();
    await ben.getByText('You may not do this here.').waitFor();
  });
});

describe('a browser that refuses', () => {
  it('sound: the page says so, and goes on', async () => {
    const { url } = await startDemo();
    const ann = await openWindow('about:blank');
    await ann.addInitScript(() => {
      Object.defineProperty(globalThis, 'AudioContext', { value: undefined });
    });
    await ann.goto(`${url}/session/evening`);
    await ann.getByRole('button', { name: 'Turn the sound on' }).click();
    await ann.getByText('This browser has no sound for the page.').waitFor();
    await ann.getByRole('button', { name: 'Ode to Joy' }).click();
    await ann.getByRole('button', { name: 'Vote for Ode to Joy, 0 so far' }).waitFor();
  });

  it('the clipboard: the page says so, and selects what was to be copied', async () => {
    const { url } = await startDemo();
    const ann = await openWindow('about:blank');
    await ann.addInitScript(() => {
      navigator.clipboard.writeText = () => Promise.reject(new DOMException('', 'NotAllowedError'));
      document.execCommand = () => false;
    });
    await ann.goto(`${url}/song/new`);
    const link = await linkOf(ann, 'Write');
    await ann.getByRole('button', { name: 'Share' }).click();
    await ann.getByRole('button', { name: 'Copy', exact: true }).click();
    await ann.getByText('This browser does not let the page copy.').waitFor();
    assert.equal(await ann.evaluate(() => getSelection()?.toString()), link);
  });
});
