import assert from 'node:assert/strict';
import { findings } from '../support/axe.ts';
import { until } from '../support/until.ts';
import { openWindow, startDemo, textIn } from '../support/windows.ts';

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

describe('the song page', () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has nothing that shuts people out, ${colorScheme}`, async () => {
      const { url } = await startDemo();
      const page = await openWindow(url, { colorScheme, reducedMotion: 'reduce' });
      const other = await openWindow(url);
      await other.locator('.cm-line').nth(8).click();
      await page.locator('.readers').waitFor();
      assert.deepEqual(await findings(page), [], 'the song');
      for (const name of ['Chat', /, you/, 'Import and export', 'Share', /^Tutti/]) {
        await page.getByRole('button', { name }).click();
        assert.deepEqual(await findings(page), [], String(name));
        await page.keyboard.press('Escape');
      }
    });
  }

  it('is usable by the keyboard alone', async () => {
    const { url } = await startDemo();
    const page = await openWindow(url);
    await page.getByRole('heading', { name: 'Auld Lang Syne' }).waitFor();
    const share = page.getByRole('button', { name: 'Share' });
    await until(async () => {
      await page.keyboard.press('Tab');
      return share.evaluate((button) => button === document.activeElement);
    });
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Share' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.ok(await share.evaluate((button) => button === document.activeElement), 'the focus is back');
    // On into the editor, and out of it again.
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.type('# mine\n');
    await until(async () => (await textIn(page)).includes('# mine\n'));
    await page.keyboard.press('Tab');
    assert.ok(!(await page.locator('.cm-content').evaluate((editor) => editor === document.activeElement)));
  });

  it('fits a phone, one side at a time', async () => {
    const { url } = await startDemo();
    const page = await openWindow(url, phone);
    const editor = page.locator('.cm-content');
    const sheet = page.locator('.sheet');
    await sheet.waitFor();
    assert.ok(!(await editor.isVisible()));
    const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
    assert.ok(await fits(), 'the sheet is no wider than the screen');
    await page.getByRole('button', { name: 'Write' }).tap();
    await editor.waitFor();
    assert.ok(!(await sheet.isVisible()));
    assert.ok(await fits(), 'the editor is no wider than the screen');
    await page.getByRole('button', { name: 'Read' }).tap();
    await sheet.waitFor();
    for (const button of await page.getByRole('button').all()) {
      if (!(await button.isVisible())) continue;
      const box = await button.boundingBox();
      assert.ok(box && box.x >= 0 && box.x + box.width <= 390, await button.innerText());
    }
    assert.deepEqual(await findings(page), []);
  });

  it('prints the song alone, on one page', async () => {
    const { url } = await startDemo();
    const page = await openWindow(url);
    await page.getByRole('heading', { name: 'Auld Lang Syne' }).waitFor();
    for (const isLong of [false, true]) {
      if (isLong) {
        await page.locator('.cm-content').focus();
        await page.keyboard.press('Control+End');
        await page.keyboard.insertText('\n\nOne [G]more [D7]line'.repeat(40));
        await page.locator('.sheet section').nth(40).waitFor();
      }
      const pdf = await page.pdf({ preferCSSPageSize: true });
      assert.equal(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length, 1, isLong ? 'a long song' : 'a song');
    }
    await page.emulateMedia({ media: 'print' });
    assert.ok(await page.locator('.sheet').isVisible());
    for (const hidden of ['.bar', '.write', '.tools', '.status'])
      assert.ok(!(await page.locator(hidden).isVisible()), hidden);
  });
});
