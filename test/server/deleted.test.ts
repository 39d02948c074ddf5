import assert from 'node:assert/strict';
import { Client, memoryStorage } from '../../client/index.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { cleanup } from '../support/cleanup.ts';
import { call } from '../support/http.ts';
import { connect, member, next, refused, request, startServer, tokenFor } from '../support/server.ts';
import { stores } from '../support/stores.ts';
import { until } from '../support/until.ts';

const room_id = 'song:42';
const admin = { sub: 'root', rooms: { '*': 'viewer' }, scope: 'admin' };

async function remove(server: { url: string }): Promise<void> {
  assert.equal((await call(server, `DELETE /api/v1/rooms/${room_id}`, admin)).status, 200);
}

const textOf = (server: { url: string }, room = room_id) =>
  call(server, `GET /api/v1/rooms/${room}?format=text`, admin);

for (const [name, open] of Object.entries(stores)) {
  describe(`a room that was deleted, in ${name}`, () => {
    it('is told to a plain client that comes back with what it knew, and begins anew for one without', async () => {
      const server = await startServer({ log: await open() });
      const ann = await member(server, { sub: 'ann' }, { room_id, client_id: 'ann' });
      await request(ann, 'collaboration_operation', { room_id, operation: ['old'] });
      const { epoch, revision } = await request(ann, 'get_room_state', { room_id });
      ann.disconnect();
      await remove(server);
      const again = await connect(server, { sub: 'ann' });
      const since = { epoch, revision };
      const { code, message } = await refused(again, 'join_room', { room_id, client_id: 'ann', since }, 'deleted');
      assert.deepEqual([code, /song:42 was deleted/.test(message)], [4410, true]);
      assert.equal((await textOf(server)).status, 404);
      const state = await request(again, 'join_room', { room_id, client_id: 'ann' });
      assert.deepEqual([state.epoch, state.revision, state.document?.content], ['', 0, '']);
      await request(again, 'collaboration_operation', { room_id, operation: ['new'] });
      // Another one has begun under its id: what was made for the one before is none of its.
      await refused(again, 'join_room', { room_id, client_id: 'ann', since }, 'deleted');
      assert.equal((await textOf(server)).body, 'new');
    });
  });
}

describe('who comes back with the text of a song that was deleted', () => {
  it('is told by room.state, brings nothing back, and may keep it as a new song', async () => {
    const server = await startServer();
    const storage = memoryStorage();
    const client = new Client(server.url, { token: tokenFor({ sub: 'ann' }), storage });
    cleanup(() => client.disconnect());
    client.connect();
    const room = client.room(room_id);
    room.text.insert(0, 'Sent. ');
    await room.text.stored();
    client.disconnect();
    room.text.insert(room.text.length, 'Not sent.');
    await remove(server);
    client.connect();
    await until(() => room.state.status === 'removed');
    assert.equal(room.state.refusal?.error_code, 'deleted');
    assert.equal(room.text.text, 'Sent. Not sent.');
    assert.equal((await textOf(server)).status, 404);

    const copy = client.room('song:43');
    copy.text.insert(0, room.text.text);
    await copy.text.stored();
    await room.leave('drop');
    assert.equal((await textOf(server, 'song:43')).body, 'Sent. Not sent.');
    assert.equal((await textOf(server)).status, 404);
    const kept = async () => (await storage.keys()).filter((key) => key.includes(room_id));
    assert.deepEqual(await kept(), []);
    // Opened again it is an empty song, with nothing of the old one.
    const anew = client.room(room_id);
    await until(() => anew.state.status === 'joined');
    assert.equal(anew.text.text, '');
  });

  it('is told so too when it was there, and tries again', async () => {
    const server = await startServer();
    const client = new Client(server.url, { token: tokenFor({ sub: 'ann' }), storage: memoryStorage() });
    cleanup(() => client.disconnect());
    client.connect();
    const room = client.room(room_id);
    room.text.insert(0, 'Sent.');
    await room.text.stored();
    await remove(server);
    await until(() => room.state.reason === 'closed');
    room.rejoin();
    await until(() => room.state.refusal?.error_code === 'deleted');
    assert.equal(room.text.text, 'Sent.');
    assert.equal((await textOf(server)).status, 404);
  });

  it('is another one’s affair where it was only replaced by a newer history: nothing unsent is lost', async () => {
    const log = createMemoryLog();
    const server = await startServer({ log });
    const ann = await member(server, { sub: 'ann' }, { room_id, client_id: 'ann' });
    await request(ann, 'collaboration_operation', { room_id, operation: ['kept'] });
    const { epoch, revision } = await request(ann, 'get_room_state', { room_id });
    const update = next(ann, 'collaboration_update');
    await log.restart(`/${room_id}`, { epoch, revision, content: 'kept' });
    assert.notEqual((await update).epoch, epoch);
    const state = await request(ann, 'join_room', { room_id, client_id: 'ann', since: { epoch, revision } });
    assert.deepEqual([state.recovered, state.document?.content], [false, 'kept']);
  });
});
