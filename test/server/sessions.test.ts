import assert from 'node:assert/strict';
import { createMemoryLog } from '../../server/logs/memory.ts';
import type { Session } from '../../shared/documents/session/content.ts';
import type { ServerPayload } from '../../shared/events.ts';
import type { ErrorCode } from '../../shared/refusals.ts';
import type { Role } from '../../shared/rooms.ts';
import { type Client, collect, connect, member, next, refused, request, startServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const room_id = 'session:quiz';

function joined(server: { url: string }, sub: string, role: Role): Promise<Client> {
  return member(server, { sub, rooms: { 'session:*': role } }, { room_id, client_id: sub });
}

function send(client: Client, operation: object) {
  return request(client, 'collaboration_operation', { room_id, operation });
}

function refuse(client: Client, operation: unknown, code: ErrorCode) {
  return refused(client, 'collaboration_operation', { room_id, operation }, code);
}

async function contentOf(client: Client): Promise<Session> {
  const { document } = await request(client, 'get_room_state', { room_id });
  assert.equal(document?.type, 'session');
  return document?.content as Session;
}

/** Every operation that the room told, as long as it is `count` of them. */
async function told(client: Client, count: number, updates: ServerPayload<'collaboration_update'>[]) {
  const operations = () => updates.flatMap((update) => update.operations);
  while (operations().length < count) await next(client, 'collaboration_update');
  return operations();
}

const play = { type: 'playback_control', action: 'play' };
const skip = { type: 'playback_control', action: 'skip' };

describe('a session', () => {
  it('is empty until the first command, and given to a latecomer whole', async () => {
    const server = await startServer();
    const host = await joined(server, 'dj', 'host');
    const empty = {
      state: {},
      playback: { status: 'stopped', track_id: null, position_ms: 0, updated_at: 0 },
      queue: [],
      scores: {},
    };
    assert.deepEqual(await contentOf(host), empty);
    await send(host, { type: 'session_update', state: { round: 1 } });
    const late = await connect(server, { sub: 'late', rooms: { 'session:*': 'viewer' } });
    const { document, revision } = await request(late, 'join_room', { room_id });
    assert.equal(revision, 1);
    assert.deepEqual(document, { type: 'session', content: { ...empty, state: { round: 1 } } });
  });

  it('takes each form of command, and tells everyone its canonical form', async () => {
    const server = await startServer();
    const host = await joined(server, 'dj', 'host');
    const ann = await joined(server, 'ann', 'editor');
    const updates = collect(ann, 'collaboration_update');
    const commands: [Client, object][] = [
      [ann, { type: 'queue_track', track_id: 'a', title: 'First', duration_ms: 60_000 }],
      [ann, { type: 'queue_track', track_id: 'b' }],
      [ann, { type: 'vote_track', track_id: 'b', vote: 1 }],
      [ann, { type: 'vote_track', track_id: 'b', vote: 0 }],
      [host, play],
      [host, { type: 'playback_control', action: 'seek', position_ms: 1_000 }],
      [host, { type: 'playback_control', action: 'pause', track_id: 'a', position_ms: 2_000 }],
      [host, { type: 'playback_control', action: 'stop' }],
      [host, skip],
      [ann, { type: 'queue_track', track_id: 'c' }],
      [ann, { type: 'remove_track', track_id: 'c' }],
      [host, { type: 'score_update', team: 'red', score: 3 }],
      [host, { type: 'score_update', team: 'red', delta: 2, question_id: 'q1' }],
      [host, { type: 'session_update', state: { round: 2 } }],
    ];
    for (const [index, [client, command]] of commands.entries()) {
      assert.equal((await send(client, { ...command, unknown: 'field' })).revision, index + 1);
    }
    const entries = await told(ann, commands.length, updates);
    assert.deepEqual(
      entries.map(({ operation }) => operation),
      commands.map(([, command]) => command),
    );
    const { playback, ...content } = await contentOf(ann);
    assert.deepEqual(content, { state: { round: 2 }, queue: [], scores: { red: 5 } });
    assert.deepEqual([playback.status, playback.track_id, playback.position_ms], ['playing', 'b', 0]);
    assert.ok(Math.abs(playback.updated_at - Date.now()) < 5_000);
  });

  it('refuses each command that does not fit, and nothing changes', async () => {
    const server = await startServer({ maxMessageBytes: 2_000 });
    const host = await joined(server, 'dj', 'host');
    const ann = await joined(server, 'ann', 'editor');
    const bob = await joined(server, 'bob', 'editor');
    const eve = await joined(server, 'eve', 'viewer');
    await send(ann, { type: 'queue_track', track_id: 'a' });
    const before = await contentOf(host);

    await refuse(eve, { type: 'queue_track', track_id: 'b' }, 'forbidden');
    await refuse(eve, { type: 'vote_track', track_id: 'a', vote: 1 }, 'forbidden');
    await refuse(ann, play, 'forbidden');
    await refuse(ann, { type: 'score_update', team: 'red', score: 1 }, 'forbidden');
    await refuse(ann, { type: 'session_update', state: {} }, 'forbidden');
    await refuse(bob, { type: 'remove_track', track_id: 'a' }, 'forbidden');
    await refuse(bob, { type: 'queue_track', track_id: 'a' }, 'invalid_operation');
    await refuse(bob, { type: 'vote_track', track_id: 'gone', vote: 1 }, 'not_found');
    await refuse(bob, { type: 'remove_track', track_id: 'gone' }, 'not_found');
    await refuse(host, { type: 'playback_control', action: 'pause' }, 'invalid_operation');
    await refuse(host, { type: 'playback_control', action: 'skip', track_id: 'b' }, 'invalid_operation');
    await refuse(host, { type: 'score_update', team: '__proto__', score: 1 }, 'bad_request');
    await refuse(host, { type: 'session_update', state: { text: 'x'.repeat(2_000) } }, 'too_large');
    await refuse(host, { type: 'session_update', state: { binary: Buffer.from('x') } }, 'bad_request');
    await refuse(host, { type: 'task.created', data: {} }, 'bad_request');
    await refuse(host, ['text'], 'bad_request');
    await refused(host, 'get_history', { room_id }, 'bad_request');

    assert.deepEqual(await contentOf(host), before);
  });

  it('takes a command whatever revision it was made against', async () => {
    const host = await joined(await startServer(), 'dj', 'host');
    for (const revision of [0, 0, 99]) {
      await request(host, 'collaboration_operation', { room_id, operation: skip, revision });
    }
    assert.equal((await request(host, 'get_room_state', { room_id })).revision, 3);
  });

  it('counts a command that is sent again once', async () => {
    const host = await joined(await startServer(), 'dj', 'host');
    const operation = { type: 'score_update', team: 'red', delta: 1 };
    for (let time = 0; time < 2; time++) {
      const { revision } = await request(host, 'collaboration_operation', { room_id, operation, sequence: 1 });
      assert.equal(revision, 1);
    }
    assert.deepEqual((await contentOf(host)).scores, { red: 1 });
  });

  it('shows cursors that are any JSON, up to 1 KiB, and leaves them where they are', async () => {
    const server = await startServer();
    const [host, eve] = [await joined(server, 'dj', 'host'), await joined(server, 'eve', 'viewer')];
    const moved = next(host, 'cursor_moved');
    await request(eve, 'cursor_update', { room_id, position: { at: ['chorus', 2] } });
    assert.deepEqual((await moved).cursors[0]?.position, { at: ['chorus', 2] });
    await send(host, skip);
    const { cursors } = await request(host, 'get_room_state', { room_id });
    assert.deepEqual(cursors[0]?.position, { at: ['chorus', 2] });
    await refused(eve, 'cursor_update', { room_id, position: 'x'.repeat(1_024) }, 'too_large');
    await refused(eve, 'cursor_update', { room_id, position: Buffer.from('x') }, 'bad_request');
    await refused(eve, 'cursor_update', { room_id }, 'bad_request');
  });
});

describe('a track that ends', () => {
  it('is skipped once by the room, of whichever instances have it', async () => {
    const log = createMemoryLog();
    const servers = await Promise.all([1, 2, 3].map(() => startServer({ log })));
    const clients = await Promise.all(servers.map((server, index) => joined(server, `dj${index}`, 'host')));
    const [host] = clients as [Client];
    const updates = collect(host, 'collaboration_update');
    // The same track again and again: what is skipped is not told by its name alone.
    const queue = { type: 'queue_track', track_id: 'a', duration_ms: 50 };
    await Promise.all([queue, play, queue].map((command) => send(host, command)));
    await until(async () => (await contentOf(host)).playback.status === 'stopped');
    // What another instance would have to say, it has said by the time that it answers.
    for (const client of clients) await send(client, { type: 'session_update', state: {} });
    const entries = await told(host, 8, updates);
    const skips = entries.filter(({ operation }) => (operation as { action?: string }).action === 'skip');
    assert.deepEqual(
      skips.map(({ operation, user_id }) => [operation, user_id]),
      Array(2).fill([{ type: 'playback_control', action: 'skip', track_id: 'a', position_ms: 50 }, '']),
    );
    assert.equal((await request(host, 'get_room_state', { room_id })).revision, 8);
  });

  it('plays what is queued next, from the moment in which it ended', async () => {
    const host = await joined(await startServer(), 'dj', 'host');
    await send(host, { type: 'queue_track', track_id: 'a', duration_ms: 60_000 });
    await send(host, { type: 'queue_track', track_id: 'b' });
    await send(host, { ...play, position_ms: 59_950 });
    const { playback } = await contentOf(host);
    const after = await until(async () => {
      const content = await contentOf(host);
      return content.playback.track_id === 'b' && content;
    });
    assert.deepEqual(after.queue, []);
    assert.equal(after.playback.status, 'playing');
    assert.ok(after.playback.updated_at >= playback.updated_at + 50);
  });

  it('is not skipped while it is paused', async () => {
    const host = await joined(await startServer(), 'dj', 'host');
    await send(host, { type: 'queue_track', track_id: 'a', duration_ms: 60_000 });
    await send(host, { ...play, position_ms: 59_950 });
    await send(host, { type: 'playback_control', action: 'pause' });
    const { playback } = await contentOf(host);
    await until(() => Date.now() > playback.updated_at + 100);
    assert.deepEqual((await contentOf(host)).playback, playback);
  });

  it('while no instance had the room is skipped when one loads it', async () => {
    const log = createMemoryLog();
    const first = await startServer({ log });
    const host = await joined(first, 'dj', 'host');
    await send(host, { type: 'queue_track', track_id: 'a', duration_ms: 200 });
    await send(host, { type: 'queue_track', track_id: 'b' });
    await send(host, play);
    const { playback } = await contentOf(host);
    await first.close();
    await until(() => Date.now() > playback.updated_at + 200);
    const late = await joined(await startServer({ log }), 'late', 'viewer');
    await until(async () => (await contentOf(late)).playback.track_id === 'b');
    assert.equal((await request(late, 'get_room_state', { room_id })).revision, 4);
  });
});
