import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, type ClientOptions, memoryStorage, type Room } from '../../client/index.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { cleanup } from '../support/cleanup.ts';
import { flakySession } from '../support/flaky.ts';
import { freePort } from '../support/ports.ts';
import { UnreliableProxy } from '../support/proxy.ts';
import { Random } from '../support/random.ts';
import { startServer, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';

/** A client that is connecting; it ends with the test. */
function clientFor(server: { url: string }, sub: string, options: ClientOptions = {}): Client {
  const client = new Client(server.url, { token: tokenFor({ sub, name: sub }), storage: memoryStorage(), ...options });
  client.connect();
  cleanup(() => client.disconnect());
  return client;
}

const synchronized = (...rooms: Room[]) =>
  until(() => rooms.every(({ text }) => text.status.state === 'synchronized' && text.text === rooms[0]?.text.text));

describe('two clients in a song', () => {
  it('see one text, whoever types where', async () => {
    const server = await startServer();
    const ada = clientFor(server, 'ada').room('song:1');
    const ben = clientFor(server, 'ben').room('song:1');
    ada.text.insert(0, 'Hello 😀');
    ben.text.insert(0, 'Song: ');
    await synchronized(ada, ben);
    assert.equal([...ada.text.text].sort().join(''), [...'Hello 😀Song: '].sort().join(''));
    await Promise.all([ada.text.stored(), ben.text.stored()]);
  });

  it('see who is there, who types, each other’s cursors, and messages', async () => {
    const server = await startServer();
    const ada = clientFor(server, 'ada').room('1');
    const ben = clientFor(server, 'ben').room('1');
    await until(() => ada.participants.length === 2 && ben.participants.length === 2);
    ada.text.insert(0, 'one two');
    await synchronized(ada, ben);
    ada.setCursor({ anchor: 4, head: 7 });
    ada.setTyping(true);
    await until(() => ben.cursors.length === 1 && ben.typing.length === 1);
    assert.deepEqual(ben.cursors[0]?.position, { anchor: 4, head: 7 });
    assert.deepEqual(ben.typing, ['ada']);
    ben.text.insert(0, '😀 ');
    assert.deepEqual(ben.cursors[0]?.position, { anchor: 7, head: 10 });

    const message = new Promise((resolve) => ada.on('message', resolve));
    await ben.sendMessage({ hello: 'ada' }, 'ada');
    assert.deepEqual(((await message) as { message: unknown }).message, { hello: 'ada' });
    await ben.leave();
    await until(() => ada.participants.length === 1);
  });

  it('go on when the server has been away, and lose nothing', async () => {
    const log = createMemoryLog();
    const port = await freePort();
    const first = await startServer({ log, port });
    const ada = clientFor(first, 'ada').room('1');
    const ben = clientFor(first, 'ben').room('1');
    ada.text.insert(0, 'before ');
    await synchronized(ada, ben);
    await first.close();
    await until(() => ada.state.status === 'joining' && ben.state.status === 'joining');
    ada.text.insert(ada.text.length, 'ada ');
    ben.text.insert(ben.text.length, 'ben ');
    assert.equal(ada.text.status.hasUnsent, true);
    await startServer({ log, port });
    await until(() => !ada.text.status.hasUnsent && !ben.text.status.hasUnsent);
    await synchronized(ada, ben);
    assert.match(ada.text.text, /^before (ada ben |ben ada )$/);
  });

  it('slow down where there is a limit, and lose no letter', async () => {
    const server = await startServer({ limitOperations: '5/1' });
    const room = clientFor(server, 'ada').room('1');
    const refusals: (string | undefined)[] = [];
    room.text.on('status', ({ refusal }) => refusals.push(refusal?.error_code));
    const typed = Array.from({ length: 200 }, (_, index) => String.fromCharCode(0x4e00 + index)).join('');
    for (const letter of typed) {
      room.text.insert(room.text.length, letter);
      await pause(5);
    }
    await room.text.stored();
    assert.ok(refusals.includes('rate_limited'));
    const other = clientFor(server, 'ben').room('1');
    await synchronized(room, other);
    assert.equal(other.text.text, typed);
  });

  it('are told when they may only read, and keep what they had typed', async () => {
    const server = await startServer();
    const client = clientFor(server, 'ada', { token: tokenFor({ sub: 'ada', rooms: { 'song:1': 'viewer' } }) });
    const room = client.room('1');
    await until(() => room.role === 'viewer');
    assert.throws(() => room.text.insert(0, 'x'), { error_code: 'forbidden' });
    const closed = client.room('2');
    await until(() => closed.state.status === 'removed');
    assert.equal(closed.state.refusal?.error_code, 'forbidden');
  });
});

describe('a reload', () => {
  it('goes on with what was unsent, once', async () => {
    const log = createMemoryLog();
    const storage = memoryStorage();
    const port = await freePort();
    const first = await startServer({ log, port });
    const before = clientFor(first, 'ada', { storage });
    const room = before.room('1');
    room.text.insert(0, 'stored ');
    await room.text.stored();
    await first.close();
    room.text.insert(room.text.length, 'unsent ');
    assert.equal(before.hasUnsent, true);
    await room.leave();
    before.disconnect();

    const after = clientFor(first, 'ada', { storage });
    const again = after.room('1');
    await until(() => again.text.text === 'stored unsent ');
    again.text.insert(again.text.length, 'more');
    await startServer({ log, port });
    await again.text.stored();
    const other = clientFor({ url: first.url }, 'ben').room('1');
    await synchronized(again, other);
    assert.equal(other.text.text, 'stored unsent more');
  });

  it('of a room alone, left and opened again at once, goes on with what was unsent', async () => {
    const port = await freePort();
    const log = createMemoryLog();
    const first = await startServer({ log, port });
    const client = clientFor(first, 'ada');
    const room = client.room('1');
    await until(() => room.state.status === 'joined');
    await first.close();
    room.text.insert(0, 'unsent');
    void room.leave();
    const again = client.room('1');
    await startServer({ log, port });
    await until(() => again.state.status === 'joined');
    await again.text.stored();
    assert.equal(again.text.text, 'unsent');
  });

  it('takes over what is unsent, of several that earlier tabs left', async () => {
    const log = createMemoryLog();
    const storage = memoryStorage();
    const server = await startServer({ log });
    const tabs = [clientFor(server, 'ada', { storage }), clientFor(server, 'ada', { storage })];
    const rooms = tabs.map((tab) => tab.room('1'));
    rooms[0]?.text.insert(0, 'stored ');
    await synchronized(...rooms);
    await until(() => rooms.every(({ text }) => text.text === 'stored '));
    await server.close();
    rooms[1]?.text.insert(0, 'unsent ');
    for (const room of rooms) await room.leave();
    for (const tab of tabs) tab.disconnect();
    const again = clientFor(server, 'ada', { storage }).room('1');
    await until(() => again.text.text !== '');
    assert.equal(again.text.text, 'unsent stored ');
  });

  it('does not take over what another tab holds', async () => {
    const server = await startServer();
    const storage = memoryStorage();
    const one = clientFor(server, 'ada', { storage }).room('1');
    await until(() => one.state.status === 'joined');
    const two = clientFor(server, 'ada', { storage }).room('1');
    await until(() => two.state.status === 'joined');
    assert.notEqual(one.text.client_id, two.text.client_id);
    assert.equal(one.state.status, 'joined');
  });
});

describe('a room that is left while it is being joined', () => {
  /** A server, a client that is 80 ms away from it, and one beside it. */
  async function distant() {
    const server = await startServer();
    const proxy = await UnreliableProxy.open(() => server);
    cleanup(() => proxy.close());
    proxy.delay = 80;
    const far = clientFor(proxy, 'ada');
    await until(() => far.isConnected);
    return { far, near: clientFor(server, 'ben') };
  }

  /** The user_ids of those that the server has in a room, asked by who is there. */
  const peopleIn = async (client: Client, room_id: string) =>
    (await client.request('get_room_state', { room_id })).participants.map(({ user_id }) => user_id).sort();

  it('stays left, and what was typed in it is stored once', async () => {
    const { far, near } = await distant();
    const room = far.room('1');
    room.text.insert(0, 'typed ');
    await asked();
    void room.leave();
    const again = far.room('1');
    assert.notEqual(again, room);
    again.text.insert(0, 'again ');
    await until(() => again.state.status === 'joined');
    await again.text.stored();
    assert.equal(room.state.status, 'left');
    const other = near.room('1');
    await synchronized(again, other);
    assert.equal(other.text.text, 'again typed ');
    assert.deepEqual(await peopleIn(near, 'song:1'), ['ada', 'ben']);
    await again.leave();
    await far.request('ping', {});
    assert.deepEqual(await peopleIn(near, 'song:1'), ['ben']);
  });

  it('has no ghost in it', async () => {
    const { far, near } = await distant();
    const other = near.room('1');
    await until(() => other.state.status === 'joined');
    const room = far.room('1');
    await asked();
    await room.leave();
    await far.request('ping', {});
    assert.deepEqual(await peopleIn(near, 'song:1'), ['ben']);
    await until(() => other.participants.length === 1);
  });

  it('takes no place, however many there are', async () => {
    const { far } = await distant();
    for (let clicked = 0; clicked < 60; clicked++) {
      const room = far.room(`clicked-${clicked}`);
      await asked();
      void room.leave();
    }
    const rooms = Array.from({ length: 50 }, (_, index) => far.room(`${index}`));
    await until(() => rooms.every(({ state }) => state.status === 'joined'));
  });

  /** Resolves when a room that was opened over a connection has asked to be let in. */
  const asked = () => pause(0);
});

describe('clients whose connections break again and again', () => {
  it('lose no letter and double none', async () => {
    const server = await startServer();
    const random = new Random();
    const keystrokes = Array.from({ length: 1_000 }, () => ({
      author: random.between(0, 2),
      at: random.between(0, 400),
      deleted: random.oneIn(4) ? random.between(1, 3) : 0,
      inserted: random.between(0, 2),
    }));
    const tokens = ['ada', 'ben', 'cy'].map((sub) => tokenFor({ sub }));
    await flakySession({ url: server.url, tokens, room: '1', keystrokes, count: 1_000, cuts: 12, random });
  });
});
