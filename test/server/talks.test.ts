import assert from 'node:assert/strict';
import { Client, type SharedFeed } from '../../client/index.ts';
import { talks } from '../../client/web/talk/talks.ts';
import { cleanup } from '../support/cleanup.ts';
import { call } from '../support/http.ts';
import { member, next, refused, request, startServer, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';

describe('the talk of a room', () => {
  it('is open to whoever the room is open to, and ends with it', async () => {
    const server = await startServer();
    const enter = (sub: string, rooms: Record<string, 'host' | 'editor' | 'viewer'>) => {
      const client = new Client(server.url, { token: tokenFor({ sub, rooms }), documents: [talks] });
      cleanup(() => client.disconnect());
      client.connect();
      return client;
    };
    const ann = enter('ann', { 'song:1': 'host' });
    const ben = enter('ben', { 'song:1': 'editor' });
    const cyd = enter('cyd', { 'song:1': 'viewer' });
    const eve = enter('eve', { 'song:2': 'host', 'talk:*': 'host' });
    ann.room('song:1').text.insert(0, 'la');
    await ann.room('song:1').text.stored();
    await until(() => ben.room('song:1').state.status === 'joined');
    const said = (client: Client): SharedFeed => client.room('talk:song.1').document(talks);
    await said(ann).send('hello');
    await until(() => said(ben).entries.length === 1 && said(cyd).entries.length === 1);
    await assert.rejects(said(cyd).send('I too'), { error_code: 'forbidden' });
    await until(() => eve.room('talk:song.1').state.refusal?.error_code === 'forbidden');
    for (const name of ['talk:song', 'talk:talk.song.1', 'talk:.1', 'talk:nothing.1'])
      await until(() => ann.room(name).state.refusal !== undefined || ann.room(name).state.status === 'joined').then(
        () => assert.match(ann.room(name).state.refusal?.error_code ?? '', /not_found|forbidden/, name),
      );

    const kicked = await call(server, 'DELETE /api/v1/rooms/song:1/participants/ben', {
      sub: 'ann',
      rooms: { 'song:1': 'host' },
    });
    assert.equal(kicked.status, 200);
    await until(() => ben.room('talk:song.1').state.status === 'removed');
    assert.equal(ann.room('talk:song.1').state.status, 'joined');

    const admin = { sub: 'root', rooms: {}, scope: 'admin' };
    assert.equal((await call(server, 'DELETE /api/v1/rooms/song:1', admin)).status, 200);
    await until(() => ann.room('talk:song.1').state.status === 'removed');
    assert.equal((await call(server, 'GET /api/v1/rooms/talk:song.1', admin)).status, 404);
  });

  it('is closed to who was kicked from it alone, until a host of the room lets them in again', async () => {
    const server = await startServer();
    const [room_id, host] = ['talk:song.1', { sub: 'ann', rooms: { 'song:1': 'host' } }];
    const ben = await member(server, { sub: 'ben', rooms: { 'song:1': 'editor' } }, { room_id });
    const removed = next(ben, 'room_removed');
    const place = `/api/v1/rooms/${room_id}/participants/ben`;
    assert.equal((await call(server, `DELETE ${place}`, host)).status, 200);
    await removed;
    await refused(ben, 'join_room', { room_id }, 'forbidden');
    await request(ben, 'join_room', { room_id: 'song:1' });
    assert.equal((await call(server, `PUT ${place}`, host)).status, 200);
    await request(ben, 'join_room', { room_id });
  });
});
