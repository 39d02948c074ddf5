import assert from 'node:assert/strict';
import { deviceOf } from '../support/inbox.ts';
import { shareRedis } from '../support/instances.ts';
import { caughtUp } from '../support/server.ts';
import { until } from '../support/until.ts';

describe('an inbox to which nothing was ever written, on two instances', () => {
  const shared = shareRedis();

  it('tells devices on both what is written on either, also what comes while they do', async () => {
    const [here, there] = await shared.pair();
    const users = Array.from({ length: 8 }, (_, n) => `user${n}`);
    const arriving = users.flatMap((user) => [deviceOf(here, user), deviceOf(there, user)]);
    for (let n = 0; n < 4; n++) await Promise.all(users.map((user) => here.toUser(user, 'notification.new', n)));
    await Promise.all(users.map((user) => there.toUser(user, 'notification.new', 4)));
    const devices = await Promise.all(arriving);
    await until(() => devices.every(({ data }) => data.length >= 5));
    await Promise.all(devices.map(({ client }) => caughtUp(client)));
    for (const { data } of devices) assert.deepEqual(data, [0, 1, 2, 3, 4]);
  });

  it('tells a device whose instance was without Redis when that was written', async () => {
    const [here, there] = await shared.pair();
    const { data } = await deviceOf(there, 'ann');
    // What is published meanwhile, it does not hear.
    await shared.redis.command('client', 'kill', 'type', 'pubsub');
    await here.toUser('ann', 'notification.new', 1);
    await until(() => data.length >= 1);
    await here.toUser('ann', 'notification.new', 2);
    await until(() => data.length >= 2);
    assert.deepEqual(data, [1, 2]);
  });
});
