import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { temporaryDirectory } from '../support/process.ts';
import { startServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { openWindow, saved, shows } from '../support/windows.ts';

/** Waits until the page is on the device. */
function isKept(page: Page): Promise<unknown> {
  return page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    if (active?.state !== 'activated')
      await new Promise((resolve) => active?.addEventListener('statechange', resolve, { once: true }));
  });
}

describe('the page without a network', () => {
  it('opens and reloads, with what was written, and is the server’s again when one answers', async () => {
    const dataDir = temporaryDirectory();
    const server = await startServer({ jwtSecret: undefined, dataDir });
    const page = await openWindow(`${server.url}/song/new`, { mayFail: true });
    await page.getByText('Connected').waitFor();
    await page.locator('.cm-content').fill('Written before');
    await saved(page);
    await isKept(page);

    await page.context().setOffline(true);
    await page.reload();
    await shows(page, (text) => text === 'Written before');
    await page.goto(`${server.url}/song/another`);
    await page.locator('.cm-content').fill('Begun on the train');
    await page.getByText('Kept on this device').waitFor();
    await page.context().setOffline(false);
    await saved(page);

    const { versions, etag } = await page.evaluate(async () => ({
      versions: (await caches.keys()).filter((name) => name.startsWith('tutti ')).length,
      etag: (await fetch(location.href)).headers.get('etag'),
    }));
    assert.equal(versions, 1);
    assert.equal(etag, (await fetch(page.url())).headers.get('etag'));
  });

  it('gives way to a server that speaks a newer protocol', async () => {
    const server = await startServer({ jwtSecret: undefined, dataDir: temporaryDirectory() });
    const page = await openWindow(`${server.url}/song/new`, { mayFail: true });
    await page.getByText('Connected').waitFor();
    await isKept(page);
    let asked = 0;
    page.on('request', (request) => {
      if (request.isNavigationRequest()) asked += 1;
    });
    // As a server of tomorrow greets.
    await page.routeWebSocket(/socket\.io/, (socket) => {
      const behind = socket.connectToServer();
      behind.onMessage((message) => socket.send(String(message).replace('"protocol":1', '"protocol":2')));
    });
    await page.reload();
    await until(() => asked === 2);
    await page.getByText('Not connected').waitFor();
    assert.equal(asked, 2, 'once, and not for ever');
  });
});
