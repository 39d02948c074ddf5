import assert from 'node:assert/strict';
import { heldBack } from '../support/heldBack.ts';
import { startServer, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';
import { editorIn, openWindow, saved, startDemo, textIn, type WindowOptions } from '../support/windows.ts';

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** What is not at its place any more, of what a window showed before the server let it in: as browsers count it, good is less than 0.1. */
async function shiftOf(address: string, options: WindowOptions, words: string): Promise<number> {
  const page = await openWindow('about:blank', options);
  const letGo = await heldBack(page);
  await page.addInitScript(() => {
    Object.assign(globalThis, { shift: 0 });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[])
        Object.assign(globalThis, { shift: (globalThis as unknown as { shift: number }).shift + entry.value });
    }).observe({ type: 'layout-shift', buffered: true });
    // However slow the machine, this does not take long.
    const { setTimeout } = globalThis;
    globalThis.setTimeout = ((call: () => void, ms?: number) =>
      setTimeout(call, ms === 2_000 ? 60_000 : ms)) as typeof setTimeout;
  });
  const seen = () => page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
  await page.goto(address);
  await page.getByRole('button', { name: 'Share' }).waitFor();
  await seen();
  letGo();
  await page.locator(words).first().waitFor();
  await page.getByText('Connected').waitFor();
  await seen();
  const shift = await page.evaluate(() => (globalThis as unknown as { shift: number }).shift);
  await page.close();
  return shift;
}

describe('a page that lets one in', () => {
  it('moves nothing of a song for who comes to read', async () => {
    const { url } = await startServer();
    const token = tokenFor({ sub: 'ben', name: 'Ben', rooms: { 'song:*': 'viewer' } });
    assert.ok((await shiftOf(`${url}/song/new#token=${token}`, {}, '.notice')) < 0.1);
  });

  it('moves nothing of a session', async () => {
    const { url } = await startDemo();
    const ann = await openWindow(`${url}/session/evening`);
    for (const name of ['Ode to Joy', 'Amazing Grace']) await ann.getByRole('button', { name, exact: true }).click();
    await ann.getByRole('button', { name: 'Play', exact: true }).click();
    await ann.getByRole('button', { name: 'Pause' }).click();
    await ann.getByText('Paused').waitFor();
    assert.ok((await shiftOf(`${url}/session/evening`, phone, '.melody')) < 0.1);
  });
});

describe('before one is let in', () => {
  for (const kind of ['session', 'setlist']) {
    it(`a ${kind} has nothing to be clicked that would do nothing`, async () => {
      const { url } = await startDemo();
      const page = await openWindow('about:blank');
      const letGo = await heldBack(page);
      await page.goto(`${url}/${kind}/new`);
      await page.getByRole('button', { name: 'Share' }).waitFor();
      assert.equal(await page.locator('main').getByRole('button').or(page.getByRole('textbox')).count(), 0);
      letGo();
      await page.locator('main').getByRole('textbox').first().waitFor();
    });
  }

  it('nothing is put in place of a song that is not there yet', async () => {
    const { url } = await startDemo();
    const page = await openWindow('about:blank');
    // It keeps no songs.
    await page.addInitScript(() => Object.defineProperty(globalThis, 'indexedDB', { value: undefined }));
    await page.goto(`${url}/song/new`);
    await editorIn(page);
    await page.locator('.cm-content').fill('{title: Ours}\n{key: G}\n{transpose: 2}\n[G]One line');
    await saved(page);
    await page.getByRole('button', { name: 'Key: more' }).click();
    const letGo = await heldBack(page);
    await page.reload();
    await page.getByRole('button', { name: 'As written' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'For everyone' }).count(), 0);
    await page.getByRole('button', { name: 'Import and export' }).click();
    const bring = page.getByRole('button', { name: 'Import a file' });
    assert.ok(await bring.isDisabled());
    letGo();
    await until(() => bring.isEnabled());
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'For everyone' }).click();
    await until(async () => (await textIn(page)) === '{title: Ours}\n{key: G}\n{transpose: 3f}\n[G]One line');
  });

  it('the Share box offers what one may give as soon as that is known', async () => {
    const { url } = await startDemo();
    const page = await openWindow('about:blank');
    const letGo = await heldBack(page);
    await page.goto(`${url}/song/new`);
    await page.getByRole('button', { name: 'Share' }).click();
    await page.getByRole('radio', { name: 'Only read' }).waitFor();
    letGo();
    const write = page.getByRole('radio', { name: 'Write' });
    await until(async () => (await write.count()) === 1 && (await write.isChecked()));
  });

  it('a click on the sheet waits for the editor', async () => {
    const { url } = await startDemo();
    const page = await openWindow('about:blank');
    // It would have fetched the editor.
    await page.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, 'serviceWorker'));
    let fetchEditor = () => {};
    const wanted = new Promise<void>((resolve) => {
      fetchEditor = resolve;
    });
    await page.route('**/assets/editor-*.js', async (route) => {
      await wanted;
      await route.continue();
    });
    await page.goto(url);
    await page.locator('.sheet .line').nth(3).click();
    const line = await page.locator('.sheet .line').nth(3).getAttribute('data-line');
    assert.equal(await page.locator('.cm-content').count(), 0);
    fetchEditor();
    await page.locator('.sheet .readers').waitFor();
    assert.equal(await page.locator('.sheet .line:has(.readers)').getAttribute('data-line'), line);
  });
});

describe('what a set list can not take', () => {
  it('is said', async () => {
    const { url } = await startServer({ maxDocumentBytes: 600, maxOperationBytes: 4_096 });
    const token = tokenFor({ sub: 'ann', name: 'Ann', rooms: { '*': 'host' } });
    const page = await openWindow(`${url}/setlist/tonight#token=${token}`);
    const name = page.getByRole('textbox', { name: 'What the set list is called' });
    await name.fill('Tonight');
    await saved(page);
    await name.fill('€'.repeat(200));
    await page.getByText('This could not be done. It is too long.').waitFor();
    assert.equal(await name.inputValue(), 'Tonight');
  });
});
