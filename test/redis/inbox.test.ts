import assert from 'node:assert/strict';
import type { CollaborationServer } from '../../server/server.ts';
import type { Feed } from '../../shared/documents/feed.ts';
import { call } from '../support/http.ts';
import { type RedisServer, startRedis } from '../support/redis.ts';
import { caughtUp, clientOf, collect, connect, next, request, startServer, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';

const total = 200;

describe('publishing on two instances with one Redis', () => {
  let redis: RedisServer;
  let servers: [CollaborationServer, CollaborationServer];

  before(async () => {
    redis = await startRedis();
  });

  after(() => redis.kill());

  beforeEach(async () => {
    redis.command('flushall');
    const start = () => startServer({ redisUrl: [redis.url], logLevel: 'silent' });
    servers = await Promise.all([start(), start()]);
    await until(() => servers.every(({ trouble }) => trouble === undefined));
  });

  /** Publishes over HTTP until it is done, as a service does: the id makes the repeats harmless. */
  async function publish(server: { url: string }, sub: string, message: object): Promise<void> {
    await until(async () => {
      const init = { body: JSON.stringify(message) };
      const { body } = await call(server, 'POST /api/v1/publish', { sub, scope: 'publish' }, init);
      const [result] = body.results;
      assert.ok(body.ok || result.error.error_code === 'unavailable', JSON.stringify(body));
      return body.ok;
    });
  }

  it('reaches a user with two devices who was away while three services published and Redis was restarted', async () => {
    let published = 0;
    const services = ['tracker', 'billing', 'forum'].map(async (sub, service) => {
      for (let n = service; n < total; n += 3) {
        const server = servers[n % 2] ?? assert.fail();
        await publish(server, sub, { user_id: 'ann', type: 'notification.new', data: { sub, n }, id: `${n}` });
        published += 1;
      }
    });
    await until(() => published >= total / 4);
    await redis.kill();
    await redis.start();
    await Promise.all(services);

    const inboxes = await Promise.all(
      servers.map(async (server) => {
        const device = clientOf(server, { auth: { token: tokenFor({ sub: 'ann' }) } });
        const entered = next(device, 'room_joined');
        device.connect();
        return (await entered).document?.content as Feed;
      }),
    );
    const data = inboxes.map(({ entries }) => entries.map((entry) => entry.data as { sub: string; n: number }));
    assert.deepEqual(data[0], data[1]);
    for (const sub of ['tracker', 'billing', 'forum']) {
      const own = data[0]?.filter((each) => each.sub === sub).map(({ n }) => n) ?? [];
      assert.deepEqual(
        own,
        [...own].sort((one, other) => one - other),
      );
    }
    assert.equal(new Set(data[0]?.map(({ n }) => n)).size, total);
    assert.equal(data[0]?.length, total);
  });

  it('reaches connections on the other instance, and each of them once', async () => {
    const [here, there] = servers;
    const clients = await Promise.all([connect(here, { sub: 'ann' }), connect(there, { sub: 'bob' })]);
    const events = clients.map((client) => collect(client, 'event'));
    for (const client of clients) await request(client, 'join_room', { room_id: 'song:1' });
    await publish(here, 'tracker', { all: true, type: 'a.a', id: '1' });
    await publish(there, 'tracker', { all: true, type: 'a.a', id: '1' });
    await publish(here, 'tracker', { room_id: 'song:1', type: 'b.b' });
    await publish(there, 'tracker', { connection_id: clients[0].id, type: 'c.c' });
    await publish(here, 'tracker', { connection_id: clients[1].id, type: 'c.c' });
    await until(() => events.every((all) => all.length >= 3));
    await Promise.all(clients.map(caughtUp));
    assert.deepEqual(
      events.map((all) => all.map(({ type }) => type)),
      Array(2).fill(['a.a', 'b.b', 'c.c']),
    );
  });

  it('commits what has an id once, on whichever instance it is repeated', async () => {
    const message = { room_id: 'channel:1', type: 'build.failed', id: 'build-81' };
    await Promise.all([...servers, ...servers].map((server) => publish(server, 'builder', message)));
    const ann = await connect(servers[1], { sub: 'ann' });
    assert.equal((await request(ann, 'join_room', { room_id: 'channel:1' })).revision, 1);
  });

  it('knows who is online anywhere, and disconnects there', async () => {
    const [here, there] = servers;
    const ann = await connect(there, { sub: 'ann' });
    assert.equal(await here.isOnline('ann'), true);
    assert.deepEqual(await here.onlineUsers(['ann', 'bob']), ['ann']);
    const ended = new Promise((resolve) => ann.once('disconnect', resolve));
    await here.disconnect('ann');
    await ended;
    await until(async () => !(await here.isOnline('ann')));
  });
});
