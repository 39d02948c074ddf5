import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { editors, has, open } from '../support/editors.ts';
import { until } from '../support/until.ts';

const song = Array.from({ length: 100 }, (_, line) => `This is line ${line}${' and so on'.repeat(line % 9)}`).join(
  '\n',
);

/** Resolves when a page has drawn what it has to draw. */
const drawn = (page: Page) =>
  page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
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
});
