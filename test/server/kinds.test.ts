import assert from 'node:assert/strict';
import { Client, type Documents, memoryStorage, type RoomDocument, SharedState } from '../../client/index.ts';
import type { Kind, ServerOptions } from '../../server/index.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { type DocumentType, Refusal } from '../../shared/index.ts';
import { cleanup } from '../support/cleanup.ts';
import { checkTypes, programs, runExample, voter, wrong } from '../support/docPages.ts';
import { call } from '../support/http.ts';
import { type Line, type Lines, lines } from '../support/lines.ts';
import { freePort } from '../support/ports.ts';
import { refusal } from '../support/refusal.ts';
import { ask, connect, member, request, type Client as Socket, startServer, tokenFor } from '../support/server.ts';
import { standStill } from '../support/standStill.ts';
import { until } from '../support/until.ts';

class SharedLines extends SharedState<Lines, Line> {
  add(line: string): Promise<number> {
    return this.command({ line });
  }
}

const documents: Documents<SharedLines> = { kinds: ['lines'], create: (around) => new SharedLines(lines, around) };

function serve(kind: Partial<Kind<Lines, Line>> = {}, options: ServerOptions = {}) {
  return startServer({ kinds: { lines: { type: lines, ...kind } }, ...options });
}

/** Throws what the server refuses. */
async function joined(socket: Socket, room_id: string): Promise<Socket> {
  const answer = await ask(socket, 'join_room', { room_id });
  if (!answer.ok) throw answer.error;
  return socket;
}

/** The same for a line that is added. */
async function add(socket: Socket, line: string): Promise<number> {
  const answer = await ask(socket, 'collaboration_operation', { room_id: 'lines:1', operation: { line } });
  if (!answer.ok) throw answer.error;
  return answer.revision;
}

/** A promise, and how to resolve it. */
function gate(): { opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

const admin = { sub: 'root', scope: 'admin' };

/** How long a client waits for an answer, in milliseconds. */
async function pingTime(socket: Socket): Promise<number> {
  const began = performance.now();
  await request(socket, 'ping', {});
  return performance.now() - began;
}

describe('docs/kinds.md', () => {
  it('makes a kind of room in 40 lines, types included', function () {
    this.timeout(240_000);
    const own = ['poll.ts', 'server.ts', 'client.ts'].flatMap(
      (name) => programs.get(name)?.trimEnd().split('\n') ?? [],
    );
    assert.ok(own.length > 20 && own.length <= 40, `${own.length} lines`);
    checkTypes(new Map([...programs, ['wrong.ts', wrong]]));
  });

  it('has what was voted without a connection outlive a reload, and counted once', async () => {
    const { start, polls } = await runExample();
    const [log, port] = [createMemoryLog(), await freePort()];
    const options = {
      host: '127.0.0.1',
      jwtSecret: 'a secret that only the tests know of',
      logLevel: 'silent',
      drainMs: 0,
    } as const;
    const first = await start({ log, port, ...options });
    cleanup(() => first.close());
    const storage = memoryStorage();
    const visit = (sub: string) => voter(first, polls, sub, storage);
    const ann = visit('ann');
    await ann.lunch.vote('soup');
    await first.close();
    const left = refusal(ann.lunch.vote('salad'));
    await ann.room.leave();
    ann.client.disconnect();
    assert.deepEqual(await left, ['not_found', 'left']);

    const again = visit('ann');
    await until(() => again.client.hasUnsent);
    assert.deepEqual(again.lunch.content, [{ user_id: 'ann', option: 'soup' }], 'is shown before there is a server');
    const second = await start({ log, port, ...options });
    cleanup(() => second.close());
    await until(() => !again.client.hasUnsent);
    const ben = visit('ben');
    await until(() => ben.lunch.content.length === 1);
    await ben.lunch.vote('soup');
    await until(() => again.lunch.content.length === 2);
    for (const { lunch } of [again, ben])
      assert.deepEqual(lunch.content, [
        { user_id: 'ann', option: 'salad' },
        { user_id: 'ben', option: 'soup' },
      ]);
    ben.room.setCursor<{ at: string }>({ at: 'soup' });
    await until(() => again.lunch.otherCursors.length === 1);
    const [cursor] = again.lunch.otherCursors;
    assert.deepEqual([cursor?.user_id, cursor?.position], ['ben', { at: 'soup' }]);
    assert.equal((await log.load('/poll:lunch')).revision, 3);
  });
});

describe('a kind of room that an application makes', () => {
  it('is refused by a server that has it not, which says what there is, also to who has no role', async () => {
    const server = await startServer();
    const ann = await connect(server, { sub: 'ann', rooms: {} });
    const [code, message] = await refusal(joined(ann, 'lines:1'));
    assert.equal(code, 'not_found');
    assert.equal(
      message,
      'there are no rooms of kind lines here: there are song, session, setlist, talk, project, channel, task, user',
    );
    assert.equal((await call(server, 'GET /api/v1/rooms/lines:1', { sub: 'ann' })).status, 404);
    for (const room_id of ['Lines:1', '1:1', ':1', 'constructor:1', '__proto__:1']) {
      const [code] = await refusal(joined(ann, room_id));
      assert.equal(code, room_id === 'constructor:1' ? 'not_found' : 'bad_request', room_id);
    }
  });

  it('whose operations take long has its writers read more slowly, and nobody else', async () => {
    const slow: DocumentType<Lines, Line> = {
      ...lines,
      apply(...given) {
        standStill(300);
        return lines.apply(...given);
      },
    };
    const server = await serve({ type: slow });
    const [ann, ben] = await Promise.all(
      ['ann', 'ben'].map(async (sub) => joined(await connect(server, { sub, rooms: { '*': 'editor' } }), 'lines:1')),
    );
    assert.equal(await add(ann as Socket, 'one'), 1);
    // It is known when something of hers is read again.
    await pingTime(ann as Socket);
    const hers = pingTime(ann as Socket);
    let done = false;
    void hers.finally(() => {
      done = true;
    });
    while (!done) await pingTime(ben as Socket);
    assert.ok((await hers) > 1_000);
  });

  it('has the name, the roles and the limits that it may have', async () => {
    await assert.rejects(startServer({ kinds: { 'No kind': { type: lines } } }), /kinds: "No kind"/);
    await assert.rejects(serve({ limits: { maxDocumentBytes: 1e12 } }), /kinds\.lines\.limits\.maxDocumentBytes/);
    const server = await serve({ roles: { enter: 'editor', write: 'host' }, limits: { maxDocumentBytes: 100 } });
    const join = async (rooms: object) => joined(await connect(server, { sub: 'ann', rooms }), 'lines:1');
    assert.equal((await refusal(join({ '*': 'viewer' })))[0], 'forbidden');
    const editor = await join({ '*': 'editor' });
    const host = await join({ '*': 'host' });
    assert.deepEqual(await refusal(add(editor, 'a')), ['forbidden', 'needs the role host in lines:1, this is editor']);
    await add(host, 'a');
    assert.equal((await refusal(add(host, 'x'.repeat(100))))[0], 'too_large');
    const { limits, document } = await request(host, 'get_room_state', { room_id: 'lines:1' });
    assert.deepEqual([limits, document], [{ max_document_bytes: 100 }, { type: 'lines', content: ['a'] }]);
  });

  it('asks for the lowest role that may enter, also where another room’s roles count', async () => {
    const server = await serve({ roles: { of: () => 'song:1', enter: 'editor' } });
    const join = async (role: string) =>
      joined(await connect(server, { sub: role, rooms: { 'song:1': role } }), 'lines:1');
    assert.deepEqual(await refusal(join('viewer')), [
      'forbidden',
      'needs the role editor to enter lines:1, this is viewer',
    ]);
    await join('editor');
  });

  it('holds operations to MAX_OPERATION_BYTES where the type does not weigh them', async () => {
    const server = await serve({}, { maxOperationBytes: 1_000 });
    const ann = await member(server, { sub: 'ann' }, { room_id: 'lines:1' });
    assert.equal((await refusal(add(ann, 'x'.repeat(1_000))))[0], 'too_large');
    await add(ann, 'x'.repeat(900));
  });

  it('keeps in the store what it saves, and shows what it shows', async () => {
    const log = createMemoryLog();
    const secretive: DocumentType<Lines, Line> = {
      ...lines,
      save: (content) => ({ content, secret: true }),
      load: (stored) => (Array.isArray(stored) ? stored : (stored as { content: Lines }).content),
      show: (content) => content,
    };
    const server = await serve({ type: secretive }, { log });
    const ann = await member(server, { sub: 'ann' }, { room_id: 'lines:1' });
    await add(ann, 'a');
    const state = await request(ann, 'get_room_state', { room_id: 'lines:1' });
    assert.deepEqual(state.document, { type: 'lines', content: ['a'] });
    await server.close();
    assert.deepEqual((await log.load('/lines:1')).snapshot?.content, { content: ['a'], secret: true });
    const next = await serve({ type: secretive }, { log });
    const ben = await connect(next, { sub: 'ben' });
    assert.deepEqual((await request(ben, 'join_room', { room_id: 'lines:1' })).document?.content, ['a']);
  });

  it('is made compact where it is full, and lets operations in that free something', async () => {
    let compacted = 0;
    const shrinking: DocumentType<Lines, Line> = {
      ...lines,
      async compact(content) {
        compacted += 1;
        return content.filter((line) => !line.startsWith('#'));
      },
      frees: ({ line }) => line === '#free',
    };
    const server = await serve({ type: shrinking, limits: { maxDocumentBytes: 300 } });
    const ann = await member(server, { sub: 'ann' }, { room_id: 'lines:1' });
    await add(ann, 'a'.repeat(100));
    await add(ann, `#${'b'.repeat(150)}`);
    await add(ann, 'c'.repeat(150));
    assert.equal(compacted, 1);
    const content = async () =>
      (await request(ann, 'get_room_state', { room_id: 'lines:1' })).document?.content as string[];
    assert.deepEqual(
      (await content()).map((line) => line[0]),
      ['a', 'c'],
    );
    for (let times = 0; times < 3; times++) assert.equal((await refusal(add(ann, 'd'.repeat(100))))[0], 'too_large');
    assert.equal(compacted, 2, 'nothing has come since that could be made smaller');
    for (let times = 0; times < 20; times++) await add(ann, '#free');
    await add(ann, 'e');
    assert.deepEqual((await content()).at(-1), 'e');
  });

  it('applies what is committed while it is made compact to what comes of that', async () => {
    const [log, begun, done] = [createMemoryLog(), gate(), gate()];
    const slow: DocumentType<Lines, Line> = {
      ...lines,
      async compact(content) {
        begun.open();
        await done.opened;
        return content.map((line) => line.toUpperCase());
      },
    };
    const server = await serve({ type: slow }, { log });
    const ann = await member(server, { sub: 'ann' }, { room_id: 'lines:1', client_id: 'ann' });
    await add(ann, 'a');
    await request(ann, 'leave_room', { room_id: 'lines:1' });
    await begun.opened;
    await request(ann, 'join_room', { room_id: 'lines:1', client_id: 'ann' });
    await add(ann, 'b');
    done.open();
    await until(async () => (await log.load('/lines:1')).snapshot !== undefined);
    assert.deepEqual((await log.load('/lines:1')).snapshot?.content, ['A']);
    const { document } = await request(ann, 'get_room_state', { room_id: 'lines:1' });
    assert.deepEqual(document?.content, ['A', 'b']);
  });

  it('asks once more who writes when that has been vetted: who was kicked or has a lower role by then does not', async () => {
    const [begun, done] = [gate(), gate()];
    let left = 2;
    const vetting: DocumentType<Lines, Line> = {
      ...lines,
      async vet() {
        if (--left === 0) begun.open();
        await done.opened;
      },
    };
    let role: 'editor' | 'viewer' = 'editor';
    const server = await serve({ type: vetting }, { authorize: ({ user_id }) => (user_id === 'hal' ? 'host' : role) });
    const enter = (sub: string) => member(server, { sub, rooms: {} }, { room_id: 'lines:1', client_id: sub });
    const [ann, ben] = [await enter('ann'), await enter('ben')];
    const refused = [ann, ben].map((socket) => refusal(add(socket, 'late')));
    await begun.opened;
    const kick = 'DELETE /api/v1/rooms/lines:1/participants/ann';
    assert.equal((await call(server, kick, { sub: 'hal', rooms: { '*': 'host' } })).status, 200);
    role = 'viewer';
    await request(ben, 'authenticate', { token: tokenFor({ sub: 'ben', rooms: {} }) });
    done.open();
    assert.deepEqual(
      (await Promise.all(refused)).map(([code]) => code),
      ['forbidden', 'forbidden'],
    );
    const cid = await enter('cid');
    assert.deepEqual((await request(cid, 'get_room_state', { room_id: 'lines:1' })).document?.content, []);
  });

  it('refuses what is vetted and found wanting, and others go on meanwhile', async () => {
    const vetting: DocumentType<Lines, Line> = {
      ...lines,
      vet: ({ line }) =>
        line === 'costly'
          ? new Promise((_, reject) => setImmediate(() => reject(new Refusal('too_large', 'it took too long'))))
          : undefined,
    };
    const server = await serve({ type: vetting });
    const ann = await member(server, { sub: 'ann' }, { room_id: 'lines:1' });
    const costly = refusal(add(ann, 'costly'));
    assert.equal(await add(ann, 'light'), 1);
    assert.deepEqual(await costly, ['too_large', 'it took too long']);
  });

  it('is exported, and imported where it can be made of that', async () => {
    const server = await serve();
    const ann = await member(server, { sub: 'ann' }, { room_id: 'lines:1' });
    await add(ann, 'a');
    const [line = ''] = (await (await fetch(`${server.url}/api/v1/export`, bearer())).text()).split('\n');
    const { timestamp, ...exported } = JSON.parse(line);
    assert.deepEqual(exported, { room_id: 'lines:1', type: 'lines', content: ['a'] });
    const body = `${line}\n`;
    const post = (url: string) => fetch(`${url}/api/v1/import`, { method: 'POST', body, ...bearer() });
    const refused = await (await post(server.url)).json();
    assert.equal(refused.results[0].error.message, 'room_id: rooms of kind lines are not imported');
    const other = await serve({
      seed: (content, { client_id, user_id, now, timestamp = now }) =>
        (content as Lines).map((line) => ({ operation: { line }, client_id, user_id, timestamp })),
    });
    assert.equal((await (await post(other.url)).json()).ok, true);
    const ben = await connect(other, { sub: 'ben' });
    assert.deepEqual((await request(ben, 'join_room', { room_id: 'lines:1' })).document?.content, ['a']);
  });

  it('begins with what the application has of it, and is stored by it', async () => {
    const stored: unknown[] = [];
    const server = await serve(
      {
        seed: (content, { client_id, user_id, now }) =>
          (content as Lines).map((line) => ({ operation: { line }, client_id, user_id, timestamp: now })),
      },
      {
        loadDocument: ({ room_id }) => (room_id === 'lines:1' ? ['from', 'before'] : undefined),
        storeDocument: ({ content }) => void stored.push(content),
        storeAfterMs: 0,
      },
    );
    const ann = await member(server, { sub: 'ann' }, { room_id: 'lines:1' });
    await add(ann, 'now');
    await until(() => stored.length > 0);
    assert.deepEqual(stored, [['from', 'before', 'now']]);
  });

  it('forgets a user in its content where it says how, and in its entries in any case', async () => {
    const log = createMemoryLog();
    const server = await serve(
      {
        erasure: {
          part: (content, user_id) => (content.includes(user_id) ? { named: true } : undefined),
          without: (content, user_id, name) =>
            content.includes(user_id) ? content.map((line) => (line === user_id ? name : line)) : content,
        },
      },
      { log },
    );
    const ben = await member(server, { sub: 'ben' }, { room_id: 'lines:1' });
    const ann = await member(server, { sub: 'ann' }, { room_id: 'lines:1' });
    await add(ann, 'a');
    await add(ben, 'ben');
    assert.equal((await call(server, 'DELETE /api/v1/users/ben', admin)).body.rooms, 1);
    assert.equal(JSON.stringify((await log.load('/lines:1')).snapshot).includes('ben'), false);
  });

  it('may be one user’s own', async () => {
    const server = await serve({ personal: true });
    const ann = await member(server, { sub: 'ann' }, { room_id: 'lines:ann' });
    await request(ann, 'collaboration_operation', { room_id: 'lines:ann', operation: { line: 'a' } });
    const ben = await connect(server, { sub: 'ben', rooms: { '*': 'host' } });
    assert.deepEqual(await refusal(joined(ben, 'lines:ann')), ['forbidden', "lines:ann is another user's"]);
  });

  it('is typed by what connect() was given, and by nothing else', async () => {
    const server = await serve();
    const client = new Client(server.url, { token: tokenFor({ sub: 'ann' }), documents: [documents] });
    cleanup(() => client.disconnect());
    client.connect();
    const room = client.room('lines:1');
    const held: RoomDocument = room.document();
    const shared: SharedLines = room.document(documents);
    assert.equal(held, shared);
    assert.throws(() => client.room('song:1').document(documents), /song:1 is no lines/);
    assert.throws(() => room.text, /lines:1 is no text/);
    assert.throws(() => client.room('other:1'), /a other needs connect\(url, \{ documents \}\)/);
    assert.equal(await shared.add('a'), 1);
    assert.deepEqual(shared.content, ['a']);
    const refused: unknown[] = [];
    shared.on('refused', ({ refusal }) => refused.push(refusal.error_code));
    assert.equal((await refusal(shared.add('')))[0], 'bad_request');
    assert.deepEqual(refused, ['bad_request']);
  });
});

function bearer() {
  return { headers: { Authorization: `Bearer ${tokenFor(admin)}` } };
}
