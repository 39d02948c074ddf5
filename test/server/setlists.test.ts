import assert from 'node:assert/strict';
import { Client } from '../../client/index.ts';
import { addSong, type SharedSetlist, setlists, songsOf } from '../../client/web/setlist/setlist.ts';
import type { CollaborationServer } from '../../server/application.ts';
import { cleanup } from '../support/cleanup.ts';
import { call } from '../support/http.ts';
import { startServer, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';

const admin = { sub: 'root', rooms: {}, scope: 'admin' };

function open({ url }: CollaborationServer, sub: string): SharedSetlist {
  const client = new Client(url, { token: tokenFor({ sub, rooms: { '*': 'editor' } }), documents: [setlists] });
  cleanup(() => client.disconnect());
  client.connect();
  return client.room('setlist:tonight').document(setlists);
}

const titles = (setlist: SharedSetlist) => songsOf(setlist).map(({ title }) => title);

describe('set lists', () => {
  it('are begun by two at once, hold what is a song alone, and move to another server', async () => {
    const [one, other] = [await startServer(), await startServer()];
    const [ann, ben] = [open(one, 'ann'), open(one, 'ben')];
    addSong(ann, { path: '/song/a', title: 'Ann’s' });
    addSong(ben, { path: '/song/b#token=invitation.x', title: 'Ben’s' });
    for (const list of [ann, ben]) await until(() => titles(list).length === 2);
    assert.deepEqual(titles(ann), titles(ben));
    for (const path of ['https://example.org/', '/session/a', '/song/a b', 7])
      ann.insert(['songs'], { path, title: 'No song', transpose: 0, capo: null });
    await ann.update(['songs', songsOf(ann)[0]?.id ?? ''], { transpose: 2, capo: 99 });
    assert.deepEqual([songsOf(ann)[0]?.transpose, songsOf(ann)[0]?.capo], [2, undefined]);
    await until(() => ben.ids(['songs']).length === 6);
    assert.equal(songsOf(ben).length, 2);

    const { body } = await call(one, 'GET /api/v1/export', admin);
    const line = String(body)
      .split('\n')
      .find((each) => each.includes('"setlist:tonight"'));
    assert.ok(line);
    const headers = { 'Content-Type': 'application/json' };
    const imported = await call(other, 'POST /api/v1/import', admin, { body: line, headers });
    assert.equal(imported.status, 200, JSON.stringify(imported.body));
    const cyd = open(other, 'cyd');
    await until(() => titles(cyd).length === 2);
    assert.deepEqual(cyd.value, ann.value);
  });
});
