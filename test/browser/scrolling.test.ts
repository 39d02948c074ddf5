import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { drawn, editors, has, open } from '../support/editors.ts';
import { roomFor } from '../support/programs.ts';
import { startServer, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';
import { openWindow, sheetOf } from '../support/windows.ts';

const song = Array.from({ length: 100 }, (_, line) => `This is line ${line}${' and so on'.repeat(line % 9)}`).join(
  '\n',
);

const scrollTo = async (page: Page, top: number) => {
  await page.evaluate((to) => globalThis.bound.scrollTo(to), top);
  await drawn(page);
  assert.equal(await scrollOf(page), top);
};
const scrollOf = (page: Page) => page.evaluate(() => globalThis.bound.scroll());

/** By how much the view follows when something happens, in pixels, as soon as nothing moves any more. */
async function movedBy(page: Page, happens: () => unknown): Promise<number> {
  const before = await scrollOf(page);
  await happens();
  let after = Number.NaN;
  await until(async () => {
    const last = after;
    await drawn(page);
    after = await scrollOf(page);
    return after === last;
  });
  return after - before;
}

describe('what one reads', function () {
  this.timeout(60_000);

  for (const editor of editors) {
    it(`stays where it is in ${editor.name} while others write above, and below`, async () => {
      const { ada, cleo } = await open(editor, { text: song });
      await scrollTo(ada, 600);
      const { text } = cleo;
      const movedByEdit = (at: number, length: number, insert: string) =>
        movedBy(ada, () => {
          text.replace(at, length, insert);
          return has(ada, text.text);
        });
      const added = await movedByEdit(0, 0, 'more\n'.repeat(10));
      assert.ok(added >= 150 && added <= 250, `ten lines are ${added} px`);
      assert.equal(await movedByEdit(0, 50, ''), -added);
      assert.equal(await movedByEdit(text.length, 0, '\nmore'.repeat(10)), 0);
      await scrollTo(ada, 0);
      assert.equal(await movedByEdit(0, 0, 'more\n'.repeat(10)), 0);
    });
  }

  for (const editor of editors) {
    it(`stays where it is in ${editor.name} when a viewer presses keys`, async () => {
      const { ada } = await open(editor, { text: song, role: 'viewer' });
      await editor.focus(ada);
      await ada.keyboard.press('Control+Home');
      for (const key of ['x', 'Backspace', 'Enter', 'Delete', 'Control+z', 'Control+y']) {
        await scrollTo(ada, 600);
        const moved = await movedBy(ada, () => ada.keyboard.press(key));
        assert.equal(moved, 0, `${key} moves the view by ${moved} px`);
      }
    });
  }

  it('stays where it is on the sheet while others write above', async () => {
    const server = await startServer();
    const cleo = roomFor(server, 'cleo', '42');
    const verse = (of: number) =>
      `{comment: Verse ${of}}\nWhen [G]words of ${of} are [C]long they are sung\nand [D]done\n\n`;
    const text = `{title: Long}\n\n${Array.from({ length: 40 }, (_, of) => verse(of)).join('')}`;
    cleo.text.insert(0, text);
    await cleo.text.stored();
    const page = await openWindow(`${server.url}/song/42#token=${tokenFor({ sub: 'ada', name: 'Ada' })}`);
    await page.getByText('Connected').waitFor();
    const line = page.locator('.sheet .line', { hasText: 'Verse 20' });
    await line.waitFor();
    await line.evaluate((element) => element.scrollIntoView({ block: 'start', behavior: 'instant' }));
    const top = () => line.evaluate((element) => element.getBoundingClientRect().top);
    const before = await top();
    assert.ok(before < 300, 'it is at the top');
    for (const [at, length, insert, mark] of [
      [15, 0, 'These are ten lines\n'.repeat(10), 'These are ten lines'],
      [15, 0, 'and [E]some\n{comment: more}\n', 'more'],
      [0, text.length >> 2, '{title: Another}\n', 'Another'],
    ] as const) {
      cleo.text.replace(at, length, insert);
      await until(async () => (await sheetOf(page)).includes(mark));
      const after = await top();
      assert.ok(Math.abs(after - before) <= 1, `with ${mark} it is at ${after}, and was at ${before}`);
    }
  });
});
