import assert from 'node:assert/strict';
import { Client, feeds, memoryStorage } from '../../client/index.ts';
import type { CollaborationServer } from '../../server/application.ts';
import { standardEvents } from '../../server/index.ts';
import { cleanup } from '../support/cleanup.ts';
import { call } from '../support/http.ts';
import { shareRedis } from '../support/instances.ts';
import { caughtUp, clientOf, collect, connect, next, request, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';

const total = 200;

interface Notification {
  sub: string;
  n: number;
}

/** What one of three services publishes. */
function numbersOf(service: number): number[] {
  return Array.from({ length: total }, (_, n) => n).filter((n) => n % 3 === service);
}

/** A device of Ann's, by what it is told of her inbox. */
function deviceOf(server: { url: string }): Notification[] {
  const token = tokenFor({ sub: 'ann' });
  const device = new Client(server.url, { token, documents: [feeds], storage: memoryStorage() });
  const told: Notification[] = [];
  device.inbox.on('entry', ({ data }) => told.push(data as Notification));
  device.connect();
  cleanup(() => device.disconnect());
  return told;
}

describe('publishing on two instances with one Redis', () => {
  const shared = shareRedis();
  let servers: [CollaborationServer, CollaborationServer];

  beforeEach(async () => {
    servers = await shared.pair();
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
    const names = ['tracker', 'billing', 'forum'];
    const services = names.map(async (sub, service) => {
      for (const n of numbersOf(service)) {
        const server = servers[n % 2] ?? assert.fail();
        await publish(server, sub, { user_id: 'ann', type: 'notification.new', data: { sub, n }, id: `${n}` });
        published += 1;
      }
    });
    await until(() => published >= total / 4);
    await shared.redis.kill();
    await shared.redis.start();
    await Promise.all(services);

    const [phone, laptop] = [deviceOf(servers[0]), deviceOf(servers[1])];
    await until(() => phone.length >= total && laptop.length >= total);
    await publish(servers[0], 'tracker', { user_id: 'ann', type: 'notification.new', data: { sub: 'last', n: total } });
    await until(() => [phone, laptop].every((each) => each.at(-1)?.sub === 'last'));
    assert.deepEqual(phone, laptop);
    for (const [service, sub] of names.entries()) {
      const own = phone.filter((each) => each.sub === sub).map(({ n }) => n);
      assert.deepEqual(own, numbersOf(service));
    }
    assert.equal(phone.length, total + 1);
  });

  for (const { type } of Object.values(standardEvents)) {
    it(`brings ${type} to a user on the other instance`, async () => {
      const [here, there] = servers;
      const ann = clientOf(there, { auth: { token: tokenFor({ sub: 'ann' }) } });
      const entered = next(ann, 'room_joined');
      ann.connect();
      await entered;
      const update = next(ann, 'collaboration_update');
      await publish(here, 'tracker', { user_id: 'ann', type, data: { n: 1 } });
      const { room_id, operations } = await update;
      assert.deepEqual([room_id, operations[0]?.operation], ['user:ann', { type, data: { n: 1 } }]);
    });
  }

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
