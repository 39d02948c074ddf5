import assert from 'node:assert/strict';
import { until } from '../support/until.ts';
import { linkOf, openWindow, saved, sheetOf, startDemo, textIn } from '../support/windows.ts';

describe('reading a song', () => {
  it('keeps key and size for who reads; what is for everyone is in the song', async () => {
    const { url } = await startDemo();
    const ann = await openWindow(url);
    await ann.getByText('Connected').waitFor();
    await ann.getByRole('button', { name: 'Key: more' }).click();
    await ann.getByRole('button', { name: 'Size: more' }).click();
    await ann.getByRole('button', { name: 'Chords' }).click();
    await ann.locator('.chord-diagram').first().waitFor();
    await ann.reload();
    await ann.getByText('Connected').waitFor();
    await ann.locator('.chord-diagram').first().waitFor();
    assert.equal(await ann.getByLabel('Size', { exact: true }).textContent(), '110%');
    const key = await ann.getByLabel('Key', { exact: true }).textContent();

    const ben = await openWindow(url);
    await ben.getByText('Connected').waitFor();
    assert.notEqual(await ben.getByLabel('Key', { exact: true }).textContent(), key);
    await ann.getByRole('button', { name: 'For everyone' }).click();
    await until(async () => (await ben.getByLabel('Key', { exact: true }).textContent()) === key);
    assert.equal(await ann.getByLabel('Key', { exact: true }).textContent(), key);

    await saved(ann);
    await ann.getByRole('button', { name: 'Undo' }).click();
    await until(async () => !(await textIn(ben)).includes('{transpose'));
    await ann.getByRole('button', { name: 'Redo' }).click();
    await until(async () => (await textIn(ben)).includes('{transpose: 1'));
  });

  it('begins with the sheet on a phone, and with the pen where there is nothing to read', async () => {
    const { url } = await startDemo();
    const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
    const ann = await openWindow(`${url}/song/new`, phone);
    await ann.locator('.cm-content').fill('{title: New}\nOne line');
    await saved(ann);
    await ann.reload();
    await ann.getByRole('heading', { name: 'New' }).waitFor();
    assert.match(await sheetOf(ann), /One line/);
    assert.ok(!(await ann.locator('.cm-content').isVisible()));
  });

  it('has a chat that is kept, with links in it', async () => {
    const { url } = await startDemo();
    const ann = await openWindow(url);
    await ann.getByRole('button', { name: 'Chat' }).click();
    await ann.getByRole('textbox', { name: 'Message' }).fill('See (https://example.org/a_(b)).');
    await ann.keyboard.press('Enter');
    const link = ann.getByRole('link', { name: 'https://example.org/a_(b)', exact: true });
    assert.equal(await link.getAttribute('href'), 'https://example.org/a_(b)');
    assert.equal(await link.getAttribute('rel'), 'noreferrer');

    // What was said is there for who comes later, too.
    const ben = await openWindow(url);
    await ben.getByRole('button', { name: 'Chat, 1 new' }).click();
    await ben.getByRole('link', { name: 'https://example.org/a_(b)', exact: true }).waitFor();
    const guest = await openWindow(await linkOf(ann, 'Write'));
    await guest.getByRole('button', { name: 'Chat, 1 new' }).click();
    await guest.getByRole('textbox', { name: 'Message' }).fill('Found it.');
    await guest.keyboard.press('Enter');
    await ben.getByRole('log').getByText('Found it.').waitFor();
  });
  it('has a chat in which what is said before one is let in is said then', async () => {
    const { url } = await startDemo();
    const ann = await openWindow('about:blank', { mayFail: true });
    const context = ann.context();
    await context.route('**/api/v1/guests', (route) => route.abort());
    await ann.goto(url);
    await ann.getByRole('button', { name: 'Chat' }).click();
    await ann.getByRole('textbox', { name: 'Message' }).fill('Early.');
    await ann.keyboard.press('Enter');
    await ann.getByText('This is said when you are connected.').waitFor();
    await ann.getByRole('button', { name: 'Close the chat' }).click();
    await context.unroute('**/api/v1/guests');
    await ann.getByText('Connected').waitFor();
    await ann.getByRole('button', { name: 'Chat' }).click();
    await ann.getByRole('log').getByText('Early.').waitFor();
    assert.equal(await ann.getByRole('textbox', { name: 'Message' }).inputValue(), '');
  });
});
