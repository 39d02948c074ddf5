import assert from 'node:assert/strict';
import { until } from '../support/until.ts';
import {
  goToEnd,
  openTab,
  openWindow,
  saved,
  sheetOf,
  shows,
  startDemo,
  textIn,
  twoWindows,
} from '../support/windows.ts';

describe('two windows on a song', () => {
  it('converge when both type at once', async () => {
    const [ann, ben] = await twoWindows();
    await goToEnd(ann);
    await ann.keyboard.type('{title: Both}\n\n');
    await shows(ben, (text) => text.includes('Both'));
    await goToEnd(ben);
    const songs = ['[G]What I write here\nis mine [C]alone ', 'While [D]you are there\nand 😀 write your own'];
    await Promise.all([
      ann.keyboard.type(songs[0] as string, { delay: 5 }),
      ben.keyboard.type(songs[1] as string, { delay: 5 }),
    ]);
    await Promise.all([saved(ann), saved(ben)]);
    const text = await until(async () => {
      const [one, other] = await Promise.all([textIn(ann), textIn(ben)]);
      return one === other && one;
    });
    const letters = (words: string) => [...words].sort().join('');
    assert.equal(letters(text), letters(`{title: Both}\n\n${songs.join('')}`));
    await until(async () => (await sheetOf(ann)) === (await sheetOf(ben)));
    assert.match(await sheetOf(ann), /^Both\n/);
  });

  it('show each other’s cursors and selections with names, and follow them', async () => {
    const [ann, ben] = await twoWindows();
    await goToEnd(ann);
    await ann.keyboard.insertText(Array.from({ length: 120 }, (_, line) => `line ${line}`).join('\n'));
    await ben.getByText('line 0', { exact: true }).first().waitFor();
    const name = await ann.locator('.face').first().getAttribute('title');
    const called = name?.replace(/, you.*/, '') ?? '';
    await ben.getByRole('button', { name: `Follow ${called}` }).click();
    await ben.getByText(`Following ${called}`).waitFor();
    const cursor = ben.locator(`.tutti-cursor[data-name="${called}"]`);
    await cursor.waitFor();
    for (const key of ['Control+Home', 'Control+End']) {
      await ann.keyboard.press(key);
      await until(() => cursor.isVisible());
      const line = key === 'Control+Home' ? 'line 0' : 'line 119';
      await until(async () => (await ben.locator('.cm-line').filter({ has: cursor }).textContent()) === line);
    }
    await ann.keyboard.press('Shift+Home');
    await until(async () => (await ben.locator('.tutti-selection').allTextContents()).join('') === 'line 119');
    await ben.locator('.cm-content').click();
    await ben.getByText(`Following ${called}`).waitFor({ state: 'detached' });
  });

  it('take back their own edits only', async () => {
    const [ann, ben] = await twoWindows();
    await goToEnd(ann);
    // At once: what comes half a second after another key is a step of its own.
    await ann.keyboard.insertText('mine');
    await shows(ben, (text) => text === 'mine');
    await goToEnd(ben);
    await ben.keyboard.type(' yours');
    await shows(ann, (text) => text === 'mine yours');
    await ann.keyboard.press('Control+z');
    await shows(ben, (text) => text === ' yours');
    await ann.keyboard.press('Control+y');
    await shows(ben, (text) => text === 'mine yours');
  });

  it('say who types, and what is said', async () => {
    const [ann, ben] = await twoWindows();
    await goToEnd(ann);
    await ann.keyboard.type('La');
    await ben.getByText(/is typing…/).waitFor();
    for (const page of [ann, ben]) await page.getByRole('button', { name: 'Chat' }).click();
    await ann.getByLabel('Message', { exact: true }).fill('Shall we sing?');
    await ann.keyboard.press('Enter');
    await ben.getByRole('log').getByText('Shall we sing?').waitFor();
    await ben.getByRole('button', { name: 'Close the chat' }).click();
    await ann.getByLabel('Message', { exact: true }).fill('Now!');
    await ann.keyboard.press('Enter');
    await ben.getByRole('button', { name: 'Chat, 1 new' }).waitFor();
  });

  it('show a name and a colour that were chosen, to whoever comes later too', async () => {
    const [ann, ben] = await twoWindows();
    await ann.getByRole('button', { name: /, you/ }).click();
    await ann.getByRole('textbox', { name: 'Name' }).fill('Ann Archer');
    await ann.getByLabel('Plum').check();
    await ann.getByRole('button', { name: 'Save' }).click();
    const cyd = await openWindow(ben.url());
    for (const page of [ben, cyd]) {
      const face = page.getByRole('button', { name: 'Follow Ann Archer' });
      await until(async () => (await face.getAttribute('style'))?.includes('rgb(123, 63, 160)'));
    }
    await ann.reload();
    await ann.getByRole('button', { name: 'Ann Archer, you' }).waitFor();
  });

  it('are two people also in one browser, and the same again after a reload', async () => {
    const { url } = await startDemo();
    const one = await openWindow(url);
    const other = await openTab(one.context(), url);
    const faces = other.locator('.face');
    await until(async () => (await faces.count()) === 2);
    const name = await faces.first().getAttribute('title');
    await other.reload();
    await until(async () => (await faces.count()) === 2 && (await faces.first().getAttribute('title')) === name);
  });
});

describe('the sheet', () => {
  it('transposes, takes a capo and grows, for its reader alone', async () => {
    const { url } = await startDemo();
    const page = await openWindow(url);
    const first = page.locator('.sheet [data-chord]').first();
    const chord = () => first.getAttribute('data-chord');
    await until(async () => (await chord()) === 'G');
    const source = await textIn(page);
    await page.getByRole('button', { name: 'Key: more' }).click();
    await until(async () => (await chord()) === 'A♭');
    await page.getByRole('button', { name: 'Capo: more' }).click();
    await until(async () => (await chord()) === 'G');
    await page.getByText('Key of G · Capo 1').waitFor();
    await page.getByRole('button', { name: 'Size: more' }).click();
    assert.equal(await page.locator('output[aria-label="Size"]').textContent(), '110%');
    assert.equal(await textIn(page), source);
  });

  it('imports lyrics with chords over them, and exports them again', async () => {
    const [ann, ben] = await twoWindows();
    const lyrics = 'House\n\n   Am      C\nThere is a house\n';
    await ann.getByRole('button', { name: 'Import and export' }).click();
    await ann
      .locator('input[type=file]')
      .setInputFiles({ name: 'house.txt', mimeType: 'text/plain', buffer: Buffer.from(lyrics) });
    await shows(ben, (text) => text === '{title: House}\n\nThe[Am]re is a [C]house\n');
    await ben.getByRole('button', { name: 'Import and export' }).click();
    for (const [button, expected] of [
      ['Export lyrics with chords', lyrics],
      ['Export ChordPro', await textIn(ben)],
    ] as const) {
      const [download] = await Promise.all([
        ben.waitForEvent('download'),
        ben.getByRole('button', { name: button }).click(),
      ]);
      const chunks = await (await download.createReadStream()).toArray();
      assert.equal(Buffer.concat(chunks).toString(), expected);
      assert.match(download.suggestedFilename(), /^House\.(txt|cho)$/);
    }
  });
});
