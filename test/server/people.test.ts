import assert from 'node:assert/strict';
import type { ServerOptions } from '../../server/application.ts';
import { holdTimers } from '../support/heldTimers.ts';
import {
  ask,
  type Client,
  caughtUp,
  collect,
  connect,
  next,
  refused,
  request,
  startServer,
} from '../support/server.ts';

/** Resolves when the server knows that Ben has gone. That is asked for: news may wait for a timer that is moved by hand. */
async function gone(client: Client, witness: Client, room_id: string): Promise<void> {
  client.disconnect();
  for (let left = false; !left; ) {
    const { participants } = await request(witness, 'get_participants', { room_id });
    left = participants.every(({ user_id }) => user_id !== 'ben');
  }
}

/** Ada and Ben in a room, where Ada sees Ben go. */
async function pair(options: ServerOptions = {}) {
  const room_id = 'song:1';
  const server = await startServer(options);
  const [ada, ben] = [await connect(server, { sub: 'ada' }), await connect(server, { sub: 'ben' })];
  for (const client of [ada, ben]) await request(client, 'join_room', { room_id });
  return { server, ada, ben, room_id };
}

describe('presence_subscribe', () => {
  it('answers who is online, and tells who comes, whatever rooms they are in', async () => {
    const server = await startServer();
    const ada = await connect(server, { sub: 'ada' });
    await connect(server, { sub: 'ben' });
    const { online } = await request(ada, 'presence_subscribe', { user_ids: ['ada', 'ben', 'eve', 'ben'] });
    assert.deepEqual(online, ['ada', 'ben']);
    const came = next(ada, 'user_online');
    await connect(server, { sub: 'eve' });
    const { user_id, timestamp } = await came;
    assert.equal(user_id, 'eve');
    assert.ok(Math.abs(timestamp - Date.now()) < 5_000);
  });

  it('tells who has been gone for five seconds, and when it was last seen', async () => {
    const { ada, ben, room_id } = await pair();
    await request(ada, 'presence_subscribe', { user_ids: ['ben'] });
    const told = collect(ada, 'user_offline');
    const { pass } = holdTimers(5_000);
    const before = Date.now();
    await gone(ben, ada, room_id);
    const after = Date.now();
    pass(4_999);
    await caughtUp(ada);
    assert.deepEqual(told, []);
    pass(1);
    await caughtUp(ada);
    assert.deepEqual(
      told.map(({ user_id }) => user_id),
      ['ben'],
    );
    assert.ok(told.every(({ timestamp }) => timestamp >= before && timestamp <= after));
    assert.deepEqual((await request(ada, 'presence_subscribe', { user_ids: ['ben'] })).online, []);
  });

  it('tells nothing of who comes back within five seconds, and counts it as online meanwhile', async () => {
    const { server, ada, ben, room_id } = await pair();
    await request(ada, 'presence_subscribe', { user_ids: ['ben'] });
    const told = [collect(ada, 'user_offline'), collect(ada, 'user_online')];
    const { pass } = holdTimers(5_000);
    await gone(ben, ada, room_id);
    pass(4_999);
    assert.deepEqual((await request(ada, 'presence_subscribe', { user_ids: ['ben'] })).online, ['ben']);
    await connect(server, { sub: 'ben' });
    pass(10_000);
    await caughtUp(ada);
    assert.deepEqual(told, [[], []]);
  });

  it('tells nothing of one device of several', async () => {
    const { server, ada, ben, room_id } = await pair();
    await request(ada, 'presence_subscribe', { user_ids: ['ben'] });
    const told = [collect(ada, 'user_offline'), collect(ada, 'user_online')];
    await connect(server, { sub: 'ben' });
    const { pass } = holdTimers(5_000);
    await gone(ben, ada, room_id);
    pass(10_000);
    await caughtUp(ada);
    assert.deepEqual(told, [[], []]);
  });

  it('takes the place of the one before, and ends with the connection', async () => {
    const server = await startServer();
    const [ada, other] = [await connect(server, { sub: 'ada' }), await connect(server, { sub: 'ada' })];
    await request(ada, 'presence_subscribe', { user_ids: ['ben'] });
    await request(other, 'presence_subscribe', { user_ids: ['ben', 'eve'] });
    assert.deepEqual((await request(ada, 'presence_subscribe', { user_ids: [] })).online, []);
    const told = collect(ada, 'user_online');
    const heard = collect(other, 'user_online');
    await connect(server, { sub: 'ben' });
    await caughtUp(other);
    other.disconnect();
    await connect(server, { sub: 'eve' });
    await caughtUp(ada);
    assert.deepEqual(told, []);
    assert.equal(heard.length, 1);
  });

  it('ends at the border of the tenant', async () => {
    const server = await startServer();
    const ada = await connect(server, { sub: 'ada', org_id: 'one' });
    await connect(server, { sub: 'ben', org_id: 'two' });
    assert.deepEqual((await request(ada, 'presence_subscribe', { user_ids: ['ben'] })).online, []);
    const told = collect(ada, 'user_online');
    await connect(server, { sub: 'ben', org_id: 'two' });
    await connect(server, { sub: 'ben' });
    await connect(server, { sub: 'ben', org_id: 'one' });
    await caughtUp(ada);
    assert.equal(told.length, 1);
  });

  it('is refused whole by the application, which is asked for a role in the room of each user', async () => {
    const asked: string[] = [];
    const server = await startServer({
      authorize: ({ user_id }, room_id) => {
        asked.push(`${user_id} ${room_id}`);
        return room_id === 'user:ben' ? 'viewer' : undefined;
      },
    });
    const ada = await connect(server, { sub: 'ada' });
    asked.length = 0;
    await request(ada, 'presence_subscribe', { user_ids: ['ben', 'ada'] });
    assert.deepEqual(asked, ['ada user:ben']);
    const refusal = await refused(ada, 'presence_subscribe', { user_ids: ['eve', 'ben'] }, 'forbidden');
    assert.match(refusal.message, /eve/);
    const told = next(ada, 'user_online');
    await connect(server, { sub: 'eve' });
    await connect(server, { sub: 'ben' });
    assert.equal((await told).user_id, 'ben');
  });

  it('asks the application about a few users at a time', async () => {
    let asking = 0;
    let most = 0;
    const server = await startServer({
      authorize: async () => {
        most = Math.max(most, ++asking);
        await new Promise((resolve) => setImmediate(resolve));
        asking -= 1;
        return 'viewer' as const;
      },
    });
    const ada = await connect(server, { sub: 'ada' });
    const user_ids = Array.from({ length: 200 }, (_, index) => `user ${index}`);
    await request(ada, 'presence_subscribe', { user_ids });
    assert.ok(most <= 4, `${most} at once`);
  });

  it('counts users who were not watched before, and them alone', async () => {
    const ada = await connect(await startServer(), { sub: 'ada' });
    const some = (from: number) => Array.from({ length: 200 }, (_, index) => `user ${from + index}`);
    for (let time = 0; time < 10; time++) await request(ada, 'presence_subscribe', { user_ids: some(0) });
    const answers = [];
    for (const from of [1000, 2000, 3000]) {
      answers.push(await ask(ada, 'presence_subscribe', { user_ids: some(from) }));
    }
    assert.ok(answers.some((answer) => !answer.ok && answer.error.error_code === 'rate_limited'));
  });

  it('takes 200 users and no more', async () => {
    const ada = await connect(await startServer(), { sub: 'ada' });
    const user_ids = Array.from({ length: 201 }, (_, index) => `user ${index}`);
    await refused(ada, 'presence_subscribe', { user_ids }, 'bad_request');
    await request(ada, 'presence_subscribe', { user_ids: user_ids.slice(1) });
  });
});
