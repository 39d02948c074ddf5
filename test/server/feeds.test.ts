import assert from 'node:assert/strict';
import { roomKey } from '../../server/access/keys.ts';
import type { Log } from '../../server/logs/log.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import type { Feed } from '../../shared/documents/feed.ts';
import type { Answer } from '../../shared/events.ts';
import type { ErrorCode } from '../../shared/refusals.ts';
import type { Role } from '../../shared/rooms.ts';
import { type Client, collect, connect, member, next, refused, request, startServer } from '../support/server.ts';

const room_id = 'channel:general';

function joined(server: { url: string }, sub: string, role: Role, room = room_id): Promise<Client> {
  return member(server, { sub, rooms: { '*': role } }, { room_id: room, client_id: sub });
}

async function send(client: Client, operation: object, room = room_id): Promise<string> {
  const { revision } = await request(client, 'collaboration_operation', { room_id: room, operation });
  return String(revision);
}

function write(client: Client, text: string): Promise<string> {
  return send(client, { type: 'message.new', text });
}

function refuse(client: Client, operation: unknown, code: ErrorCode) {
  return refused(client, 'collaboration_operation', { room_id, operation }, code);
}

async function contentOf(client: Client, room = room_id): Promise<Feed> {
  const { document } = await request(client, 'get_room_state', { room_id: room });
  assert.equal(document?.type, 'feed');
  return document?.content as Feed;
}

function textsOf({ entries }: Answer<'get_history'>): (string | undefined)[] {
  return entries.map(({ text }) => text);
}

describe('a feed', () => {
  for (const kind of ['project', 'channel', 'task']) {
    it(`is what a ${kind} is`, async () => {
      const ann = await joined(await startServer(), 'ann', 'editor', `${kind}:1`);
      await send(ann, { type: 'message.new', text: 'hello' }, `${kind}:1`);
      assert.deepEqual(
        (await contentOf(ann, `${kind}:1`)).entries.map(({ text }) => text),
        ['hello'],
      );
    });
  }

  it('takes each form of command, and tells everyone its canonical form', async () => {
    const server = await startServer();
    const ann = await joined(server, 'ann', 'editor');
    const bob = await joined(server, 'bob', 'viewer');
    const updates = collect(bob, 'collaboration_update');
    const commands: [Client, object][] = [
      [ann, { type: 'message.new', text: 'hello' }],
      [ann, { type: 'message.new', text: '', data: { file: 'a.png' } }],
      [ann, { type: 'message.edited', message_id: '1', text: 'hello, all' }],
      [ann, { type: 'message.reaction', message_id: '1', reaction: '👍', on: true }],
      [ann, { type: 'message.reaction', message_id: '1', reaction: '👎', on: true }],
      [ann, { type: 'message.reaction', message_id: '1', reaction: '👎', on: false }],
      [ann, { type: 'message.deleted', message_id: '2' }],
      [bob, { type: 'message.read', message_id: '2' }],
    ];
    for (const [client, command] of commands) await send(client, { ...command, unknown: 'field' });
    const entries = () => updates.flatMap(({ operations }) => operations);
    while (entries().length < commands.length) await next(bob, 'collaboration_update');
    assert.deepEqual(
      entries().map(({ operation }) => operation),
      commands.map(([, command]) => command),
    );
    const [written, second, edited] = entries().map(({ timestamp }) => timestamp);
    const common = { type: 'message.new', user_id: 'ann' };
    assert.deepEqual(await contentOf(bob), {
      entries: [
        {
          ...common,
          message_id: '1',
          text: 'hello, all',
          timestamp: written,
          edited_at: edited,
          reactions: { '👍': ['ann'] },
        },
        { ...common, message_id: '2', timestamp: second, deleted: true, reactions: {} },
      ],
      read: { bob: '2' },
    });
  });

  it('refuses each command that does not fit, and nothing changes', async () => {
    const server = await startServer({ maxMessageBytes: 2_000 });
    const ann = await joined(server, 'ann', 'editor');
    const bob = await joined(server, 'bob', 'editor');
    const eve = await joined(server, 'eve', 'viewer');
    const mod = await joined(server, 'mod', 'host');
    await write(ann, 'hello');
    const before = await contentOf(mod);

    await refuse(eve, { type: 'message.new', text: 'hello' }, 'forbidden');
    await refuse(eve, { type: 'message.reaction', message_id: '1', reaction: '👍', on: true }, 'forbidden');
    await refuse(bob, { type: 'message.edited', message_id: '1', text: 'mine' }, 'forbidden');
    await refuse(bob, { type: 'message.deleted', message_id: '1' }, 'forbidden');
    await refuse(mod, { type: 'task.created', data: {} }, 'forbidden');
    await refuse(mod, { type: 'notification.new' }, 'forbidden');
    await refuse(bob, { type: 'message.reaction', message_id: '9', reaction: '👍', on: true }, 'not_found');
    await refuse(bob, { type: 'message.reaction', message_id: '1', reaction: '__proto__', on: true }, 'bad_request');
    await refuse(mod, { type: 'message.edited', message_id: '9', text: 'x' }, 'not_found');
    await refuse(mod, { type: 'message.deleted', message_id: '9' }, 'not_found');
    await refuse(eve, { type: 'message.read', message_id: '2' }, 'not_found');
    await refuse(ann, { type: 'message.new' }, 'bad_request');
    await refuse(ann, { type: 'message.new', text: 'x', data: Buffer.from('x') }, 'bad_request');
    await refuse(ann, { type: 'message.new', text: 'x'.repeat(2_000) }, 'too_large');
    await refuse(ann, { type: 'queue_track', track_id: 'a' }, 'bad_request');

    assert.deepEqual(await contentOf(mod), before);
  });

  it('shows what services wrote', async () => {
    const log = createMemoryLog();
    const operation = { type: 'task.created', data: { task: 7 } };
    const entry = { operation, client_id: 'service', user_id: 'tracker', timestamp: 5 };
    await log.append(roomKey('', room_id), { epoch: '', after: 0, entries: [entry] });
    const ann = await joined(await startServer({ log }), 'ann', 'editor');
    assert.deepEqual((await contentOf(ann)).entries, [
      { ...operation, message_id: '1', user_id: 'tracker', timestamp: 5, reactions: {} },
    ]);
  });

  it('is open to nobody else where it is an inbox', async () => {
    const server = await startServer({ defaultRole: 'host' });
    const eve = await connect(server, { sub: 'eve', rooms: { '*': 'host', 'user:ann': 'host' } });
    await refused(eve, 'join_room', { room_id: 'user:ann' }, 'forbidden');
    const ann = await connect(server, { sub: "a'n n", rooms: {} });
    assert.equal((await request(ann, 'join_room', { room_id: 'user:a%27n%20n' })).role, 'host');
    const bob = await connect(await startServer(), { sub: 'bob', rooms: {} });
    assert.equal((await request(bob, 'join_room', { room_id: 'user:bob' })).role, 'viewer');
  });
});

describe('the history of a feed', () => {
  /** A channel of 450 messages, with marks and reactions between them; the first and the 240th are deleted. */
  async function longChannel(log: Log = createMemoryLog()) {
    const server = await startServer({ log });
    const ann = await joined(server, 'ann', 'editor');
    const ids: string[] = [];
    for (let message = 0; message < 450; message++) {
      const id = await write(ann, `${message}`);
      ids.push(id);
      if (message % 3 === 0) await send(ann, { type: 'message.read', message_id: id });
      if (message % 100 === 10) await send(ann, { type: 'message.edited', message_id: id, text: `${message}!` });
      if (message === 199) await send(ann, { type: 'message.deleted', message_id: ids[0] });
      if (message === 439) await send(ann, { type: 'message.deleted', message_id: ids[240] });
    }
    return { server, ids, ann };
  }

  function expected(message: number): string | undefined {
    if (message === 0 || message === 240) return undefined;
    return message % 100 === 10 ? `${message}!` : `${message}`;
  }

  it('goes back to the first message, each as it is now', async () => {
    const { server, ids } = await longChannel();
    const eve = await joined(server, 'eve', 'viewer');
    const { entries } = await contentOf(eve);
    assert.equal(entries.length, 200);
    assert.equal(entries[0]?.message_id, ids[250]);
    for (const limit of [7, 50, 200]) {
      const pages: Answer<'get_history'>[] = [];
      for (let before: string | undefined, more = true; more; before = pages[0]?.entries[0]?.message_id) {
        const page = await request(eve, 'get_history', { room_id, limit, ...(before && { before }) });
        assert.ok(page.entries.length === limit || !page.more);
        pages.unshift(page);
        more = page.more;
      }
      assert.deepEqual(
        pages.flatMap(({ entries }) => entries.map(({ message_id }) => message_id)),
        ids,
      );
      assert.deepEqual(
        pages.flatMap(textsOf),
        Array.from(ids, (_, message) => expected(message)),
      );
    }
  });

  it('is what the document holds where that is all there is', async () => {
    const ann = await joined(await startServer(), 'ann', 'editor');
    assert.deepEqual(await request(ann, 'get_history', { room_id }), { ok: true, entries: [], more: false });
    for (const text of ['one', 'two', 'three']) await write(ann, text);
    const { entries } = await contentOf(ann);
    assert.deepEqual(await request(ann, 'get_history', { room_id }), { ok: true, entries, more: false });
    assert.deepEqual(textsOf(await request(ann, 'get_history', { room_id, limit: 1 })), ['three']);
    const older = await request(ann, 'get_history', { room_id, before: '3', limit: 1 });
    assert.deepEqual([textsOf(older), older.more], [['two'], true]);
    const none = await request(ann, 'get_history', { room_id, before: '1' });
    assert.deepEqual([textsOf(none), none.more], [[], false]);
  });

  it('ends where the log is trimmed', async () => {
    const log = createMemoryLog();
    const { server, ids, ann } = await longChannel(log);
    const { epoch, revision, document } = await request(ann, 'get_room_state', { room_id });
    const kept = revision - Number(ids[120]);
    await log.snapshot(
      roomKey('', room_id),
      { epoch, revision, content: document?.content },
      { entries: kept, bytes: Number.MAX_SAFE_INTEGER },
    );
    const eve = await joined(server, 'eve', 'viewer');
    const { entries, more } = await request(eve, 'get_history', { room_id, before: ids[250] as string, limit: 200 });
    assert.deepEqual([entries[0]?.message_id, entries.length, more], [ids[121], 129, false]);
  });

  it('is refused to who has not joined, and where it is asked for what is none', async () => {
    const server = await startServer();
    const eve = await connect(server, { sub: 'eve' });
    await refused(eve, 'get_history', { room_id }, 'not_found');
    await request(eve, 'join_room', { room_id });
    await refused(eve, 'get_history', { room_id, before: 'x' }, 'bad_request');
    await refused(eve, 'get_history', { room_id, limit: 201 }, 'bad_request');
    await request(eve, 'join_room', { room_id: 'song:1' });
    await refused(eve, 'get_history', { room_id: 'song:1' }, 'bad_request');
  });
});
