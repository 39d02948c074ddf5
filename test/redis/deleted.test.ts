import assert from 'node:assert/strict';
import { Client, memoryStorage } from '../../client/index.ts';
import { cleanup } from '../support/cleanup.ts';
import { call } from '../support/http.ts';
import { shareRedis } from '../support/instances.ts';
import { connect, member, refused, request, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';

const room_id = 'song:42';
const admin = { sub: 'root', rooms: { '*': 'viewer' }, scope: 'admin' };

describe('a room that was deleted, on several instances', function () {
  this.timeout(120_000);

  const { pair } = shareRedis();

  it('stays deleted on each, whichever was asked, when somebody comes back with its text', async () => {
    const [one, other] = await pair();
    const client = new Client(one.url, { token: tokenFor({ sub: 'ann' }), storage: memoryStorage() });
    cleanup(() => client.disconnect());
    client.connect();
    const room = client.room(room_id);
    room.text.insert(0, 'Sent. ');
    await room.text.stored();
    const ben = await member(other, { sub: 'ben' }, { room_id, client_id: 'ben' });
    const { epoch, revision } = await request(ben, 'get_room_state', { room_id });
    client.disconnect();
    room.text.insert(0, 'Not sent. ');
    assert.equal((await call(other, `DELETE /api/v1/rooms/${room_id}`, admin)).status, 200);
    client.connect();
    await until(() => room.state.refusal?.error_code === 'deleted');
    assert.equal(room.text.text, 'Not sent. Sent. ');
    for (const server of [one, other]) {
      assert.equal((await call(server, `GET /api/v1/rooms/${room_id}`, admin)).status, 404);
      const back = await connect(server, { sub: 'ben' });
      await refused(back, 'join_room', { room_id, client_id: 'ben', since: { epoch, revision } }, 'deleted');
    }
  });
});
