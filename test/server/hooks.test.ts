import assert from 'node:assert/strict';
import type { CollaborationServer, ServerOptions } from '../../server/application.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { call } from '../support/http.ts';
import { methodsOf } from '../support/methodsOf.ts';
import { ask, type Client, clientOf, connect, member, refused, request, startServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const room_id = 'song:42';
const admin = { sub: 'ops', scope: 'admin' };

/** Writes at the beginning of the room. */
const write = (client: Client, text: string, room = room_id) =>
  request(client, 'collaboration_operation', { room_id: room, operation: [text] });

describe('loadDocument', () => {
  const join = async (server: CollaborationServer, sub = 'ada') =>
    request(await connect(server, { sub }), 'join_room', { room_id });

  it('gives a song that was never written its text, once', async () => {
    const asked: string[] = [];
    const server = await startServer({
      loadDocument: ({ room_id, org_id }) => `${asked.push(`${org_id}/${room_id}`)}: Hello 😀`,
    });
    const states = await Promise.all([join(server), join(server, 'ben')]);
    assert.deepEqual(
      states.map(({ document, revision }) => [document?.content, revision]),
      [
        ['1: Hello 😀', 1],
        ['1: Hello 😀', 1],
      ],
    );
    assert.deepEqual(asked, ['/song:42']);
  });

  it('is asked over HTTP too, and with the tenant', async () => {
    const server = await startServer({ loadDocument: ({ org_id }) => `of ${org_id}` });
    const claims = { sub: 'ada', org_id: 'the band', rooms: { '*': 'viewer' } };
    assert.equal((await call(server, `GET /api/v1/rooms/${room_id}?format=text`, claims)).body, 'of the band');
  });

  it('leaves a song empty of which the application has nothing, and other rooms as they are', async () => {
    const asked: string[] = [];
    const server = await startServer({ loadDocument: ({ room_id }) => void asked.push(room_id) });
    assert.deepEqual([(await join(server)).revision, asked], [0, ['song:42']]);
    const ada = await connect(server, { sub: 'ada' });
    for (const room_id of ['session:1', 'channel:1']) await request(ada, 'join_room', { room_id });
    assert.deepEqual(asked, ['song:42']);
  });

  it('brings in what is longer than an operation may be', async () => {
    const text = 'Sól 😀 '.repeat(2_000);
    const server = await startServer({ maxOperationBytes: 10_000, loadDocument: () => text });
    const { document, revision } = await join(server);
    assert.equal(document?.content, text);
    assert.ok(revision > 1);
    await write(await member(server, { sub: 'ben' }, { room_id }), 'x');
  });

  for (const [what, loadDocument] of [
    ['it throws', () => Promise.reject(new Error('no database'))],
    ['it answers no text', () => 7 as never],
    ['it answers a text that is too long', () => 'x'.repeat(3_000_000)],
  ] as const) {
    it(`refuses a join as unavailable where ${what}, and asks again later`, async () => {
      let fails = true;
      const server = await startServer({ loadDocument: () => (fails ? loadDocument() : 'Hello') });
      const ada = await connect(server, { sub: 'ada' });
      const refusal = await refused(ada, 'join_room', { room_id }, 'unavailable');
      assert.ok(refusal.retry_after_ms);
      assert.doesNotMatch(refusal.message, /database/);
      assert.match((await call(server, 'GET /metrics')).body, /tutti_hook_failures_total{hook="loadDocument"} 1/);
      fails = false;
      assert.equal((await request(ada, 'join_room', { room_id })).document?.content, 'Hello');
    });
  }

  it('is not asked for a room that was written, or deleted', async () => {
    let asked = 0;
    const log = createMemoryLog();
    const options = { log, loadDocument: () => `${++asked}` };
    const first = await startServer(options);
    await join(first);
    await first.close();
    const second = await startServer(options);
    assert.equal((await join(second)).document?.content, '1');
    await call(second, `DELETE /api/v1/rooms/${room_id}`, admin);
    const { revision } = await join(second, 'ben');
    assert.deepEqual([revision, asked], [0, 1]);
  });

  it('does nothing where the room was written meanwhile', async () => {
    const log = createMemoryLog();
    const entry = { operation: ['first'], client_id: 'x', user_id: 'x', timestamp: 1 };
    const loadDocument = async () => {
      await log.append(`/${room_id}`, { epoch: '', after: 0, entries: [entry] });
      return 'second';
    };
    assert.equal((await join(await startServer({ log, loadDocument }))).document?.content, 'first');
  });
});

describe('storeDocument', () => {
  type Stored = { room_id: string; org_id: string; epoch: string; revision: number; content: unknown };

  /** A server that stores into a list, and what it has stored. */
  async function storing(options: ServerOptions = {}) {
    const stored: Stored[] = [];
    const storeDocument = ({ signal: _, ...document }: Stored & { signal: AbortSignal }) => {
      stored.push(document);
    };
    const server = await startServer({ storeAfterMs: 20, storeEveryMs: 100, storeDocument, ...options });
    return { server, stored, last: () => stored.at(-1)?.content };
  }

  it('is called soon after the last change, with all that there is', async () => {
    const { server, stored } = await storing();
    const ada = await member(server, { sub: 'ada', org_id: 'band' }, { room_id });
    await write(ada, 'world');
    await write(ada, 'Hello ');
    const last = await until(() => stored.find(({ revision }) => revision === 2));
    const { epoch } = await request(ada, 'get_room_state', { room_id });
    assert.deepEqual(last, { room_id, org_id: 'band', epoch, revision: 2, content: 'Hello world' });
  });

  it('is called while there are changes all the time', async () => {
    const { server, stored } = await storing({ storeAfterMs: 60_000 });
    const ada = await member(server, { sub: 'ada' }, { room_id });
    await until(() => write(ada, 'x').then(() => stored.length > 1));
  });

  it('is called at once where everybody has left, and at the end', async () => {
    const { server, last } = await storing({ storeAfterMs: 60_000, storeEveryMs: 60_000 });
    const ada = await member(server, { sub: 'ada' }, { room_id });
    await write(ada, 'left');
    await request(ada, 'leave_room', { room_id });
    await until(() => last() === 'left');
    await request(ada, 'join_room', { room_id });
    await write(ada, 'and ');
    await server.close();
    assert.equal(last(), 'and left');
  });

  it('is called of sessions and feeds too, and of no inbox', async () => {
    const { server, stored } = await storing();
    const ada = await member(server, { sub: 'ada' }, { room_id: 'channel:1' });
    await server.toUser('ada', 'task.done');
    await request(ada, 'collaboration_operation', {
      room_id: 'channel:1',
      operation: { type: 'message.new', text: 'hello' },
    });
    const { content } = await until(() => stored[0]);
    assert.match(JSON.stringify(content), /hello/);
    await server.close();
    assert.deepEqual([...new Set(stored.map(({ room_id }) => room_id))], ['channel:1']);
  });

  it('is called again after a throw, with what there is by then; until then it is told', async () => {
    let fails = 2;
    const contents: unknown[] = [];
    const { server } = await storing({
      storeDocument({ content }) {
        contents.push(content);
        if (fails-- > 0) throw new Error('no database');
      },
    });
    const ada = await member(server, { sub: 'ada' }, { room_id });
    await write(ada, '1');
    await until(() => contents.length === 1);
    assert.match(server.trouble ?? '', /storeDocument fails for 1 rooms: no database/);
    assert.equal((await call(server, 'GET /api/v1/ready')).body.status, 'degraded');
    const { body: metrics } = await call(server, 'GET /metrics');
    assert.match(metrics, /tutti_unstored_rooms 1/);
    assert.match(metrics, /tutti_store_up 1/);
    await write(ada, '2');
    await until(() => contents.length === 3 && server.trouble === undefined);
    assert.deepEqual(contents, ['1', '21', '21']);
    assert.match((await call(server, 'GET /metrics')).body, /tutti_unstored_rooms 0/);
  });

  it('is not called again before it is done, however long that takes', async () => {
    let done = () => {};
    const contents: unknown[] = [];
    const { server } = await storing({
      storeDocument: ({ content }) => {
        contents.push(content);
        return contents.length > 1 ? undefined : new Promise<void>((resolve) => (done = resolve));
      },
    });
    const ada = await member(server, { sub: 'ada' }, { room_id });
    const ben = await member(server, { sub: 'ben' }, { room_id: 'song:other' });
    await write(ada, '1');
    await until(() => contents.length === 1);
    await write(ada, '2');
    await write(ben, 'other', 'song:other');
    await until(() => contents.includes('other'));
    done();
    await until(() => contents.includes('21'));
    assert.deepEqual(contents, ['1', 'other', '21']);
  });

  it('is not called of what was stored, after a restart, but of what was not', async () => {
    const log = createMemoryLog();
    const before = await storing({ log: open(log) });
    const ada = await member(before.server, { sub: 'ada' }, { room_id });
    await write(ada, 'stored');
    await until(() => before.last() === 'stored');
    await before.server.close();
    const failing = await storing({
      log: open(log),
      storeOnCloseMs: 10,
      storeDocument: () => Promise.reject(new Error('no database')),
    });
    await write(await member(failing.server, { sub: 'ada' }, { room_id: 'song:new' }), 'new', 'song:new');
    await failing.server.close();
    const after = await storing({ log: open(log) });
    await until(() => after.last() === 'new');
    await request(await connect(after.server, { sub: 'ben' }), 'join_room', { room_id });
    await after.server.close();
    assert.equal(after.stored.length, 1);
  });

  it('is not called of what loadDocument gave', async () => {
    const { server, stored } = await storing({ loadDocument: () => 'Hello' });
    const ada = await member(server, { sub: 'ada' }, { room_id });
    await write(await member(server, { sub: 'ada' }, { room_id: 'song:2' }), 'x', 'song:2');
    await until(() => stored.length > 0);
    ada.disconnect();
    await server.close();
    assert.deepEqual(
      stored.map(({ content }) => content),
      ['xHello'],
    );
  });

  it('is not called of a room that was deleted, but of the one after it', async () => {
    const { server, stored } = await storing({ storeAfterMs: 60_000, storeEveryMs: 60_000 });
    await write(await member(server, { sub: 'ada' }, { room_id }), 'gone');
    await call(server, `DELETE /api/v1/rooms/${room_id}`, admin);
    await write(await member(server, { sub: 'ben' }, { room_id }), 'new');
    await server.close();
    assert.deepEqual(
      stored.map(({ content }) => content),
      ['new'],
    );
  });

  /** A log that several servers have, one after the other. */
  function open(log: ReturnType<typeof createMemoryLog>) {
    return { ...methodsOf(log), close: async () => {} };
  }
});

describe('onChange, onJoin and onLeave', () => {
  it('are told in order, and no room waits for them', async () => {
    const told: string[] = [];
    let goOn = () => {};
    const waiting = new Promise<void>((resolve) => (goOn = resolve));
    const server = await startServer({
      onJoin: async ({ user_id, room_id, org_id, client_id, is_guest }) => {
        await waiting;
        told.push(`${user_id} joins ${org_id}/${room_id} as ${client_id}${is_guest ? ', a guest' : ''}`);
      },
      onChange: ({ revision, entries, content }) => {
        told.push(`${entries.map(({ user_id, operation }) => `${user_id}: ${operation}`)} → ${revision}, ${content}`);
      },
      onLeave: ({ user_id }) => void told.push(`${user_id} leaves`),
    });
    const ada = await member(server, { sub: 'ada', org_id: 'band' }, { room_id, client_id: 'a' });
    await write(ada, 'b');
    await write(ada, 'a');
    await request(ada, 'leave_room', { room_id });
    assert.deepEqual(told, []);
    goOn();
    await until(() => told.length === 3);
    assert.deepEqual(told, ['ada joins band/song:42 as a', 'ada: b,ada: a → 2, ab', 'ada leaves']);
  });

  it('are counted where they throw, and the next one is told', async () => {
    const told: number[] = [];
    const server = await startServer({
      onChange: ({ revision }) => {
        told.push(revision);
        if (revision === 1) throw new Error('no queue');
      },
    });
    const ada = await member(server, { sub: 'ada' }, { room_id });
    await write(ada, '1');
    await until(() => told.length === 1);
    await write(ada, '2');
    await until(() => told.length === 2);
    assert.match((await call(server, 'GET /metrics')).body, /tutti_hook_failures_total{hook="onChange"} 1/);
  });

  it('are told of who is gone when the server stops', async () => {
    const told: string[] = [];
    const server = await startServer({ onLeave: async ({ user_id }) => void told.push(user_id) });
    await member(server, { sub: 'ada' }, { room_id });
    await server.close();
    assert.deepEqual(told, ['ada']);
  });

  it('are told nothing of inboxes', async () => {
    const told: string[] = [];
    const server = await startServer({
      onJoin: ({ room_id }) => void told.push(room_id),
      onChange: ({ room_id }) => void told.push(room_id),
    });
    const ada = clientOf(server, {});
    ada.disconnect();
    const ben = await connect(server, { sub: 'ben' });
    await server.toUser('ben', 'task.done');
    await ask(ben, 'join_room', { room_id });
    await server.close();
    assert.deepEqual(told, [room_id]);
  });
});
