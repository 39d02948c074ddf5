import assert from 'node:assert/strict';
import { call } from '../support/http.ts';
import { shareRedis } from '../support/instances.ts';
import { RawClient } from '../support/raw.ts';
import {
  ask,
  type Client,
  clientOf,
  connect,
  member,
  next,
  refused,
  refusedHandshake,
  request,
  tokenFor,
} from '../support/server.ts';
import { until } from '../support/until.ts';

const room_id = 'song:42';
const message = { room_id, message: 1 };

describe('two instances on one Redis', () => {
  const shared = shareRedis();
  const { instance, pair } = shared;
  const joined = (server: { url: string }, claims: object) => member(server, claims, { room_id });

  /** How many of so many messages, sent by turns, are let through. */
  async function acceptedOf(count: number, ...clients: Client[]): Promise<number> {
    let accepted = 0;
    for (let sent = 0; sent < count; sent++) {
      for (const client of clients) if ((await ask(client, 'broadcast_message', message)).ok) accepted += 1;
    }
    return accepted;
  }

  it('hold one limit together: never more, and at most a twentieth less for the second', async () => {
    const [one, other] = await pair({ limitMessages: '100/60' });
    const clients = [await joined(one, { sub: 'ada' }), await joined(other, { sub: 'ada' })];
    const accepted = await acceptedOf(80, ...clients);
    assert.ok(accepted <= 100 && accepted >= 95, `${accepted} of 100`);
    assert.equal(await acceptedOf(60, await joined(other, { sub: 'ben' })), 60);
  });

  it('hold the limits of what a user writes together: bytes, and new rooms', async () => {
    const [one, other] = await pair({ limitBytes: '100000/60', limitRooms: '20/3600' });
    const clients = [await joined(one, { sub: 'ada' }), await joined(other, { sub: 'ada' })];
    const operation = ['x'.repeat(2_000)];
    let bytes = 0;
    for (let sent = 0; sent < 40; sent++) {
      for (const client of clients) {
        if ((await ask(client, 'collaboration_operation', { room_id, operation })).ok) bytes += 2_000;
      }
    }
    assert.ok(bytes <= 100_000 && bytes >= 86_000, `${bytes} of 100,000 bytes`);
    const ben = [await joined(one, { sub: 'ben' }), await joined(other, { sub: 'ben' })];
    let begun = 0;
    for (let room = 0; room < 30; room++) {
      const client = ben[room % 2] as Client;
      await request(client, 'join_room', { room_id: `song:ben-${room}` });
      const first = { room_id: `song:ben-${room}`, operation: ['x'] };
      if ((await ask(client, 'collaboration_operation', first)).ok) begun += 1;
    }
    assert.ok(begun <= 20 && begun >= 19, `${begun} of 20 rooms`);
  });

  it('hold it exactly where a user stays with one of them', async () => {
    const [one] = await pair({ limitMessages: '100/60' });
    assert.equal(await acceptedOf(120, await joined(one, { sub: 'ada' })), 100);
  });

  it('count the handshakes and the refused tokens of an address together', async () => {
    const servers = await pair({ limitConnections: '3/60', limitAuthFailures: '3/60' });
    for (const [index, sub] of ['a', 'b', 'c'].entries()) await connect(servers[index % 2] ?? servers[0], { sub });
    const fourth = clientOf(servers[1], { auth: { token: tokenFor({ sub: 'd' }) } });
    assert.equal((await refusedHandshake(fourth)).error_code, 'rate_limited');
    const codes = [];
    for (let attempt = 0; attempt < 4; attempt++) {
      const stranger = clientOf(servers[attempt % 2] ?? servers[0], { auth: { token: 'x' } });
      codes.push((await refusedHandshake(stranger)).error_code);
    }
    assert.deepEqual(codes, ['unauthorized', 'unauthorized', 'unauthorized', 'rate_limited']);
  });

  it('go on limiting, each for itself, when Redis hangs', async () => {
    const [one] = await pair({ limitMessages: '20/60' });
    const ada = await joined(one, { sub: 'ada' });
    shared.redis.freeze();
    try {
      const accepted = await acceptedOf(30, ada);
      assert.equal(accepted, 20);
    } finally {
      shared.redis.thaw();
    }
  });

  it('say that they are degraded while Redis hangs, and stay in the balancer', async () => {
    const [one] = await pair();
    const ready = () => call(one, 'GET /api/v1/ready');
    const up = async () => /^tutti_store_up (\d)/m.exec((await call(one, 'GET /metrics')).body)?.[1];
    assert.deepEqual([(await ready()).body.status, await up()], ['ready', '1']);
    shared.redis.freeze();
    try {
      await until(async () => (await ready()).body.status === 'degraded');
      assert.deepEqual([(await ready()).status, await up()], [200, '0']);
    } finally {
      shared.redis.thaw();
    }
    await until(async () => (await ready()).body.status === 'ready');
  });

  it('hold the cap of a user’s connections together, and give places back', async () => {
    const [one, other] = await pair({ maxConnectionsPerUser: 2 });
    const first = await connect(one, { sub: 'ada' });
    await connect(other, { sub: 'ada' });
    const presence = async () => (await call(one, 'GET /api/v1/users/ada/presence', { sub: 'r', scope: 'admin' })).body;
    assert.equal((await presence()).connections, 2);
    const third = () => clientOf(other, { auth: { token: tokenFor({ sub: 'ada' }) } });
    assert.equal((await refusedHandshake(third())).error_code, 'too_many_connections');
    first.disconnect();
    await until(async () => (await presence()).connections === 1);
    await connect(other, { sub: 'ada' });
  });

  it('drop what does not answer on the other one, before a user is refused', async () => {
    const [one, other] = await pair({ maxConnectionsPerUser: 1 });
    const dead = await RawClient.connect(one, tokenFor({ sub: 'ada' }), { answersPings: false });
    await connect(other, { sub: 'ada' });
    await dead.closed;
  });

  it('hold the cap of an address together', async () => {
    const [one, other] = await pair({ maxConnectionsPerIp: 2 });
    await connect(one, { sub: 'ada' });
    await connect(other, { sub: 'ben' });
    const third = clientOf(one, { auth: { token: tokenFor({ sub: 'carl' }) } });
    assert.equal((await refusedHandshake(third)).error_code, 'too_many_connections');
  });

  it('keep out who has flooded one of them, also after its restart', async () => {
    const options = { limitMessages: '2/60' };
    const [one, other] = await pair(options);
    const eve = await joined(one, { sub: 'eve' });
    const ended = new Promise((resolve) => eve.once('disconnect', resolve));
    for (let sent = 0; sent < 50; sent++) eve.emit('broadcast_message', message);
    await ended;
    const third = await instance(options);
    for (const server of [one, other, third]) {
      const refusal = await refusedHandshake(clientOf(server, { auth: { token: tokenFor({ sub: 'eve' }) } }));
      assert.equal(refusal.error_code, 'rate_limited');
      assert.ok(refusal.retry_after_ms && refusal.retry_after_ms > 40_000);
      await connect(server, { sub: 'ada' });
    }
  });

  it('let everybody in while Redis hangs and can not say who has flooded', async () => {
    const one = await instance();
    shared.redis.freeze();
    try {
      await connect(one, { sub: 'ada' });
    } finally {
      shared.redis.thaw();
    }
  });

  it('disconnect a user within a second, wherever it is', async () => {
    const [one, other] = await pair();
    const clients = [await connect(one, { sub: 'ada' }), await connect(other, { sub: 'ada' })];
    const ended = clients.map((client) => new Promise((resolve) => client.once('disconnect', resolve)));
    const began = Date.now();
    await call(one, 'DELETE /api/v1/users/ada/connections', { sub: 'root', scope: 'admin' });
    await Promise.all(ended);
    assert.ok(Date.now() - began < 1000);
  });

  it('let events in in their order, also where only some of them have to wait for points', async () => {
    const one = await instance({ limitJoins: '60/60', limitOperations: '100/10' });
    for (let at = 0; at < 10; at++) {
      const ada = await connect(one, { sub: `ada ${at}` });
      // From here on there are points for a leave, and none yet for a join.
      await request(ada, 'ping', {});
      const answers = [ask(ada, 'join_room', { room_id }), ask(ada, 'leave_room', { room_id })];
      const [join, leave] = await Promise.all(answers);
      assert.deepEqual(leave, { ok: true, room_id });
      assert.equal(join?.ok === false && join.error.error_code, 'conflict');
    }
  });

  it('kick a user, wherever it is', async () => {
    const [one, other] = await pair();
    const [ada, ben] = [await joined(one, { sub: 'ada' }), await joined(other, { sub: 'ben' })];
    const removed = next(ben, 'room_removed');
    const kick = (user_id: string) =>
      call(one, `DELETE /api/v1/rooms/${room_id}/participants/${user_id}`, { sub: 'root', scope: 'admin' });
    assert.equal((await kick('ben')).status, 200);
    assert.deepEqual(await removed, { room_id, reason: 'kicked' });
    await request(ada, 'get_room_state', { room_id });
    assert.equal((await kick('nobody')).status, 404);
  });

  it('close a deleted room, wherever its members are', async () => {
    const [one, other] = await pair();
    const [ada, ben] = [await joined(one, { sub: 'ada' }), await joined(other, { sub: 'ben' })];
    const heard = next(ben, 'collaboration_update');
    await request(ada, 'collaboration_operation', { room_id, operation: ['x'] });
    await heard;
    const removed = [next(ada, 'room_removed'), next(ben, 'room_removed')];
    await call(other, `DELETE /api/v1/rooms/${room_id}`, { sub: 'root', scope: 'admin' });
    for (const { reason } of await Promise.all(removed)) assert.equal(reason, 'closed');
    await refused(ben, 'collaboration_operation', { room_id, operation: ['x'] }, 'not_found');
  });
});
