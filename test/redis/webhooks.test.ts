import assert from 'node:assert/strict';
import type { WebhookEvent } from '../../server/webhooks/events.ts';
import { call } from '../support/http.ts';
import { shareRedis } from '../support/instances.ts';
import { Receiver, webhookSecret } from '../support/receiver.ts';
import { connect, member, request } from '../support/server.ts';
import { until } from '../support/until.ts';

const room_id = 'song:42';
const types = (events: WebhookEvent[]) => events.map(({ type }) => type);

describe('WEBHOOK_URL of two instances', () => {
  const shared = shareRedis();
  const options = (url: string) => ({ webhookUrl: url, webhookSecret: [webhookSecret] });

  it('is told when the first comes and the last goes, wherever they are', async () => {
    const receiver = await Receiver.start();
    const [one, other] = await shared.pair(options(receiver.url));
    const ann = await member(one, { sub: 'ann' }, { room_id });
    const ben = await member(other, { sub: 'ben' }, { room_id });
    await receiver.takes('room.occupied');
    await request(ben, 'collaboration_operation', { room_id, operation: ['b'] });
    ann.disconnect();
    await receiver.takes('user.offline', { user_id: 'ann' });
    await request(ben, 'collaboration_operation', { room_id, operation: ['c'] });
    ben.disconnect();
    await receiver.takes('room.vacated');
    const ofRoom = receiver.taken.filter((event) => event.room_id !== undefined);
    assert.deepEqual([types(ofRoom)[0], types(ofRoom).at(-1)], ['room.occupied', 'room.vacated']);
    const stored = receiver.all('document.stored').map(({ data }) => data.revision);
    assert.deepEqual(stored, [...stored].sort());
    assert.equal(stored.at(-1), 2);
    assert.equal(receiver.all('room.occupied').length, 1);
  });

  it('is told in order of what both have published while it was away, once', async () => {
    const receiver = await Receiver.start();
    const both = await shared.pair({ ...options(receiver.url), webhookEvents: ['entry.published'] });
    await receiver.stop();
    for (let task = 1; task <= 150; task += 1) {
      const data = { task_id: String(task) };
      const [outcome] = (await both[task % 2]?.publish({ room_id: 'project:9', type: 'task.updated', data })) ?? [];
      assert.ok(outcome?.ok, JSON.stringify(outcome));
    }
    await receiver.start();
    await until(() => receiver.taken.length >= 150);
    assert.deepEqual(
      receiver.taken.map(({ data }) => data.revision),
      Array.from({ length: 150 }, (_, index) => index + 1),
    );
    assert.equal(receiver.repeated, 0);
  });

  it('is told by the other one when one is killed: of what waited, of who was there, and what they wrote', async () => {
    const receiver = await Receiver.start();
    const WEBHOOK = { WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: webhookSecret };
    const mortal = await shared.mortal(WEBHOOK);
    const survivor = await shared.instance(options(receiver.url));
    // Who dies before it has a lease leaves its places for a minute.
    await until(() => shared.redis.command('zcard', 'tutti:0:leases') === '2');
    receiver.answer = () => 500;
    const ann = await member(mortal, { sub: 'ann' }, { room_id });
    await until(() => receiver.requests.some(({ events }) => events.some(({ type }) => type === 'room.occupied')));
    await request(ann, 'collaboration_operation', { room_id, operation: ['a'] });
    const { body } = await call(
      mortal,
      'POST /api/v1/publish',
      { sub: 'tracker', scope: 'publish' },
      {
        body: JSON.stringify({ room_id: 'project:9', type: 'task.updated', data: { task_id: '7' } }),
      },
    );
    assert.equal(body.ok, true);
    await mortal.kill();
    receiver.answer = () => 200;
    await receiver.takes('entry.published');
    await receiver.takes('room.vacated');
    await receiver.takes('user.offline');
    assert.deepEqual(types(receiver.taken.filter((event) => event.room_id === room_id)), [
      'room.occupied',
      'document.stored',
      'room.vacated',
    ]);
    assert.equal((await receiver.takes('document.stored')).data.revision, 1);
    const ben = await connect(survivor, { sub: 'ben' });
    await receiver.takes('user.online', { user_id: 'ben' });
    ben.disconnect();
  });
});
