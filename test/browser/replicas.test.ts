import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import jwt from 'jsonwebtoken';
import { chromium, type Page } from 'playwright-core';
import { demoSecret } from '../../server/access/demo.ts';
import { wholeChromium } from '../support/browser.ts';
import { cleanup } from '../support/cleanup.ts';
import { temporaryDirectory } from '../support/process.ts';
import { startServer, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';
import { editorIn, goToEnd, openTab, openWindow, saved, shows, startDemo, textIn } from '../support/windows.ts';

/** Types at the end of the song. */
async function write(page: Page, text: string): Promise<void> {
  await goToEnd(page);
  await page.keyboard.type(text);
}

/** A link of the application's for somebody. */
function linkFor(url: string, sub: string, rooms: object = { 'song:*': 'editor' }): string {
  return `${url}/song/new#token=${tokenFor({ sub, name: sub, rooms })}`;
}

/** Whoever comes by a link in a window. */
async function comes(page: Page, link: string): Promise<void> {
  await page.goto('about:blank');
  await page.goto(link);
}

/** Writes something that is not sent, and closes the window. */
async function leaveUnsent(page: Page, text: string): Promise<void> {
  await page.getByText('Connected').waitFor();
  await editorIn(page);
  await page.context().setOffline(true);
  await page.getByText('You are offline.').waitFor();
  await goToEnd(page);
  // At once: between two keys all is kept, too.
  await page.keyboard.insertText(text);
  await page.getByText('Kept on this device').waitFor();
  await page.close({ runBeforeUnload: false });
}

/** Fails where a page says that it was not let in. */
async function isIn(page: Page): Promise<void> {
  await page.getByText('Connected').waitFor();
  await page.locator('.connection.connected').waitFor();
  assert.equal(await page.getByText('You are not in here.').count(), 0);
}

describe('two windows of a browser as guests', () => {
  it('are let in again and again, whichever is closed and whichever is loaded anew', async () => {
    const { url } = await startDemo();
    const stays = await openWindow(`${url}/song/new`);
    const context = stays.context();
    let text = '';
    for (let round = 0; round < 8; round++) {
      const goes = await openTab(context, `${url}/song/new`);
      for (const [page, word] of [
        [stays, `stays ${round} `],
        [goes, `goes ${round} `],
      ] as const) {
        await isIn(page);
        if (text !== '') await shows(page, (shown) => shown === text);
        await write(page, word);
        text += word;
        await saved(page);
      }
      await shows(stays, (shown) => shown === text);
      await goes.close();
      await stays.reload();
      await isIn(stays);
      await shows(stays, (shown) => shown === text);
    }
  });

  it('have each their own again when they are loaded anew without the server', async () => {
    const { url } = await startDemo();
    const one = await openWindow(`${url}/song/new`, { mayFail: true });
    const context = one.context();
    const other = await openTab(context, `${url}/song/new`);
    for (const page of [one, other]) {
      await isIn(page);
      await editorIn(page);
    }
    await context.route('**/api/v1/guests', (route) => route.abort());
    await context.setOffline(true);
    for (const page of [one, other]) await page.getByText('You are offline.').waitFor();
    await context.setOffline(false);
    await write(one, 'One. ');
    await write(other, 'Other. ');
    for (const page of [one, other]) {
      page.on('dialog', (dialog) => dialog.accept());
      await page.getByText('Kept on this device').waitFor();
      await page.reload();
    }
    await shows(one, (text) => text === 'One. ');
    await shows(other, (text) => text === 'Other. ');
    await context.unroute('**/api/v1/guests');
    for (const page of [one, other]) await shows(page, (text) => text.includes('One. ') && text.includes('Other. '));
  });
});

describe('a window that is loaded anew', () => {
  it('shows what is kept where no server answers, and nothing where one says no', async () => {
    const { url } = await startDemo();
    const page = await openWindow(`${url}/song/new`, { mayFail: true });
    await write(page, 'Written.');
    await saved(page);
    const answers = (status: number) =>
      page.route('**/api/v1/guests', (route) => route.fulfill({ status, json: { error: { message: 'not now' } } }));
    await answers(403);
    await page.reload();
    // It has been refused more than once.
    await page.getByText('You are not in yet.').waitFor();
    await page.getByRole('button', { name: 'Try now' }).click();
    await page.getByText('Next try in').waitFor();
    assert.doesNotMatch(await textIn(page), /Written/);
    await answers(502);
    await page.reload();
    await shows(page, (text) => text === 'Written.');
  });
});

describe('one browser of several people', () => {
  it('locks nobody out: a guest, then a member, then another; what each left unsent arrives when they are back', async () => {
    const dataDir = temporaryDirectory();
    const { url } = await startServer({ jwtSecret: undefined, dataDir });
    const linkFor = (sub: string) =>
      `${url}/song/new#token=${jwt.sign({ sub, name: sub, rooms: { 'song:*': 'editor' } }, demoSecret(dataDir))}`;
    const guest = await openWindow(`${url}/song/new`, { mayFail: true });
    const context = guest.context();
    await write(guest, 'Sent. ');
    await saved(guest);
    await leaveUnsent(guest, 'Guest. ');
    await context.setOffline(false);
    for (const sub of ['ann', 'ben']) {
      const page = await openTab(context, linkFor(sub));
      await isIn(page);
      await shows(page, (text) => text === 'Sent. ');
      await leaveUnsent(page, `${sub}. `);
      await context.setOffline(false);
    }
    const watcher = await openWindow(linkFor('cyd'));
    for (const [link, word] of [
      [linkFor('ann'), 'ann. '],
      [linkFor('ben'), 'ben. '],
    ] as const) {
      const page = await openTab(context, link);
      await isIn(page);
      await shows(watcher, (text) => text.includes(word));
      await saved(page);
      await page.close();
    }
    const page = await openTab(context, linkFor('ann'));
    await signOut(page);
    await shows(watcher, (text) => text.includes('Guest. '));
    await isIn(page);
  });

  it('shows a song to nobody who has no role there, and to nobody without a token', async () => {
    const { url } = await startServer();
    const ann = await openWindow(linkFor(url, 'ann'), { mayFail: true });
    const context = ann.context();
    await write(ann, 'A secret.');
    await saved(ann);
    await ann.close();
    const eve = await context.newPage();
    await eve.addInitScript(() => {
      new MutationObserver(() => {
        if (document.body?.textContent?.includes('secret')) Object.assign(window, { wasSeen: true });
      }).observe(document, { subtree: true, childList: true, characterData: true });
    });
    const wasSeen = () => eve.evaluate(() => 'wasSeen' in window);
    await eve.goto(linkFor(url, 'eve', { 'song:other': 'editor' }));
    await eve.getByText('You are not in here.').waitFor();
    assert.equal(await wasSeen(), false);
    await eve.evaluate(() => localStorage.removeItem('tutti token'));
    await eve.goto(`${url}/song/new?again`);
    await eve.getByText('You are not in yet.').waitFor();
    assert.equal(await wasSeen(), false);
    // But it is still there.
    await comes(eve, linkFor(url, 'ann'));
    await shows(eve, (text) => text === 'A secret.');
  });
});

describe('“Sign out”', () => {
  it('deletes what is kept of the visitor, in all windows, once all has arrived or is given up', async () => {
    const { url } = await startServer();
    const ann = await openWindow(linkFor(url, 'ann'), { mayFail: true });
    await write(ann, 'Written.');
    await saved(ann);
    const other = await openTab(ann.context(), `${url}/song/new`);
    await shows(other, (text) => text === 'Written.');
    await ann.context().setOffline(true);
    await ann.getByText('You are offline.').waitFor();
    await write(ann, ' Not saved.');
    await ann.getByRole('button', { name: 'ann, you' }).click();
    await ann.getByRole('button', { name: 'Sign out' }).click();
    await ann.getByText('Not all that you wrote is saved.').waitFor();
    assert.ok((await keptIn(ann)).some((key) => key.includes('"ann"')));
    await ann.context().setOffline(false);
    await ann.keyboard.press('Escape');
    await saved(ann);
    await signOut(ann);
    for (const page of [ann, other]) await page.getByText('You are not in yet.').waitFor();
    assert.deepEqual(await keptIn(ann), []);
    assert.equal(await ann.evaluate(() => localStorage.getItem('tutti songs')?.includes('Written') ?? false), false);
  });
});

describe('windows that did not come over TLS', () => {
  it('do not throw each other out, and lose nothing that they kept', async () => {
    const server = await startServer();
    const url = server.url.replace('127.0.0.1', 'tutti.test');
    const one = await openWindow(linkFor(url, 'ann'), { mayFail: true });
    assert.equal(await one.evaluate(() => 'locks' in navigator), false);
    const context = one.context();
    await write(one, 'Sent. ');
    await saved(one);
    const other = await openTab(context, `${url}/song/new`);
    for (const page of [one, other]) await shows(page, (text) => text === 'Sent. ');
    await write(one, 'One. ');
    await shows(other, (text) => text === 'Sent. One. ');
    await write(other, 'Other. ');
    for (const page of [one, other]) {
      await shows(page, (text) => text === 'Sent. One. Other. ');
      await isIn(page);
    }
    await Promise.all([leaveUnsent(one, 'First. '), leaveUnsent(other, 'Second. ')]);
    await context.setOffline(false);
    const again = await Promise.all([openTab(context, `${url}/song/new`), openTab(context, `${url}/song/new`)]);
    for (const page of again) {
      await shows(page, (text) => text.includes('First. ') && text.includes('Second. '));
      await isIn(page);
    }
  });
});

describe('a browser that keeps nothing', () => {
  it('writes from memory and says so, where it may keep no cookies', async () => {
    const { url } = await startServer();
    const folder = temporaryDirectory();
    mkdirSync(join(folder, 'Default'));
    const profile = { default_content_setting_values: { cookies: 2 } };
    writeFileSync(join(folder, 'Default/Preferences'), JSON.stringify({ profile }));
    const context = await chromium.launchPersistentContext(folder, {
      executablePath: process.env.CHROMIUM ?? wholeChromium,
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    });
    cleanup(() => context.close());
    await works(await openTab(context, linkFor(url, 'ann')));
  });

  it('writes from memory and says so, where it is full', async () => {
    const { url } = await startServer();
    const page = await openWindow('about:blank', { mayFail: true });
    const session = await page.context().newCDPSession(page);
    await session.send('Storage.overrideQuotaForOrigin', { origin: url, quotaSize: 1 });
    await page.goto(linkFor(url, 'ann'));
    await works(page);
  });

  it('says so where it becomes full, and no more when there is room again; nothing is lost', async () => {
    const { url } = await startServer();
    const page = await openWindow(linkFor(url, 'ann'), { mayFail: true });
    await isIn(page);
    await write(page, 'One. ');
    await saved(page);
    await page.context().setOffline(true);
    await page.getByText('You are offline.').waitFor();
    await page.evaluate(() => {
      const { put } = IDBObjectStore.prototype;
      Object.assign(globalThis, { put });
      IDBObjectStore.prototype.put = () => {
        throw new DOMException('', 'QuotaExceededError');
      };
    });
    await write(page, 'Two. ');
    const notice = page.getByText('This browser keeps nothing for this page');
    await notice.waitFor();
    await page.getByText('Not kept: leave it open').waitFor();
    await page.evaluate(() => {
      IDBObjectStore.prototype.put = (globalThis as unknown as Pick<IDBObjectStore, 'put'>).put;
    });
    await write(page, 'Three.');
    await page.getByText('Kept on this device').waitFor();
    await notice.waitFor({ state: 'detached' });
    await page.context().setOffline(false);
    await saved(page);
    assert.equal(await textIn(page), 'One. Two. Three.');
  });

  it('writes from memory and says so, where its database does not answer', async () => {
    const { url } = await startServer();
    const page = await openWindow('about:blank', { mayFail: true });
    await page.addInitScript(() => {
      Object.assign(window, { asked: 0 });
      IDBFactory.prototype.open = () => {
        Object.assign(window, { asked: (window as never as { asked: number }).asked + 1 });
        return new EventTarget() as never;
      };
    });
    await page.goto(linkFor(url, 'ann'));
    await works(page);
    assert.equal(await page.evaluate(() => (window as never as { asked: number }).asked), 1);
  });

  it('goes on where what it has is garbage', async () => {
    const { url } = await startServer();
    const page = await openWindow(linkFor(url, 'ann'), { mayFail: true });
    await write(page, 'Written.');
    await saved(page);
    await until(async () => (await keptIn(page)).length > 0);
    await page.evaluate(async () => {
      for (const name of Object.keys(localStorage)) if (name !== 'tutti token') localStorage.setItem(name, '{garbage');
      for (const name of Object.keys(sessionStorage)) sessionStorage.setItem(name, '{garbage');
      const open = indexedDB.open('tutti');
      await new Promise((resolve) => {
        open.onsuccess = resolve;
      });
      const store = open.result.transaction('replicas', 'readwrite').objectStore('replicas');
      const keys = store.getAllKeys();
      await new Promise((resolve) => {
        keys.onsuccess = resolve;
      });
      for (const key of keys.result) store.put({ saved: 'garbage', unsent: 5 }, key);
    });
    await page.reload();
    await isIn(page);
    await shows(page, (text) => text === 'Written.');
    await write(page, ' More.');
    await saved(page);
    assert.equal(await page.getByText('This browser keeps nothing').count(), 0);
  });

  /** It is written and saved, and the page says that nothing is kept. */
  async function works(page: Page): Promise<void> {
    await isIn(page);
    await write(page, 'From memory.');
    await saved(page);
    await page.getByText('This browser keeps nothing for this page').waitFor();
    await page.context().setOffline(true);
    await page.getByText('You are offline.').waitFor();
    await write(page, ' And more.');
    await page.getByText('Not kept: leave it open').waitFor();
    await page.context().setOffline(false);
    await saved(page);
    assert.equal(await textIn(page), 'From memory. And more.');
  }
});

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: /, you/ }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
}

/** The names of the replicas that a page's browser has. */
function keptIn(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const open = indexedDB.open('tutti');
    await new Promise((resolve) => {
      open.onsuccess = resolve;
    });
    const keys = open.result.transaction('replicas').objectStore('replicas').getAllKeys();
    await new Promise((resolve) => {
      keys.onsuccess = resolve;
    });
    open.result.close();
    return keys.result.map(String).filter((key) => key.includes('song:'));
  });
}
