import assert from 'node:assert/strict';
import { everythingIn } from '../support/everythingIn.ts';
import { shareRedis } from '../support/instances.ts';
import { ann, erase, live, rooms, stateOfRoom } from '../support/person.ts';
import { member, next, request } from '../support/server.ts';
import { until } from '../support/until.ts';

describe('a user who is erased, on several instances', function () {
  this.timeout(120_000);

  const shared = shareRedis();

  it('is gone from Redis and from every instance, whichever was asked', async () => {
    const [one, other] = await shared.pair();
    const { her, ben, guest } = await live(one, other);
    const [ended, removed] = [next(her, 'error'), next(guest, 'room_removed')];
    const { body } = await erase(other);
    assert.deepEqual([body.rooms, body.entries, body.more], [3, 9, false]);
    assert.equal((await ended).fatal, true);
    assert.equal((await removed).reason, 'role_withdrawn');
    await until(async () => {
      for (const server of [one, other])
        for (const room_id of rooms) if (JSON.stringify(await stateOfRoom(server, room_id)).includes(ann)) return false;
      return true;
    });
    // Whoever was there goes on, on each instance.
    for (const [server, text] of [
      [one, 'one '],
      [other, 'other '],
    ] as const) {
      const eve = await member(server, { sub: 'eve' }, { room_id: 'song:1' });
      await request(eve, 'collaboration_operation', { room_id: 'song:1', operation: [text] });
      await request(eve, 'join_room', { room_id: 'channel:1' });
      const operation = { type: 'message.new', text };
      await request(eve, 'collaboration_operation', { room_id: 'channel:1', operation });
    }
    await until(async () => {
      const { document } = await request(ben, 'get_room_state', { room_id: 'song:1' });
      return document?.content === 'other one He hummed. She sang. ';
    });
    // What is left is the name of the inbox that was deleted.
    const left = () =>
      everythingIn(shared.redis)
        .split('\n')
        .filter((line) => /ann(@|%40)example\.org|"Ann"|her (other )?secret|a note to her/.test(line));
    await until(() => left().every((line) => /user:ann%40example\.org}:head \["deleted",/.test(line)));
  });
});
