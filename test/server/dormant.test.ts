import assert from 'node:assert/strict';
import type { Log } from '../../server/logs/log.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import type { Entry } from '../../shared/documents/type.ts';
import { Refusal } from '../../shared/refusals.ts';
import { call } from '../support/http.ts';
import { deviceOf } from '../support/inbox.ts';
import { methodsOf } from '../support/methodsOf.ts';
import { caughtUp, connect, next, refused, request, startServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const root = { sub: 'root', scope: 'admin' };
const room_id = 'user:ann';

/** What a service has published. */
function entryOf(data: number): Entry {
  const operation = { type: 'notification.new', data };
  return { operation, client_id: 'service', user_id: 'tracker', timestamp: Date.now() };
}

describe('an inbox to which nothing was ever written', () => {
  /** The rooms that were brought into memory. */
  let loaded: string[];
  let log: Log;
  let server: Awaited<ReturnType<typeof startServer>>;

  beforeEach(async () => {
    loaded = [];
    log = methodsOf(createMemoryLog());
    const { load } = log;
    log.load = (room) => {
      if (room.includes('user:')) loaded.push(room);
      return load(room);
    };
    server = await startServer({ log });
  });

  it('is entered at connect, and not brought into memory', async () => {
    const { state } = await deviceOf(server, 'ann');
    assert.deepEqual(state, {
      ...{ room_id, role: 'viewer', epoch: '', revision: 0, proof: '', recovered: false, sequence: 0 },
      document: { type: 'feed', content: { entries: [], read: {} } },
      participants: [{ ...state.participants[0], user_id: 'ann', role: 'viewer', connections: 1 }],
      ...{ participant_count: 1, cursors: [], typing: [] },
    });
    assert.equal((await deviceOf(server, 'ann')).state.participants[0]?.connections, 2);
    assert.deepEqual(loaded, []);
  });

  it('tells each of its devices what comes, once and in order', async () => {
    const devices = await Promise.all([deviceOf(server, 'ann'), deviceOf(server, 'ann')]);
    await Promise.all([1, 2, 3].map((n) => server.toUser('ann', 'notification.new', n)));
    await server.toUser('ann', 'notification.new', 4);
    await until(() => devices.every(({ data }) => data.length >= 4));
    await Promise.all(devices.map(({ client }) => caughtUp(client)));
    for (const { data } of devices) assert.deepEqual(data, [1, 2, 3, 4]);
    assert.deepEqual(loaded, ['/user:ann']);
  });

  it('loses nothing, and tells nothing twice, of what comes while devices do', async () => {
    const users = Array.from({ length: 10 }, (_, n) => `user${n}`);
    const arriving = users.flatMap((user) => [deviceOf(server, user), deviceOf(server, user)]);
    for (let n = 0; n < 5; n++) await Promise.all(users.map((user) => server.toUser(user, 'notification.new', n)));
    const devices = await Promise.all(arriving);
    await until(() => devices.every(({ data }) => data.length >= 5));
    await Promise.all(devices.map(({ client }) => caughtUp(client)));
    for (const { data } of devices) assert.deepEqual(data, [0, 1, 2, 3, 4]);
  });

  it('tells what is written while its head is read, and while it can not be loaded', async () => {
    const inbox = `/${room_id}`;
    const { head, load } = log;
    let answer = () => {};
    const asked = new Promise<void>((resolve) => {
      log.head = async (room) => {
        const found = await head(room);
        if (room !== inbox) return found;
        resolve();
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
        return found;
      };
    });
    const arriving = deviceOf(server, 'ann');
    await asked;
    await log.append(inbox, { epoch: '', after: 0, entries: [entryOf(1)] });
    let refusals = 0;
    log.load = (room) => {
      if (room !== inbox || refusals++ > 0) return load(room);
      throw new Refusal('unavailable', 'not now', { retry_after_ms: 10 });
    };
    answer();
    const { state, data } = await arriving;
    assert.equal(state.revision, 0);
    await until(() => data.length === 1);
    assert.equal(refusals, 2);
  });

  it('is there for whoever asks for something of it', async () => {
    const { client } = await deviceOf(server, 'ann');
    const { client: other } = await deviceOf(server, 'ann');
    assert.equal((await request(client, 'get_room_state', { room_id })).revision, 0);
    assert.equal((await request(other, 'get_participants', { room_id })).participants[0]?.connections, 2);
    const since = { epoch: '', revision: 0 };
    assert.deepEqual((await request(client, 'get_operations', { room_id, since })).operations, []);
  });

  it('refuses what was sent to it there, as any room does', async () => {
    const { client } = await deviceOf(server, 'ann');
    const operation = { type: 'message.read', message_id: '1' };
    await refused(client, 'collaboration_operation', { room_id, operation }, 'not_found');
  });

  it('is left and joined as any room is', async () => {
    const { client, data } = await deviceOf(server, 'ann');
    await request(client, 'leave_room', { room_id });
    await server.toUser('ann', 'notification.new', 1);
    await caughtUp(client);
    assert.deepEqual(data, []);
    assert.equal((await request(client, 'join_room', { room_id })).revision, 1);
    const { client: other } = await deviceOf(server, 'ben');
    assert.equal((await request(other, 'join_room', { room_id: 'user:ben', client_id: 'x' })).participants.length, 1);
  });

  it('can be left by order of those who may give it', async () => {
    const { client } = await deviceOf(server, 'ann');
    const removed = next(client, 'room_removed');
    const path = `/api/v1/rooms/${room_id}`;
    assert.equal((await call(server, `DELETE ${path}/participants/ann`, root)).body.connections, 1);
    assert.deepEqual(await removed, { room_id, reason: 'kicked' });
    await refused(client, 'get_room_state', { room_id }, 'not_found');
  });

  it('ends with its room', async () => {
    const { client } = await deviceOf(server, 'ann');
    const removed = next(client, 'room_removed');
    assert.equal((await call(server, `DELETE /api/v1/rooms/${room_id}`, root)).status, 200);
    assert.deepEqual(await removed, { room_id, reason: 'closed' });
  });

  it('tells nobody of who has gone', async () => {
    const { client, data } = await deviceOf(server, 'ann');
    client.disconnect();
    await until(async () => !(await server.isOnline('ann')));
    await server.toUser('ann', 'notification.new', 1);
    assert.deepEqual(data, []);
    await connect(server, { sub: 'ann' });
  });
});
