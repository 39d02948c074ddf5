import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { Client as TuttiClient } from '../../client/client.ts';
import { CompactFrames } from '../../client/connection/compact.ts';
import { memoryStorage } from '../../client/room/storage.ts';
import { type CompactFrame, compactEvents } from '../../shared/compact.ts';
import type { ClientEventName, Payload } from '../../shared/events.ts';
import { cleanup } from '../support/cleanup.ts';
import { type Client, clientOf, connect, next, request, startServer, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';

type Server = Awaited<ReturnType<typeof startServer>>;

const songs = ['song:1', 'song:2'] as const;

/** A client that asks for compact frames. */
async function connectCompact(server: Server, sub: string, transports = ['websocket']): Promise<Client> {
  const client = clientOf(server, { auth: { token: tokenFor({ sub }), compact: 1 }, transports });
  const greeted = next(client, 'connected');
  client.connect();
  assert.equal((await greeted).compact, 1);
  return client;
}

/** What a client is told from now on of what has a compact form: as it would be readable, and how often it was compact. */
function told(client: Client) {
  const events: [event: string, payload: unknown][] = [];
  const heard = { events, compact: 0 };
  const frames = new CompactFrames();
  client.onAny((event: string, payload: unknown) => {
    if (event === 'c') {
      heard.compact += 1;
      events.push(frames.read(payload as CompactFrame) ?? assert.fail(JSON.stringify(payload)));
    } else if ((compactEvents as readonly string[]).includes(event)) events.push([event, payload]);
  });
  return heard;
}

function lastOf(name: string, events: readonly [event: string, payload: unknown][]): unknown {
  return events.findLast(([event]) => event === name)?.[1];
}

/** Someone who writes, with a replica for each time of joining. */
async function join(
  client: Client,
  room_id: string,
  client_id: string,
): Promise<(operation: unknown) => Promise<unknown>> {
  let { sequence } = await request(client, 'join_room', { room_id, client_id });
  return (operation) =>
    request(client, 'collaboration_operation', {
      room_id,
      operation,
      sequence: ++sequence,
    } as Payload<ClientEventName> as never);
}

/** A client of `tutti/client` that is connecting. */
function clientFor(server: Server, sub: string, storage = memoryStorage()): TuttiClient {
  const client = new TuttiClient(server.url, { token: tokenFor({ sub, name: sub }), storage });
  client.connect();
  cleanup(() => client.disconnect());
  return client;
}

describe('compact frames', () => {
  for (const transport of ['websocket', 'polling']) {
    it(`say what readable events say, to who has asked for them, over ${transport}`, async () => {
      const server = await startServer();
      const readable = await connect(server, { sub: 'readable' });
      const compact = await connectCompact(server, 'compact', [transport]);
      const joined = told(readable);
      for (const room_id of songs) await request(readable, 'join_room', { room_id });
      for (const room_id of songs) await request(compact, 'join_room', { room_id });
      // From here on both are told the same.
      await until(() => joined.events.filter(([event]) => event === 'user_joined').length === 2);
      const [one, other] = [told(readable), told(compact)];

      const ada = await connect(server, { sub: 'ada', name: 'Ada' });
      const writeOne = await join(ada, 'song:1', 'a1');
      const writeTwo = await join(ada, 'song:2', 'a1');
      await writeOne(['Hello']);
      await writeTwo(['Song']);
      await writeOne([5, ' 😀']);
      await request(ada, 'cursor_update', { room_id: 'song:1', position: { anchor: 2, head: 4 } });
      await request(ada, 'typing', { room_id: 'song:2', is_typing: true });
      // In the midst; one that has a sequence, and one that has none.
      const ben = await connectCompact(server, 'ben');
      const heard = told(ben);
      const writeThree = await join(ben, 'song:1', 'b1');
      await writeOne([7, '!']);
      await writeThree([8, '?']);
      await request(ben, 'collaboration_operation', { room_id: 'song:1', operation: ['…'] });
      await request(ada, 'cursor_update', { room_id: 'song:1', position: 3 });
      // Again, on the same connection; and with another replica.
      await request(ben, 'leave_room', { room_id: 'song:1' });
      await writeOne([{ d: 1 }]);
      const writeFour = await join(ben, 'song:1', 'b2');
      await writeFour(['B']);
      await writeOne(['A']);
      ada.disconnect();
      // Ada has left both songs, Ben one; and Ada's cursor and typing are gone, before that or after.
      const isOver = ({ events }: typeof one) =>
        events.filter(([event]) => event === 'user_left').length === 3 &&
        isDeepStrictEqual(lastOf('typing_changed', events), { room_id: 'song:2', user_ids: [] }) &&
        JSON.stringify(lastOf('cursor_moved', events)).includes('"position":null');
      await until(() => isOver(one) && isOver(other));
      assert.deepEqual(other.events, one.events);
      assert.deepEqual([one.compact, other.compact], [0, other.events.length]);
      assert.ok(one.events.length > 15);
      assert.ok(heard.compact >= 5);
      for (const event of compactEvents)
        assert.ok(
          one.events.some(([name]) => name === event),
          event,
        );
    });
  }

  it('are what tutti/client asks for, and its rooms are the same: in the midst, after a reload, over another connection', async () => {
    const server = await startServer();
    const readable = await connect(server, { sub: 'readable' });
    const write = await join(readable, 'song:1', 'r1');
    const storage = memoryStorage();
    const ada = clientFor(server, 'ada', storage);
    await until(() => ada.greeting?.compact === 1);
    const [one, two] = [ada.room('1'), ada.room('2')];
    const ben = clientFor(server, 'ben').room('1');
    await write(['Hello']);
    await until(() => one.text.text === 'Hello' && ben.text.text === 'Hello');
    one.text.insert(5, ' 😀');
    two.text.insert(0, 'Two');
    await until(() => ben.text.text === 'Hello 😀' && two.text.status.state === 'synchronized');
    ben.setCursor({ anchor: 0, head: 5 });
    ben.setTyping(true);
    await until(() => one.cursors.length === 1 && one.typing.length === 1 && one.participants.length === 3);
    assert.deepEqual(one.cursors[0]?.position, { anchor: 0, head: 5 });
    assert.deepEqual(one.typing, ['ben']);

    ada.disconnect();
    await write(['> ']);
    const again = clientFor(server, 'ada', storage).room('1');
    await until(() => again.text.text === '> Hello 😀' && again.participants.length === 3);
    ben.text.insert(0, '# ');
    await write([{ d: 1 }]);
    await until(() => again.text.text === ben.text.text && ben.text.text.length === 11);
  });

  it('are not asked for again where one builds on what never came, and nothing is lost', async () => {
    const server = await startServer();
    const ada = clientFor(server, 'ada');
    const room = ada.room('1');
    const write = await join(await connect(server, { sub: 'readable' }), 'song:1', 'r1');
    await write(['Hello']);
    await until(() => room.text.text === 'Hello');
    const lost = new Promise((resolve) => ada.on('lost', resolve));
    server.io.emit('c', [2, 1_000_000, 0]);
    await lost;
    ada.retryNow();
    await write(['> ']);
    await until(() => room.text.text === '> Hello');
    assert.equal(ada.greeting?.compact, undefined);
    await write(['> ']);
    await until(() => room.text.text === '> > Hello');
  });
});
