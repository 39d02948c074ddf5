import assert from 'node:assert/strict';
import { call } from '../support/http.ts';
import { startServer, tokenFor } from '../support/server.ts';
import { goToEnd, openWindow, saved, shows, textIn } from '../support/windows.ts';

const admin = { sub: 'root', rooms: { '*': 'viewer' }, scope: 'admin' };

describe('a song that was deleted while somebody was away', () => {
  it('is told with a banner, stays deleted, and goes on as a new song when it is kept', async () => {
    const server = await startServer();
    const token = tokenFor({ sub: 'ann', name: 'Ann', rooms: { 'song:*': 'editor' } });
    const ann = await openWindow(`${server.url}/song/old#token=${token}`, { mayFail: true });
    await ann.getByText('Connected').waitFor();
    await goToEnd(ann);
    await ann.keyboard.type('Sent. ');
    await saved(ann);
    await ann.context().setOffline(true);
    await ann.getByText('You are offline.').waitFor();
    await goToEnd(ann);
    await ann.keyboard.type('Not sent.');
    assert.equal((await call(server, 'DELETE /api/v1/rooms/song:old', admin)).status, 200);
    await ann.context().setOffline(false);
    await ann.getByText('This song was deleted.').waitFor();
    assert.equal(await textIn(ann), 'Sent. Not sent.');
    await ann.getByRole('button', { name: 'Keep as a new song' }).click();
    await ann.waitForURL((url) => url.pathname !== '/song/old');
    await shows(ann, (text) => text === 'Sent. Not sent.');
    await saved(ann);
    const { pathname } = new URL(ann.url());
    const kept = await call(server, `GET /api/v1/rooms/song:${pathname.slice('/song/'.length)}?format=text`, admin);
    assert.equal(kept.body, 'Sent. Not sent.');
    assert.equal((await call(server, 'GET /api/v1/rooms/song:old', admin)).status, 404);
    await ann.goto(`${server.url}/song/old`);
    await ann.getByText('Connected').waitFor();
    assert.doesNotMatch(await textIn(ann), /sent/i);
  });

  it('says why where one may begin no other', async () => {
    const server = await startServer();
    const token = tokenFor({ sub: 'ann', name: 'Ann', rooms: { 'song:old': 'editor' } });
    const ann = await openWindow(`${server.url}/song/old#token=${token}`, { mayFail: true });
    await ann.getByText('Connected').waitFor();
    await goToEnd(ann);
    await ann.keyboard.type('Sent.');
    await saved(ann);
    assert.equal((await call(server, 'DELETE /api/v1/rooms/song:old', admin)).status, 200);
    await ann.getByText('This song was deleted.').waitFor();
    await ann.getByRole('button', { name: 'Keep as a new song' }).click();
    await ann.getByText('It can not be kept as a new song. You may not do this here.').waitFor();
    assert.equal(await textIn(ann), 'Sent.');
    await ann.getByRole('button', { name: 'Keep as a new song' }).and(ann.locator(':enabled')).waitFor();
  });
});
