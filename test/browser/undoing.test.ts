import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { until } from '../support/until.ts';
import { goToEnd, openWindow, saved, shows, startDemo, twoWindows } from '../support/windows.ts';

/** Waits until there is something to undo and to redo, or not. */
async function offers(page: Page, undo: boolean, redo: boolean): Promise<void> {
  const [canUndo, canRedo] = [page.getByRole('button', { name: 'Undo' }), page.getByRole('button', { name: 'Redo' })];
  await until(async () => (await canUndo.isEnabled()) === undo && (await canRedo.isEnabled()) === redo);
}

describe('the buttons for undo and redo', () => {
  it('of a song are there as one’s own edits are, and leave the caret where it is', async () => {
    const [ann, ben] = await twoWindows();
    await offers(ann, false, false);
    await goToEnd(ann);
    await ann.keyboard.insertText('One');
    await offers(ann, true, false);
    await shows(ben, (text) => text === 'One');
    await offers(ben, false, false);
    await ann.getByRole('button', { name: 'Undo' }).click();
    // What is empty says what may come there.
    await shows(ben, (text) => !text.includes('One'));
    await offers(ann, false, true);
    assert.ok(await ann.locator('.cm-content').evaluate((editor) => editor === document.activeElement));
    await ann.getByRole('button', { name: 'Redo' }).click();
    await shows(ben, (text) => text === 'One');
    await offers(ann, true, false);
    await ann.getByRole('button', { name: 'Undo' }).click();
    await ann.keyboard.insertText('Another');
    await offers(ann, true, false);
    await shows(ben, (text) => text === 'Another');
  });

  it('of a set list are, too', async () => {
    const { url } = await startDemo();
    const ann = await openWindow(`${url}/setlist/tonight`);
    const name = ann.getByRole('textbox', { name: 'What the set list is called' });
    await name.fill('Tonight');
    await offers(ann, true, false);
    await ann.getByRole('button', { name: 'Undo' }).click();
    await offers(ann, false, true);
    assert.equal(await name.inputValue(), '');
    await ann.getByRole('button', { name: 'Redo' }).click();
    await offers(ann, true, false);
    await saved(ann);
    const ben = await openWindow(`${url}/setlist/tonight`);
    await until(async () => (await ben.getByRole('textbox', { name: /called/ }).inputValue()) === 'Tonight');
    await offers(ben, false, false);
  });
});
