import assert from 'node:assert/strict';
import { everythingIn } from '../support/everythingIn.ts';
import { shareRedis } from '../support/instances.ts';
import { collect, member, request } from '../support/server.ts';
import { until } from '../support/until.ts';

const room_id = 'channel:general';

describe('a message that was edited or deleted, on several instances', function () {
  this.timeout(120_000);

  const shared = shareRedis();

  it('says nothing any more: in Redis, and on the instance that others are on', async () => {
    const [one, other] = await shared.pair();
    const ann = await member(one, { sub: 'ann' }, { room_id, client_id: 'ann' });
    const ben = await member(other, { sub: 'ben' }, { room_id, client_id: 'ben' });
    const updates = collect(ben, 'collaboration_update');
    const send = async (operation: object) =>
      String((await request(ann, 'collaboration_operation', { room_id, operation })).revision);
    const first = await send({ type: 'message.new', text: 'secret one' });
    const second = await send({ type: 'message.new', text: 'secret two', data: 'secret three' });
    await send({ type: 'message.new', text: 'stays' });
    await send({ type: 'message.edited', message_id: first, text: 'third' });
    const last = Number(await send({ type: 'message.deleted', message_id: second }));
    await until(() => updates.some(({ revision, operations }) => revision + operations.length === last));
    for (const client of [ann, ben]) {
      const told = [
        await request(client, 'get_operations', { room_id, since: { epoch: '', revision: 0 } }),
        await request(client, 'get_room_state', { room_id }),
        await request(client, 'get_history', { room_id }),
      ];
      assert.doesNotMatch(JSON.stringify(told), /secret/);
    }
    await until(() => !everythingIn(shared.redis).includes('secret'));
    assert.match(everythingIn(shared.redis), /stays/);
    assert.match(everythingIn(shared.redis), /third/);
    // Who comes to another instance later gets it from there.
    const third = await shared.instance();
    const eve = await member(third, { sub: 'eve' }, { room_id });
    const { operations } = await request(eve, 'get_operations', { room_id, since: { epoch: '', revision: 0 } });
    assert.equal(operations?.length, last);
    assert.doesNotMatch(JSON.stringify(operations), /secret/);
  });
});
