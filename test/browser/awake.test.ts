import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { until } from '../support/until.ts';
import { openWindow, startDemo } from '../support/windows.ts';

/** A window on a song, and what it has done to keep the screen on, which its browser allows or does not. */
async function watched(mayStayOn: boolean): Promise<[page: Page, done: () => Promise<string>]> {
  const { url } = await startDemo();
  const page = await openWindow('about:blank');
  await page.addInitScript((isAllowed) => {
    const done: string[] = [];
    Object.assign(globalThis, { done });
    Object.defineProperty(navigator, 'wakeLock', {
      value: {
        async request(type: string) {
          done.push(`asked for the ${type}`);
          if (!isAllowed) throw new DOMException('', 'NotAllowedError');
          return {
            async release() {
              done.push('let it go');
            },
          };
        },
      },
    });
  }, mayStayOn);
  await page.goto(url);
  await page.locator('.sheet .line').first().waitFor();
  return [page, () => page.evaluate(() => String((globalThis as unknown as { done: string[] }).done))];
}

async function goOnStage(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Stage', exact: true }).click();
  await page.getByRole('dialog', { name: /On stage/ }).waitFor();
}

/** Has a window go out of sight, or come back. */
function turn(page: Page, state: DocumentVisibilityState): Promise<void> {
  return page.evaluate((now) => {
    Object.defineProperty(document, 'visibilityState', { value: now, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, state);
}

describe('the stage and the screen', () => {
  it('keeps it on while it is seen, and no longer', async () => {
    const [page, done] = await watched(true);
    assert.equal(await done(), '');
    await goOnStage(page);
    await until(async () => (await done()) === 'asked for the screen');
    // Browsers end it themselves where the page is out of sight.
    await turn(page, 'hidden');
    assert.equal(await done(), 'asked for the screen');
    await turn(page, 'visible');
    await until(async () => (await done()) === 'asked for the screen,asked for the screen');
    await page.getByRole('button', { name: 'Leave the stage' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await until(async () => (await done()).endsWith('let it go'));
    await turn(page, 'hidden');
    await turn(page, 'visible');
    assert.equal(await done(), 'asked for the screen,asked for the screen,let it go');
  });

  it('fills it, and is over when one leaves the full screen', async () => {
    const [page] = await watched(true);
    await goOnStage(page);
    assert.ok(await page.evaluate(() => document.fullscreenElement !== null));
    await page.evaluate(() => document.exitFullscreen());
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('goes on where the browser does not keep it on', async () => {
    const [page, done] = await watched(false);
    await goOnStage(page);
    await until(async () => (await done()) === 'asked for the screen');
    await page.locator('.on-stage .line').first().waitFor();
    await page.getByRole('button', { name: 'Leave the stage' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });
});
