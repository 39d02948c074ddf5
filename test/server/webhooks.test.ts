import assert from 'node:assert/strict';
import type { ServerOptions } from '../../server/application.ts';
import type { WebhookEvent } from '../../server/webhooks/events.ts';
import { collectGarbage } from '../support/garbage.ts';
import { call } from '../support/http.ts';
import { Receiver, webhookSecret } from '../support/receiver.ts';
import { connect, member, request, startServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const room_id = 'song:42';

async function started(options: ServerOptions = {}) {
  const receiver = await Receiver.start();
  const server = await startServer({ webhookUrl: receiver.url, webhookSecret: [webhookSecret], ...options });
  return { receiver, server };
}

const revisions = (events: WebhookEvent[]) => events.map(({ data }) => data.revision);

describe('WEBHOOK_URL', () => {
  it('is told, signed, that a room is occupied, its document stored, and that it is vacated', async () => {
    const { receiver, server } = await started();
    const ann = await member(server, { sub: 'ann', org_id: 'band' }, { room_id });
    const ben = await member(server, { sub: 'ben', org_id: 'band' }, { room_id });
    const occupied = await receiver.takes('room.occupied');
    assert.equal(occupied.org_id, 'band');
    assert.equal(occupied.room_id, room_id);
    assert.match(occupied.id, /^evt_[\w-]{20}$/);
    assert.ok(Math.abs(Date.now() - occupied.timestamp) < 10_000);
    await request(ann, 'collaboration_operation', { room_id, operation: ['a'] });
    const { epoch } = await request(ann, 'get_room_state', { room_id });
    await request(ben, 'collaboration_operation', { room_id, operation: ['b'] });
    assert.deepEqual((await receiver.takes('document.stored')).data, { epoch, revision: 2 });
    ann.disconnect();
    ben.disconnect();
    await receiver.takes('room.vacated');
    const ofRoom = receiver.taken.filter((event) => event.room_id !== undefined);
    assert.deepEqual(
      ofRoom.map(({ type }) => type),
      ['room.occupied', 'document.stored', 'room.vacated'],
    );
  });

  it('is told once who is online, on however many connections, and who is not any more', async () => {
    const { receiver, server } = await started({ webhookEvents: ['user.online', 'user.offline'] });
    const first = await member(server, { sub: 'ann' }, { room_id });
    const second = await connect(server, { sub: 'ann' });
    await receiver.takes('user.online', { user_id: 'ann' });
    first.disconnect();
    second.disconnect();
    await receiver.takes('user.offline', { user_id: 'ann' });
    assert.deepEqual(
      receiver.taken.map(({ type }) => type),
      ['user.online', 'user.offline'],
    );
  });

  it('is told in order of what was published while it fails, is away, and sends elsewhere', async () => {
    const { receiver, server } = await started({ webhookEvents: ['entry.published'] });
    const publish = async (title: string) => {
      const message = { type: 'task.created', data: { task_id: title, title }, id: title } as const;
      const [outcome] = await server.publish([{ room_id: 'project:9', ...message }]);
      assert.ok(outcome?.ok);
    };
    const statuses = [500, 302];
    receiver.answer = () => statuses.shift() ?? 200;
    await publish('task 1');
    await until(() => receiver.requests.length > 0);
    await receiver.stop();
    for (let task = 2; task <= 60; task += 1) await publish(`task ${task}`);
    await receiver.start();
    await until(() => receiver.taken.length >= 60);
    await publish('task 1');
    await publish('task 61');
    await until(() => receiver.taken.length >= 61);
    assert.deepEqual(
      revisions(receiver.taken),
      Array.from({ length: 61 }, (_, index) => index + 1),
    );
    const [first] = receiver.taken;
    const { epoch, ...rest } = first?.data ?? {};
    assert.equal(first?.room_id, 'project:9');
    assert.equal(typeof epoch, 'string');
    const data = { task_id: 'task 1', title: 'task 1' };
    assert.deepEqual(rest, { revision: 1, sender: 'server', type: 'task.created', data });
    assert.deepEqual(
      receiver.requests.slice(0, 2).map(({ status }) => status),
      [500, 302],
    );
  });

  it('is told of two tenants apart, and the one does not wait for the other', async () => {
    const { receiver, server } = await started({ webhookEvents: ['entry.published'] });
    receiver.answer = (_, [event]) => (event?.org_id === 'stuck' ? 500 : 200);
    const publish = (org_id: string, task_id: string) =>
      server.service({ org_id }).publish({ room_id: 'task:7', type: 'task.deleted', data: { task_id } });
    for (const task_id of ['1', '2', '3'])
      await Promise.all(['stuck', 'band'].map((org_id) => publish(org_id, task_id)));
    await until(() => receiver.taken.length === 3 && receiver.requests.some(({ status }) => status === 500));
    assert.deepEqual(revisions(receiver.all('entry.published', { org_id: 'band' })), [1, 2, 3]);
    receiver.answer = () => 200;
    await until(() => receiver.taken.length === 6);
    assert.deepEqual(revisions(receiver.all('entry.published', { org_id: 'stuck' })), [1, 2, 3]);
  });

  it('has 5 seconds to answer, and keeps nobody from writing meanwhile', async () => {
    const { receiver, server } = await started({ webhookEvents: ['room.occupied'] });
    let first = true;
    receiver.answer = async (response) => {
      if (!first) return 200;
      first = false;
      await new Promise((resolve) => response.once('close', resolve));
      return 503;
    };
    const began = performance.now();
    const ann = await member(server, { sub: 'ann' }, { room_id });
    await until(() => !first);
    // What waits for the time to be over is not let go of.
    for (let times = 0; times < 3; times += 1) collectGarbage();
    await request(ann, 'collaboration_operation', { room_id, operation: ['a'] });
    assert.ok(performance.now() - began < 4_000);
    await receiver.takes('room.occupied');
    assert.ok(performance.now() - began >= 4_900);
  });

  it('counts what was taken, what failed and what waits', async () => {
    const { receiver, server } = await started({ webhookEvents: ['entry.published'] });
    const metric = async (name: string) => {
      const { body } = await call(server, 'GET /metrics');
      const line = String(body)
        .split('\n')
        .find((line) => line.startsWith(`${name} `));
      return Number(line?.slice(name.length));
    };
    receiver.answer = () => 500;
    await server.toUser('ann', 'notification.new', { text: 'x' });
    await until(async () => (await metric('tutti_webhook_failures_total')) > 0);
    assert.equal(await metric('tutti_webhook_waiting_events'), 1);
    assert.ok((await metric('tutti_webhook_waiting_bytes')) > 100);
    receiver.answer = () => 200;
    await receiver.takes('entry.published', { room_id: 'user:ann' });
    await until(async () => (await metric('tutti_webhook_events_total{outcome="delivered"}')) === 1);
    await until(async () => (await metric('tutti_webhook_waiting_events')) === 0);
    assert.equal(await metric('tutti_webhook_events_total{outcome="given up"}'), 0);
  });

  it('needs a secret', async () => {
    await assert.rejects(startServer({ webhookUrl: 'http://127.0.0.1:9/' }), /WEBHOOK_SECRET: not set/);
    const short = { webhookUrl: 'http://127.0.0.1:9/', webhookSecret: ['short'] };
    await assert.rejects(startServer(short), /WEBHOOK_SECRET: has 5 bytes/);
  });
});
