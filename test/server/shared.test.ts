import assert from 'node:assert/strict';
import { Client, type ClientOptions, feeds, memoryStorage, Refusal, sessions } from '../../client/index.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import type { Role } from '../../shared/rooms.ts';
import { cleanup } from '../support/cleanup.ts';
import { freePort } from '../support/ports.ts';
import { startServer, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';

/** A client of sessions and feeds that is connecting; it ends with the test. */
function clientFor(server: { url: string }, sub: string, role: Role = 'host', options: ClientOptions = {}): Client {
  const token = tokenFor({ sub, rooms: { '*': role } });
  const documents = [sessions, feeds];
  const client = new Client(server.url, { token, documents, storage: memoryStorage(), ...options });
  client.connect();
  cleanup(() => client.disconnect());
  return client;
}

/** What came into an inbox, as the application is told. */
function told({ inbox }: Client): unknown[] {
  const entries: unknown[] = [];
  inbox.on('entry', ({ data }) => entries.push(data));
  return entries;
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('room.session', () => {
  it('has each command, and all hold the same', async () => {
    const server = await startServer();
    const { session: ann } = clientFor(server, 'ann').room('session:1');
    const { session: bob } = clientFor(server, 'bob', 'editor').room('session:1');
    ann.add({ track_id: 'a', title: 'First', duration_ms: 60_000 });
    ann.add({ track_id: 'b' });
    await ann.add({ track_id: 'c' });
    await bob.vote('b');
    await ann.vote('b');
    await ann.vote('b', false);
    await ann.remove('c');
    await ann.play();
    assert.deepEqual([ann.playback.track_id, ann.playback.status], ['b', 'playing']);
    await ann.pause();
    await ann.seek(2_000);
    assert.equal(ann.position, 2_000);
    await ann.skip();
    await ann.stop();
    ann.score('red', { score: 5 });
    ann.score('red', { delta: -2, question_id: '1' });
    ann.update({ round: 1 });
    await ann.update({ round: 2 });
    await until(() => bob.state.round === 2);
    assert.deepEqual(bob.content, ann.content);
    assert.deepEqual([bob.playback.track_id, bob.queue, bob.scores], ['a', [], { red: 3 }]);
    await assert.rejects(bob.play(), (error) => error instanceof Refusal && error.error_code === 'forbidden');
    await assert.rejects(ann.vote('z'), (error) => error instanceof Refusal && error.error_code === 'not_found');
    await ann.play();
    const late = clientFor(server, 'eve', 'viewer').room('session:1').session;
    const changed = new Promise((resolve) => late.on('change', resolve));
    await changed;
    assert.deepEqual(late.content, ann.content);
  });

  it('shows players one position, by the server’s clock', async () => {
    const server = await startServer();
    const clients = ['ann', 'bob', 'eve'].map((sub) => clientFor(server, sub));
    const players = clients.map((client) => client.room('session:1').session);
    const [first] = players;
    assert.ok(first);
    await first.add({ track_id: 'a', duration_ms: 600_000 });
    await first.play();
    await until(() => players.every(({ playback }) => playback.status === 'playing'));
    await until(() => clients.every(({ state }) => state.latency !== undefined));
    const started = first.position;
    await until(() => first.position > started);
    const positions = players.map(({ position }) => position);
    const spread = Math.max(...positions) - Math.min(...positions);
    assert.ok(spread <= 50, `${spread} ms apart`);
  });

  it('does a command once, though the connection breaks before the answer', async () => {
    const port = await freePort();
    const log = createMemoryLog();
    const first = await startServer({ port, log });
    const ann = clientFor(first, 'ann');
    const { session } = ann.room('session:1');
    await session.score('red', { delta: 1 });
    const commands = numbers(1, 20).map(() => session.score('red', { delta: 1 }));
    assert.equal(ann.hasUnsent, true);
    await commands[4];
    await first.close();
    const rest = Promise.all(commands);
    await startServer({ port, log });
    ann.retryNow();
    await rest;
    assert.deepEqual(session.scores, { red: 21 });
    assert.equal(ann.hasUnsent, false);
  });

  it('is for those who asked for it, in rooms of that kind', async () => {
    const server = await startServer();
    const client = clientFor(server, 'ann');
    assert.throws(() => client.room('channel:1').session, TypeError);
    assert.throws(() => client.room('session:1').text, TypeError);
    assert.throws(() => clientFor(server, 'ann', 'host', { documents: [] }).room('session:1'), TypeError);
    assert.throws(() => clientFor(server, 'ann', 'host', { documents: [sessions] }).inbox, TypeError);
  });
});

describe('room.feed', () => {
  it('has each command, marks and counts', async () => {
    const server = await startServer();
    const { feed: ann } = clientFor(server, 'ann').room('channel:1');
    const { feed: bob } = clientFor(server, 'bob').room('channel:1');
    const first = await ann.send('hello');
    const second = await ann.send('see this', { file: 'a.png' });
    const third = await bob.send('wow');
    await ann.edit(first, 'hello, all');
    await bob.react(second, '👍');
    await bob.react(second, '👎');
    await bob.react(second, '👎', false);
    await bob.remove(third);
    await until(() => ann.entries[2]?.deleted);
    assert.deepEqual(ann.entries, bob.entries);
    assert.deepEqual(
      ann.entries.map(({ text, reactions }) => [text, reactions]),
      [
        ['hello, all', {}],
        ['see this', { '👍': ['bob'] }],
        [undefined, {}],
      ],
    );
    assert.deepEqual([ann.unread, bob.unread], [0, 2]);
    await bob.markRead(first);
    assert.deepEqual([bob.unread, bob.readMark], [1, first]);
    await bob.markRead();
    assert.equal(bob.unread, 0);
    await bob.markRead(first);
    assert.equal(bob.readMark, third);
  });

  it('goes back as far as is asked for, and has no gap while others write on', async () => {
    const server = await startServer();
    const publish = (from: number, to: number) =>
      server.publish(numbers(from, to).map((data) => ({ room_id: 'channel:1', type: 'count.up', data })));
    await publish(1, 450);
    const { feed } = clientFor(server, 'ann').room('channel:1');
    const shown = () => feed.entries.map(({ data }) => data);
    await until(() => feed.entries.length > 0);
    assert.deepEqual(shown(), numbers(251, 450));
    await feed.older();
    assert.deepEqual(shown(), numbers(51, 450));
    await publish(451, 750);
    await until(() => feed.entries.at(-1)?.data === 750);
    assert.deepEqual(shown(), numbers(51, 750));
    assert.equal(feed.hasOlder, true);
    await feed.older();
    assert.deepEqual(shown(), numbers(1, 750));
    assert.equal(feed.hasOlder, false);
  });
});

describe('client.inbox', () => {
  it('brings what came while away once, from where the user had read to, and what comes then', async () => {
    const server = await startServer();
    for (const n of numbers(1, 3)) await server.toUser('ann', 'count.up', n);
    const phone = clientFor(server, 'ann', 'viewer');
    const onPhone = told(phone);
    await until(() => onPhone.length === 3);
    assert.equal(phone.inbox.unread, 3);
    await phone.inbox.markRead(phone.inbox.entries[1]?.message_id);
    const laptop = clientFor(server, 'ann', 'viewer');
    const onLaptop = told(laptop);
    await until(() => onLaptop.length === 1);
    await server.toUser('ann', 'count.up', 4);
    await until(() => onPhone.length === 4 && onLaptop.length === 2);
    await laptop.inbox.markRead();
    await until(() => phone.inbox.unread === 0);
    assert.deepEqual([onPhone, onLaptop], [numbers(1, 4), numbers(3, 4)]);
  });

  it('brings each entry once and in order over lost connections, however many there are', async () => {
    const port = await freePort();
    const log = createMemoryLog();
    let server = await startServer({ port, log });
    const ann = clientFor(server, 'ann', 'viewer');
    const entries = told(ann);
    for (let round = 0; round < 3; round++) {
      const publish = (from: number, to: number) =>
        server.publish(numbers(from, to).map((data) => ({ user_id: 'ann', type: 'count.up', data })));
      await publish(round * 600 + 1, round * 600 + 50);
      await until(() => entries.length >= round * 600 + 50);
      await server.close();
      const away = await startServer({ log });
      server = away;
      await publish(round * 600 + 51, (round + 1) * 600);
      await away.close();
      server = await startServer({ port, log });
      ann.retryNow();
      await until(() => entries.length >= (round + 1) * 600);
    }
    await server.toUser('ann', 'count.up', 1_801);
    await until(() => entries.includes(1_801));
    assert.deepEqual(entries, numbers(1, 1_801));
  });
});

describe('client.presence', () => {
  it('says who of those one watches is online, also after a lost connection', async () => {
    const port = await freePort();
    const first = await startServer({ port });
    const ann = clientFor(first, 'ann');
    await until(() => ann.isConnected);
    const bob = clientFor(first, 'bob');
    await ann.presence.watch(['bob', 'eve']);
    await until(() => ann.presence.online.includes('bob'));
    clientFor(first, 'kim');
    const eve = clientFor(first, 'eve');
    await until(() => ann.presence.online.includes('eve'));
    assert.deepEqual(ann.presence.online, ['bob', 'eve']);
    await first.close();
    bob.disconnect();
    await startServer({ port });
    for (const client of [ann, eve]) client.retryNow();
    await until(() => ann.isConnected && ann.presence.online.join() === 'eve');
    await ann.presence.watch([]);
    assert.deepEqual(ann.presence.online, []);
  });
});
