import assert from 'node:assert/strict';
import { goToEnd, linkOf, openWindow, saved, shows, startDemo } from '../support/windows.ts';

describe('who comes to read', () => {
  it('lands on the sheet, on a wide screen too, and looks at the source if they like', async () => {
    const { url } = await startDemo();
    const ann = await openWindow(`${url}/song/new`);
    await ann.locator('.cm-content').fill('{title: Ours}\n[G]One line');
    await saved(ann);
    const ben = await openWindow(await linkOf(ann, 'Only read'));
    await ben.locator('.sheet').getByText('One line').waitFor();
    const editor = ben.locator('.editor');
    await ben.getByText('You are here to read').waitFor();
    assert.ok(!(await editor.isVisible()));
    const sheet = await ben.locator('.paper').boundingBox();
    assert.ok(sheet && sheet.width > 1_000, 'the sheet has all of the page');
    const source = ben.getByRole('button', { name: 'Source' });
    await source.click();
    await editor.getByText('[G]').waitFor();
    assert.ok(await ben.locator('.sheet').isVisible());
    await source.click();
    await editor.waitFor({ state: 'hidden' });
  });

  it('does so without the editor, which comes later; where it does not come, one writes without it', async () => {
    const { url } = await startDemo();
    const ann = await openWindow(`${url}/song/new`);
    await ann.locator('.cm-content').fill('{title: Ours}\n[G]One line');
    await saved(ann);
    const ben = await openWindow('about:blank', { mayFail: true });
    await ben.route('**/assets/editor-*.js', (route) => route.abort());
    await ben.goto(`${url}/song/new`);
    await ben.locator('.sheet').getByText('One line').waitFor();
    const field = ben.getByRole('textbox', { name: 'The song in ChordPro' });
    await field.press('Control+End');
    await field.pressSequentially(' more');
    await shows(ann, (text) => text === '{title: Ours}\n[G]One line more');
    await goToEnd(ann);
    await ann.keyboard.type(' and more');
    await ben.locator('.sheet').getByText('line more and more').waitFor();

    // With a connection again it is fetched, and one writes on where one was.
    await ben.unroute('**/assets/editor-*.js');
    await field.press('Control+Home');
    await ben.context().setOffline(true);
    await ben.getByText('You are offline.').waitFor();
    await ben.keyboard.insertText('# ours\n');
    await ben.context().setOffline(false);
    let written = '';
    for (let word = 0; !(await ben.locator('.cm-content').isVisible()); word++) {
      await ben.keyboard.type(`${word} `);
      written += `${word} `;
    }
    await ben.keyboard.insertText('and more\n');
    await shows(ann, (text) => text.startsWith(`# ours\n${written}and more\n{title: Ours}`));
  });
});
