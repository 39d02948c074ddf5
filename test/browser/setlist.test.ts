import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { findings } from '../support/axe.ts';
import { startServer, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';
import { linkOf, noted, openWindow, saved, startDemo } from '../support/windows.ts';

/** Writes songs, so that they are among those of the window's device. */
async function writeSongs(page: Page, url: string, names: string[]): Promise<void> {
  for (const name of names) {
    await page.goto(`${url}/song/${name.toLowerCase()}`);
    await page.getByText('Connected').waitFor();
    await page.locator('.cm-content').fill(`{title: ${name}}\n{key: G}\n[G]${name} is sung`);
    await noted(page, name);
    await saved(page);
  }
}

function titles(page: Page): Promise<string[]> {
  return page.locator('.setlist li a').allTextContents();
}

describe('a set list', () => {
  it('has songs in order, each in a key, shared, and played on stage', async () => {
    const { url } = await startDemo();
    const ann = await openWindow(url);
    await writeSongs(ann, url, ['One', 'Two', 'Three']);
    await ann.goto(`${url}/setlist/tonight`);
    await ann.getByText('Connected').waitFor();
    await ann.getByRole('textbox', { name: 'What the set list is called' }).fill('Tonight');
    for (const name of ['One', 'Two', 'Three']) await ann.getByRole('button', { name, exact: true }).click();
    await ann.getByRole('button', { name: 'Three: up' }).click();
    const second = ann.getByRole('listitem').filter({ hasText: 'Three' });
    for (const _ of [1, 2]) await second.getByRole('button', { name: 'Key: more' }).click();
    await until(async () => (await second.getByLabel('Key', { exact: true }).textContent()) === 'A');

    assert.deepEqual(await findings(ann), []);

    // Who comes by a link plays along, and changes nothing.
    const ben = await openWindow(await linkOf(ann, 'Only read'));
    await ben.getByRole('heading', { name: 'Tonight' }).waitFor();
    await until(async () => String(await titles(ben)) === 'One,Three,Two');
    assert.equal(await ben.getByRole('button', { name: 'Three: up' }).count(), 0);
    await ben.getByRole('button', { name: 'Play', exact: true }).click();
    await ben.getByRole('dialog', { name: 'On stage: One' }).waitFor();
    await ben.locator('.on-stage').getByText('One is sung').waitFor();

    await ann.getByRole('button', { name: 'Play Three' }).click();
    await ann.getByRole('button', { name: 'Lead' }).click();
    await ben.getByRole('dialog', { name: 'On stage: Three' }).waitFor();
    await until(async () => (await ben.locator('.on-stage .piece').first().getAttribute('data-chord')) === 'A');
    await ann.keyboard.press('PageDown');
    for (const page of [ann, ben]) await page.getByRole('dialog', { name: 'On stage: Two' }).waitFor();
    await ann.getByRole('button', { name: 'Leave the stage' }).click();

    await ann.getByRole('button', { name: 'Take Two out' }).click();
    await ben.getByRole('dialog', { name: 'On stage: Three' }).waitFor();
    await ben.getByRole('button', { name: 'Leave the stage' }).click();
    await until(async () => String(await titles(ben)) === 'One,Three');
  });
});

describe('the songs of a device', () => {
  it('are searched, renamed, deleted, and brought back from the bin', async () => {
    const { url } = await startDemo();
    const ann = await openWindow(url);
    await writeSongs(ann, url, ['One', 'Two', 'Three', 'Four', 'Five', 'Six']);
    await ann.locator('.title').click();
    const songs = ann.getByRole('list', { name: 'Your songs' });
    await ann.getByRole('searchbox', { name: 'Search songs' }).fill('t');
    assert.deepEqual(await songs.getByRole('link').locator('span').allTextContents(), ['Three', 'Two']);
    await ann.getByRole('button', { name: 'Delete Two' }).click();
    assert.equal(await songs.getByRole('link', { name: /Two/ }).count(), 0);
    await ann.getByText('Bin (1)').click();
    assert.deepEqual(await findings(ann), []);
    await ann.getByRole('button', { name: 'Put back Two' }).click();
    await songs.getByRole('link', { name: /Two/ }).waitFor();

    await ann.getByRole('textbox', { name: 'Title of this song' }).fill('Sixth');
    await ann.getByRole('button', { name: 'Rename' }).click();
    await ann.locator('.sheet').getByRole('heading', { name: 'Sixth' }).waitFor();
  });

  it('are all of the server for who administers it, and come back too', async () => {
    const { url } = await startServer();
    const token = tokenFor({ sub: 'root', name: 'Root', rooms: { '*': 'host' }, scope: 'admin' });
    const root = await openWindow(`${url}/song/first#token=${token}`);
    await root.getByText('Connected').waitFor();
    await writeSongs(root, url, ['First', 'Second']);
    await root.locator('.title').click();
    await root.getByText('All on this server').click();
    await root.getByRole('button', { name: 'Delete first for everybody' }).click();
    await root.getByText('Bin (1)').click();
    await root.getByRole('button', { name: 'Put back first' }).click();
    await root.getByRole('list', { name: 'Your songs' }).getByRole('link', { name: /first/ }).click();
    await root.locator('.sheet').getByText('First is sung').waitFor();
  });
});
