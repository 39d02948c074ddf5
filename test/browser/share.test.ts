import assert from 'node:assert/strict';
import { startServer, tokenFor } from '../support/server.ts';
import { linkOf, openWindow } from '../support/windows.ts';

describe('the Share box', () => {
  it('lists links with their role, their maker, how many came by them and until when; and revokes them', async () => {
    const { url } = await startServer();
    const token = tokenFor({ sub: 'ann', name: 'Ann', rooms: { 'song:*': 'editor' } });
    const ann = await openWindow(`${url}/song/new#token=${token}`);
    const link = await linkOf(ann, 'Write');
    assert.equal(await linkOf(ann, 'Write'), link);
    assert.notEqual(await linkOf(ann, 'Only read'), link);
    const ben = await openWindow(link, { mayFail: true });
    await ben.getByText('Connected').waitFor();

    await ann.getByRole('button', { name: 'Share' }).click();
    const items = ann.getByRole('list', { name: 'Links' }).getByRole('listitem');
    await items.filter({ hasText: /Only read by Ann\s*0 of 100 guests, until \w+/ }).waitFor();
    await items.filter({ hasText: /Write by Ann\s*1 of 100 guests, until \w+/ }).waitFor();
    await ann.getByRole('radio', { name: 'Write' }).check();
    await ann.getByRole('button', { name: 'Revoke “Write” by Ann' }).click();
    await ann.getByRole('button', { name: 'Make a link' }).waitFor();
    assert.equal(await items.count(), 1);
    await ben.getByText('Your role here was withdrawn.').waitFor();

    const late = await openWindow(link, { mayFail: true });
    await late.getByText('it is not whole, it was revoked, or its time is over').waitFor();
    await ann.getByRole('button', { name: 'Make a link' }).click();
    await items.nth(1).waitFor();
    await ann.keyboard.press('Escape');
    const again = await linkOf(ann, 'Write');
    assert.notEqual(again, link);
    await (await openWindow(again)).getByText('Connected').waitFor();
  });
});
