import assert from 'node:assert/strict';
import { connect as connectClient, memoryStorage } from '../../client/index.ts';
import { grantedRole, parseRoomId } from '../../shared/rooms.ts';
import { cleanup } from '../support/cleanup.ts';
import { call } from '../support/http.ts';
import { connect, member, next, request, startServer, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';

const title = "It's (all) right! *50*";
/** As encodeURIComponent() has it, which leaves some characters that no room's id has. */
const written = `song:${encodeURIComponent(title)}`;
const room_id = 'song:It%27s%20%28all%29%20right%21%20%2A50%2A';

describe("a percent-encoded id with any of !'()*", () => {
  it('is one room, however it is written', () => {
    for (const id of [written, room_id, encodeURIComponent(title)]) assert.equal(parseRoomId(id), room_id);
    assert.equal(grantedRole({ "song:It's!": 'editor' }, parseRoomId("song:It's!")), 'editor');
    assert.equal(grantedRole({ "song:It's*": 'viewer', 'song:*': 'host' }, parseRoomId(written)), 'viewer');
  });

  it('can be joined by events, and is told under its name', async () => {
    const server = await startServer();
    const ada = await member(server, { sub: 'ada' }, { room_id: written });
    const ben = await connect(server, { sub: 'ben' });
    assert.equal((await request(ben, 'join_room', { room_id })).room_id, room_id);
    const update = next(ben, 'collaboration_update');
    await request(ada, 'collaboration_operation', { room_id: written, operation: ['x'] });
    assert.equal((await update).room_id, room_id);
  });

  it('works in every path of the HTTP API, encoded for an address or as it is', async () => {
    const server = await startServer();
    const ada = await member(server, { sub: 'ada' }, { room_id });
    await request(ada, 'collaboration_operation', { room_id, operation: ['x'] });
    const root = { sub: 'root', scope: 'admin' };
    for (const path of [written, room_id, encodeURIComponent(written), encodeURIComponent(room_id)]) {
      const { status, body } = await call(server, `GET /api/v1/rooms/${path}`, root);
      assert.deepEqual([status, body.room_id], [200, room_id], path);
      for (const route of ['kicked', 'invitations']) {
        assert.equal((await call(server, `GET /api/v1/rooms/${path}/${route}`, root)).body.room_id, room_id, path);
      }
    }
    const { body } = await call(server, `GET /api/v1/rooms?after=${encodeURIComponent(room_id)}`, root);
    assert.deepEqual(body.rooms, []);
    assert.equal((await call(server, `DELETE /api/v1/rooms/${written}`, root)).status, 200);
  });

  it('works in the client', async () => {
    const server = await startServer();
    const client = connectClient(server.url, { token: tokenFor({ sub: 'ada' }), storage: memoryStorage() });
    cleanup(() => client.disconnect());
    const room = client.room(written);
    assert.equal(room.room_id, room_id);
    assert.equal(client.room(room_id), room);
    room.text.insert(0, 'x');
    await until(() => !client.hasUnsent);
    const state = await request(await connect(server, { sub: 'ben' }), 'join_room', { room_id });
    assert.equal(state.document?.content, 'x');
  });
});
