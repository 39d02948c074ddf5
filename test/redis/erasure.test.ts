import assert from 'node:assert/strict';
import { everythingIn } from '../support/everythingIn.ts';
import { shareRedis } from '../support/instances.ts';
import { ann, erase, live, rooms, stateOfRoom } from '../support/person.ts';
import { next } from '../support/server.ts';
import { until } from '../support/until.ts';

describe('a user who is erased, on several instances', function () {
  this.timeout(120_000);

  const shared = shareRedis();

  it('is gone from Redis and from every instance, whichever was asked', async () => {
    const [one, other] = await shared.pair();
    const { her, guest } = await live(one, other);
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
    // What is left is the name of the inbox that was deleted.
    const left = () =>
      everythingIn(shared.redis)
        .split('\n')
        .filter((line) => /ann(@|%40)example\.org|"Ann"|her (other )?secret|a note to her/.test(line));
    await until(() => left().every((line) => /user:ann%40example\.org}:head \["deleted",/.test(line)));
  });
});
