import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { findings } from '../support/axe.ts';
import { editorIn, openWindow, saved, startDemo } from '../support/windows.ts';

/** In light and in dark colours. */
async function hasNothing(page: Page, what: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    assert.deepEqual(await findings(page), [], `${what}, ${colorScheme}`);
  }
}

/** Also on the narrowest phones, all of it is on the screen. Windows that fill the screen can not be made smaller, what they show can. */
async function fits(page: Page, what: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  for (const width of [390, 320]) {
    const size = { width, height: 700, deviceScaleFactor: 1, mobile: false };
    await session.send('Emulation.setDeviceMetricsOverride', size);
    await page.waitForFunction((width) => innerWidth === width, width);
    const outside = await page.evaluate(() =>
      [...document.querySelectorAll('button, a, input, h1, h2, li')]
        .filter((element) => {
          const { left, right, width } = element.getBoundingClientRect();
          return width > 0 && element.checkVisibility() && (left < -1 || right > innerWidth + 1);
        })
        .map(({ outerHTML }) => outerHTML.slice(0, 120)),
    );
    assert.deepEqual(outside, [], `${what}, ${width} wide`);
  }
}

describe('nothing that shuts people out is on', () => {
  it('a session in which there is all that there may be', async () => {
    const { url } = await startDemo();
    const page = await openWindow(`${url}/session/evening`);
    for (const name of ['Ode to Joy', 'Amazing Grace', 'Scarborough Fair'])
      await page.getByRole('button', { name, exact: true }).click();
    await page.getByRole('button', { name: 'Vote for Amazing Grace, 0 so far' }).click();
    await page.getByRole('textbox', { name: 'Team' }).fill('Altos');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Altos: more' }).click();
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await page.getByRole('heading', { name: 'Amazing Grace' }).waitFor();
    await page.getByRole('button', { name: 'Chat' }).click();
    await page.getByRole('textbox', { name: 'Message' }).fill('See https://example.org');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'https://example.org' }).waitFor();
    for (const name of ['Queue', 'Scores']) await page.getByRole('region', { name }).waitFor();
    await page.getByRole('textbox', { name: 'Address' }).waitFor();
    await hasNothing(page, 'a session');
    await page.getByRole('button', { name: 'Close the chat' }).click();
    await fits(page, 'a session');
  });

  it('the stage of a set list', async () => {
    const { url } = await startDemo();
    const page = await openWindow(`${url}/song/ours`);
    await editorIn(page);
    await page.locator('.cm-content').fill('{title: Ours}\n{key: G}\n{comment: softly}\n[G]One [D7]line');
    await page.locator('.sheet').getByRole('heading', { name: 'Ours' }).waitFor();
    await saved(page);
    await page.goto(`${url}/setlist/tonight`);
    for (const _ of [1, 2]) await page.getByRole('button', { name: 'Ours', exact: true }).click();
    await page.getByRole('button', { name: 'Play Ours' }).nth(1).waitFor();
    await hasNothing(page, 'a set list');
    await page.getByRole('button', { name: 'Play Ours' }).first().click();
    await page.locator('.on-stage').getByText('One').waitFor();
    await page.getByText('1 of 2').waitFor();
    await page.getByRole('button', { name: 'Lead' }).click();
    await hasNothing(page, 'the stage');
    await fits(page, 'the stage');
    await page.getByRole('button', { name: 'Leave the stage' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await fits(page, 'a set list');
  });
});
