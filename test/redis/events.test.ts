import assert from 'node:assert/strict';
import { countUnderKills } from '../support/eventsKilled.ts';
import { shareRedis } from '../support/instances.ts';
import { follow, jam, kinds, player } from '../support/jam.ts';
import { Random } from '../support/random.ts';
import { until } from '../support/until.ts';

describe('events on two instances', function () {
  this.timeout(120_000);

  const shared = shareRedis();

  it('reach everyone, the application too, those that are stored nowhere as well', async () => {
    const [one, other] = await shared.pair({ kinds });
    const [ann, ben] = [player(one, { sub: 'ann' }), player(other, { sub: 'ben' })];
    const waves: unknown[] = [];
    ben.events.on('wave', ({ data, user_id }) => waves.push([user_id, data.x]));
    await until(() => ben.client.room('jam:1').participants.length === 2);
    const seen: unknown[] = [];
    const end = follow(other, (event) => seen.push([event.name, 'user_id' in event && event.user_id]));
    await ann.events.emit('wave', { x: 1 });
    await until(() => waves.length === 1);
    await ann.events.emit('note', { pitch: 1 });
    await one.room('jam:1').events(jam).emit('note', { pitch: 2 });
    await one.room('jam:1').events(jam).emit('wave', { x: 2 });
    await until(() => waves.length === 2 && seen.length >= 3 && ben.heard.length === 2);
    assert.deepEqual(waves, [
      ['ann', 1],
      ['server', 2],
    ]);
    assert.deepEqual(ben.heard, [1, 2]);
    await end();
  });

  it('are heard once and in order, while one instance after the other is killed', async () => {
    await countUnderKills({ random: new Random(), kills: 2, people: 3 });
  });
});
