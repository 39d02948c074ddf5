import type { CDPSession, Page } from 'playwright-core';
import { drawn, type Editor, editors, has, open } from '../support/editors.ts';
import { until, untilEqual } from '../support/until.ts';

/** What an input method does in a page. */
async function inputMethod(
  page: Page,
): Promise<{ compose(text: string): Promise<void>; commit(text: string): Promise<void> }> {
  const session: CDPSession = await page.context().newCDPSession(page);
  return {
    // Monaco tells the browser with each frame what there is to compose in.
    compose: async (text) => {
      await drawn(page);
      await session.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
    },
    commit: async (text) => {
      await drawn(page);
      await session.send('Input.insertText', { text });
    },
  };
}

/** Opens an editor on a song, with the cursor behind its first letter. */
async function openBehindFirst(editor: Editor, text: string) {
  const opened = await open(editor, { text });
  await editor.focus(opened.ada);
  await opened.ada.keyboard.press('Control+Home');
  await opened.ada.keyboard.press('ArrowRight');
  await until(() => opened.cleo.cursors.some(({ position }) => position === 1));
  return { ...opened, ...(await inputMethod(opened.ada)) };
}

describe('an input method in the midst of a word', function () {
  this.timeout(60_000);

  for (const editor of editors) {
    describe(editor.name, () => {
      const shows = (page: Page, text: string) => untilEqual(() => page.evaluate(() => globalThis.bound.text()), text);
      const knows = (page: Page, text: string) =>
        untilEqual(() => page.evaluate(() => globalThis.bound.room.text.text), text);

      it('is not disturbed by others, who write before, beside and behind it', async () => {
        const { ada, cleo, compose, commit } = await openBehindFirst(editor, 'ab');
        await compose('か');
        await shows(ada, 'aかb');
        cleo.text.insert(0, 'X');
        cleo.text.insert(2, 'Y');
        cleo.text.insert(4, 'b');
        await knows(ada, 'XaYbb');
        cleo.setCursor(1);
        await compose('かに');
        await shows(ada, 'aかにb');
        await commit('蟹');
        await until(() => cleo.text.text === 'Xa蟹Ybb');
        await has(ada, 'Xa蟹Ybb');
        await drawn(ada);
        await ada.keyboard.type('Z ');
        await until(() => cleo.text.text === 'Xa蟹Z Ybb');
        await has(ada, 'Xa蟹Z Ybb');
      });

      it('keeps its word where others delete all around it', async () => {
        const { ada, cleo, compose, commit } = await openBehindFirst(editor, 'ab\ncd');
        await compose('か');
        await shows(ada, 'aかb\ncd');
        cleo.text.delete(0, 5);
        await knows(ada, '');
        await commit('蟹');
        await until(() => cleo.text.text === '蟹');
        await has(ada, '蟹');
        await drawn(ada);
        await ada.keyboard.type('.');
        await until(() => cleo.text.text === '蟹.');
      });

      it('leaves what others wrote when it is given up', async () => {
        const { ada, cleo, compose } = await openBehindFirst(editor, 'ab');
        await compose('か');
        await shows(ada, 'aかb');
        cleo.text.insert(2, '!');
        await knows(ada, 'ab!');
        await compose('');
        await shows(ada, 'ab!');
        await drawn(ada);
        await ada.keyboard.type('.');
        await until(() => cleo.text.text === 'a.b!');
        await has(ada, 'a.b!');
      });
    });
  }
});
