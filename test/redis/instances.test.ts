import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { CollaborationServer } from '../../server/application.ts';
import { appendScript } from '../../server/logs/scripts.ts';
import { call } from '../support/http.ts';
import { shareRedis } from '../support/instances.ts';
import { type Client, collect, connect, next, request } from '../support/server.ts';
import { until } from '../support/until.ts';

const room_id = 'song:42';

describe('several instances on one Redis', () => {
  const shared = shareRedis();
  const instances = (count: number) => Promise.all(Array.from({ length: count }, () => shared.instance()));

  /** One member of the room on each of so many instances. */
  async function members(...names: string[]): Promise<Client[]> {
    const servers = await instances(names.length);
    const clients = await Promise.all(names.map((sub, index) => connect(servers[index] ?? { url: '' }, { sub })));
    for (const [index, client] of clients.entries()) {
      await request(client, 'join_room', { room_id, client_id: names[index] });
    }
    return clients;
  }

  it('show one song: what one writes, everyone reads, also who joins elsewhere later', async () => {
    const [ada, ben] = await members('ada', 'ben');
    assert.ok(ada && ben);
    const heard = next(ben, 'collaboration_update');
    await request(ada, 'collaboration_operation', { room_id, operation: ['Hello'], revision: 0, sequence: 1 });
    const { revision, operations } = await heard;
    assert.deepEqual([revision, operations.map(({ operation }) => operation)], [0, [['Hello']]]);
    const late = await request(ben, 'collaboration_operation', { room_id, operation: [0 + 5, '!'], revision: 1 });
    assert.equal(late.revision, 2);
    const [server] = await instances(1);
    assert.ok(server);
    const state = await request(await connect(server, { sub: 'eve' }), 'join_room', { room_id });
    assert.equal(state.document?.content, 'Hello!');
  });

  it('commit a resend once, also where it comes to another instance', async () => {
    const [ada, other] = await members('ada', 'ben');
    assert.ok(ada && other);
    const once = { room_id, operation: ['x'], revision: 0, sequence: 1 };
    const { revision } = await request(ada, 'collaboration_operation', once);
    ada.disconnect();
    const [server] = await instances(1);
    assert.ok(server);
    const again = await connect(server, { sub: 'ada' });
    assert.equal((await request(again, 'join_room', { room_id, client_id: 'ada' })).sequence, 1);
    assert.equal((await request(again, 'collaboration_operation', once)).revision, revision);
    assert.equal((await request(again, 'get_room_state', { room_id })).document?.content, 'x');
  });

  describe('what passes', () => {
    it('cursors, those that were there before included', async () => {
      const [ada, ben] = await members('ada', 'ben');
      assert.ok(ada && ben);
      await request(ada, 'collaboration_operation', { room_id, operation: ['Hello'] });
      const moved = next(ben, 'cursor_moved');
      ada.emit('cursor_update', { room_id, position: 3, revision: 1 });
      const { timestamp, ...cursor } = (await moved).cursors[0] ?? {};
      assert.equal(typeof timestamp, 'number');
      assert.deepEqual(cursor, { user_id: 'ada', client_id: 'ada', position: 3, revision: 1 });
      const [server] = await instances(1);
      assert.ok(server);
      const eve = await connect(server, { sub: 'eve' });
      const shown = next(eve, 'cursor_moved');
      const { cursors } = await request(eve, 'join_room', { room_id });
      assert.equal((cursors.length > 0 ? cursors : (await shown).cursors)[0]?.position, 3);
      const gone = next(ben, 'cursor_moved');
      ada.disconnect();
      assert.deepEqual(
        (await gone).cursors.map(({ user_id, position }) => [user_id, position]),
        [['ada', null]],
      );
    });

    it('cursors of a crowd in one message a frame', async () => {
      const [ada, ben] = await members('ada', 'ben');
      assert.ok(ada && ben);
      await request(ada, 'collaboration_operation', { room_id, operation: ['x'.repeat(1000)] });
      const frames = collect(ben, 'cursor_moved');
      for (let position = 0; position < 500; position++) ada.emit('cursor_update', { room_id, position });
      await until(() => frames.at(-1)?.cursors[0]?.position === 499);
      assert.ok(frames.length < 250, `${frames.length} frames`);
    });

    it('typing, as it begins and ends', async () => {
      const [ada, ben] = await members('ada', 'ben');
      assert.ok(ada && ben);
      const changes = collect(ben, 'typing_changed');
      for (const is_typing of [true, false]) {
        await request(ada, 'typing', { room_id, is_typing });
        await until(() => changes.length === (is_typing ? 1 : 2));
      }
      assert.deepEqual(
        changes.map(({ user_ids }) => user_ids),
        [['ada'], []],
      );
    });

    it('messages to everyone and to one user, JSON and binary alike', async () => {
      const [ada, ben, eve] = await members('ada', 'ben', 'eve');
      assert.ok(ada && ben && eve);
      const overheard = collect(eve, 'room_message');
      const messages: unknown[] = [{ chord: ['C', 'G7'], $binary: 'AA==' }, Buffer.from([0, 255, 7]), 'text'];
      for (const message of messages) {
        const received: Promise<unknown> = next(ben, 'room_message');
        const { timestamp }: { timestamp: number } = await request(ada, 'broadcast_message', { room_id, message });
        assert.deepEqual(await received, { room_id, user_id: 'ada', message, timestamp });
      }
      await until(() => overheard.length === 3);
      const received = next(ben, 'room_message');
      await request(ada, 'broadcast_message', { room_id, message: 'psst', to: 'ben' });
      assert.equal((await received).message, 'psst');
      await request(ada, 'broadcast_message', { room_id, message: 'all' });
      await until(() => overheard.length === 4);
      assert.equal(overheard.at(-1)?.message, 'all');
    });

    it('an order of an administrator: a user is disconnected, kicked, a room is closed, wherever they are', async () => {
      const [here, there] = await instances(2);
      assert.ok(here && there);
      const [ada, ben, eve] = await Promise.all(['ada', 'ben', 'eve'].map((sub) => connect(there, { sub })));
      assert.ok(ada && ben && eve);
      for (const client of [ada, ben, eve]) await request(client, 'join_room', { room_id });
      await request(eve, 'collaboration_operation', { room_id, operation: ['x'] });
      const ended = next(ada, 'error');
      await order(here, 'users/ada/connections');
      assert.equal((await ended).fatal, true);
      const kicked = next(ben, 'room_removed');
      await request(await connect(here, { sub: 'ben' }), 'join_room', { room_id });
      await order(here, `rooms/${room_id}/participants/ben`);
      assert.deepEqual(await kicked, { room_id, reason: 'kicked' });
      const closed = next(eve, 'room_removed');
      await order(here, `rooms/${room_id}`);
      assert.deepEqual(await closed, { room_id, reason: 'closed' });
      assert.equal((await request(eve, 'join_room', { room_id })).document?.content, '');
    });
  });

  it('follow the channels of the rooms that they have someone in, and no others', async () => {
    const [here, there] = await instances(2);
    assert.ok(here && there);
    const followers = () => {
      const channels = ['news', 'whispers'].map((name) => `tutti:0:{/${room_id}}:${name}`);
      const counted = shared.redis.command('pubsub', 'numsub', ...channels).split('\n');
      return counted.filter((_, index) => index % 2 === 1).map(Number);
    };
    const ada = await connect(here, { sub: 'ada' });
    await request(ada, 'join_room', { room_id });
    const ben = await connect(there, { sub: 'ben' });
    await request(ben, 'join_room', { room_id: 'song:43' });
    await request(ada, 'collaboration_operation', { room_id, operation: ['x'] });
    assert.deepEqual(followers(), [1, 1]);
    await request(ben, 'join_room', { room_id });
    await until(() => isDeepStrictEqual(followers(), [2, 2]));
    await order(here, `rooms/${room_id}`);
    await until(() => isDeepStrictEqual(followers(), [0, 0]));
  });

  it('append a batch in one round trip', async () => {
    const [server] = await instances(1);
    assert.ok(server);
    const ada = await connect(server, { sub: 'ada' });
    await request(ada, 'join_room', { room_id });
    const write = () => request(ada, 'collaboration_operation', { room_id, operation: ['x'] });
    await write();
    const before = await appends(server);
    const commands = await shared.redis.watch(() => Promise.all(Array.from({ length: 300 }, write)));
    const scripts = commands.filter((command) => command.includes(`tutti:0:{/${room_id}}:entries`));
    assert.equal(scripts.length, (await appends(server)) - before);
    assert.ok(scripts.length < 150, `${scripts.length} round trips for 300 operations`);
    for (const [name, sha] of scripts) assert.deepEqual([name, sha], ['EVALSHA', appendScript.sha]);
  });

  it('say over the adapter what is published to connections, and give orders; rooms have channels of their own', async () => {
    const [here, there] = await instances(2);
    assert.ok(here && there);
    const [ada, ben] = [await connect(here, { sub: 'ada' }), await connect(there, { sub: 'ben' })];
    for (const client of [ada, ben]) await request(client, 'join_room', { room_id });
    const inRoom = await shared.redis.watch(async () => {
      const heard = [next(ben, 'collaboration_update'), next(ben, 'cursor_moved'), next(ben, 'room_message')];
      await request(ada, 'collaboration_operation', { room_id, operation: ['x'] });
      ada.emit('cursor_update', { room_id, position: 0 });
      await request(ada, 'broadcast_message', { room_id, message: 'Hello' });
      await Promise.all(heard);
    });
    assert.deepEqual(channelsOf(inRoom).filter(isAdapters), []);

    const published = await shared.redis.watch(async () => {
      for (const address of [{ all: true }, { connection_id: ben.id }, { room_id }]) {
        const heard = next(ben, 'event');
        const body = JSON.stringify({ ...address, type: 'song.praised' });
        await call(here, 'POST /api/v1/publish', { sub: 'tracker', scope: 'publish' }, { body });
        await heard;
      }
    });
    assert.equal(channelsOf(published).filter(isAdapters).length, 2);
    assert.ok(channelsOf(published).includes('tutti:0:io-request#/#'));

    const ordered = await shared.redis.watch(async () => {
      const kicked = next(ben, 'room_removed');
      await order(here, `rooms/${room_id}/participants/ben`);
      await kicked;
    });
    assert.ok(channelsOf(ordered).includes('tutti:0:io-request#/#'));
  });
});

/** How many batches an instance has brought into the log. */
async function appends(server: CollaborationServer): Promise<number> {
  const { body } = await call(server, 'GET /metrics');
  return Number(/^tutti_append_seconds_count (\d+)/m.exec(body)?.[1]);
}

/** What was published to, once for each time. */
function channelsOf(commands: string[][]): string[] {
  return commands.flatMap(([name, channel = '']) => (name === 'PUBLISH' ? [channel] : []));
}

/** Whether it is one on which the adapter broadcasts. */
function isAdapters(channel: string): boolean {
  return channel.startsWith('tutti:0:io#');
}

/** What an administrator deletes, at one instance. */
async function order(server: CollaborationServer, path: string): Promise<void> {
  const { status } = await call(server, `DELETE /api/v1/${path}`, { sub: 'root', scope: 'admin' });
  assert.ok(status < 300, `${status}`);
}
