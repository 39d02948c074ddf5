import assert from 'node:assert/strict';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { Refusal } from '../../shared/refusals.ts';
import { come, guestIn, guestOf, invite, tokenOfGuest } from '../support/guests.ts';
import { methodsOf } from '../support/methodsOf.ts';
import { administrator } from '../support/revocation.ts';
import {
  caughtUp,
  clientOf,
  collect,
  connect,
  next,
  refused,
  refusedHandshake,
  request,
  startServer,
} from '../support/server.ts';
import { until } from '../support/until.ts';

const room_id = 'song:42';
const ada = { sub: 'ada', name: 'Ada', rooms: { 'song:*': 'editor' } };
const root = { sub: 'root', name: 'Root', rooms: {}, scope: 'admin' };

describe('who was invited by somebody who is blocked', () => {
  it('goes at once, and nobody comes by the invitation until that one is let in again', async () => {
    const server = await startServer();
    const { invitation } = await invite(server, ada, room_id);
    const ben = await guestIn(server, room_id, invitation, 'Ben');
    const removed = next(ben, 'room_removed');
    await administrator(server).block('ada');
    assert.deepEqual(await removed, { room_id, reason: 'role_withdrawn' });
    const { message } = await refused(ben, 'join_room', { room_id }, 'forbidden');
    assert.match(message, /Ada may invite nobody/);
    assert.equal((await come(server, invitation, 'Cyd')).status, 403);
    await administrator(server).unblock('ada');
    await request(ben, 'join_room', { room_id });
    await guestIn(server, room_id, invitation, 'Cyd');
  });

  it('goes too where the invitation was made with the scope admin', async () => {
    const server = await startServer();
    const { invitation } = await invite(server, { ...root, sub: 'other' }, room_id);
    const ben = await guestIn(server, room_id, invitation, 'Ben');
    const removed = next(ben, 'room_removed');
    await administrator(server).block('other');
    assert.equal((await removed).reason, 'role_withdrawn');
  });
});

describe('the token of a guest', () => {
  it('is revoked with those that were issued before, and the next one is good again', async () => {
    const server = await startServer();
    const { invitation } = await invite(server, ada, room_id);
    const token = await tokenOfGuest(server, invitation, 'Ben');
    const ben = await guestOf(server, invitation, 'Ben');
    const cyd = await guestOf(server, invitation, 'Cyd');
    const end = next(ben, 'error');
    await administrator(server).revoke({ user_id: ben.user_id, issued_before: Date.now() + 2_000 });
    const { error_code, fatal } = await end;
    assert.deepEqual([error_code, fatal], ['unauthorized', true]);
    const { message } = await refusedHandshake(clientOf(server, { auth: { token } }));
    assert.match(message, /revoked/);
    await request(cyd, 'ping', {});
    await until(async () => {
      const client = clientOf(server, { auth: { token: await tokenOfGuest(server, invitation, 'Ben') } });
      const outcome = Promise.race([
        next(client, 'connected').then(() => true),
        new Promise<boolean>((resolve) => client.once('connect_error', () => resolve(false))),
      ]);
      client.connect();
      return outcome;
    });
  });
});

describe('while nobody can say who is banned', () => {
  it('who was let in hears nothing that is published to everyone; from then on it does, unless it is banned', async () => {
    const log = createMemoryLog();
    const before = await startServer({ log: { ...methodsOf(log), close: async () => {} } });
    await administrator(before).block('eve');
    await before.close();
    let isAway = true;
    const server = await startServer({
      log: {
        ...methodsOf(log),
        load: (key) =>
          isAway && key.startsWith(':bans/')
            ? Promise.reject(new Refusal('unavailable', 'the store does not answer'))
            : log.load(key),
      },
    });
    const [ann, eve] = [await connect(server, { sub: 'ann' }), await connect(server, { sub: 'eve' })];
    const heard = [collect(ann, 'event'), collect(eve, 'event')];
    const end = next(eve, 'error');
    await server.toAll('news.first', 1);
    await caughtUp(ann);
    await caughtUp(eve);
    assert.deepEqual(heard, [[], []]);
    isAway = false;
    assert.equal((await end).error_code, 'forbidden');
    await request(ann, 'join_room', { room_id });
    const told = next(ann, 'event');
    await server.toAll('news.second', 2);
    assert.equal((await told).type, 'news.second');
    assert.deepEqual(
      heard.map((events) => events.length),
      [1, 0],
    );
  });
});
