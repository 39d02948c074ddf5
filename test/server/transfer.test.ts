import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CollaborationServer } from '../../server/application.ts';
import { openLmdbLog } from '../../server/logs/lmdb.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { Damaged } from '../../server/logs/proof.ts';
import { tutti } from '../support/commandLine.ts';
import { call } from '../support/http.ts';
import { temporaryDirectory } from '../support/process.ts';
import { member, next, request, startServer } from '../support/server.ts';
import { post, put } from '../support/writing.ts';

const admin = { sub: 'op', rooms: {}, scope: 'admin' };

/** What a server exports, line by line. */
async function exportOf(server: { url: string }, claims: object = admin) {
  const { status, body } = await call(server, 'GET /api/v1/export', claims);
  assert.equal(status, 200);
  return (body as string)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Imports lines, and resolves with the answer. */
function importInto(server: { url: string }, lines: object[], { existing = 'skip', claims = admin as object } = {}) {
  const init = { body: lines.map((line) => JSON.stringify(line)).join('\n') };
  return call(server, `POST /api/v1/import?existing=${existing}`, claims, init);
}

const host = { claims: { sub: 'hal', rooms: { '*': 'host' } } };

/** Songs, sessions in each state of the player, and feeds with all that happens in them. */
async function fill(server: CollaborationServer): Promise<void> {
  await put(server, 'song:1', 'first 😀\r\nline\n');
  await put(server, 'song:1', 'second 😀\r\nline\n');
  await put(server, 'song:a%27b', '{title: A}\n[C]la');
  await put(server, 'song:empty', 'x');
  await put(server, 'song:empty', '');
  const queue = (track_id: string, more: object = {}) => ({ operation: { type: 'queue_track', track_id, ...more } });
  const control = (action: string, more: object = {}) => ({ operation: { type: 'playback_control', action, ...more } });
  const say = (operation: object) => ({ operation });
  const tracks = [queue('a', { title: 'A', duration_ms: 3_600_000 }), queue('b'), queue('c', { title: '' })];
  for (const [id, commands] of Object.entries({
    idle: tracks,
    playing: [...tracks, control('play', { position_ms: 5 }), queue('a')],
    paused: [...tracks, control('play', { track_id: 'b' }), control('pause', { position_ms: 7 })],
    stopped: [...tracks, control('play'), control('stop')],
    ended: [control('stop')],
    scores: [
      say({ type: 'score_update', team: 'red', score: -3 }),
      say({ type: 'session_update', state: { a: [1, { b: null }] } }),
    ],
  }))
    assert.equal((await post(server, `session:${id}`, commands, host)).status, 200);
  await post(server, 'session:idle', say({ type: 'vote_track', track_id: 'b', vote: 1 }));
  await post(server, 'session:idle', say({ type: 'vote_track', track_id: 'b', vote: 1 }), host);
  await post(server, 'channel:1', [
    say({ type: 'message.new', text: 'hello', data: { n: 1 } }),
    say({ type: 'message.new', text: 'to be edited' }),
    say({ type: 'message.edited', message_id: '2', text: 'edited' }),
    say({ type: 'message.new', text: 'to be deleted' }),
    say({ type: 'message.reaction', message_id: '1', reaction: '👍', on: true }),
    say({ type: 'message.deleted', message_id: '4' }),
    say({ type: 'message.read', message_id: '2' }),
  ]);
  await server.toUser('ann', 'notification.new', { text: 'hi' }, 'once');
  await server.publish({ room_id: 'task:7', type: 'task.created', data: { task_id: '7' } });
}

async function contentIn(server: { url: string }, room_id: string): Promise<unknown> {
  const { body } = await call(server, `GET /api/v1/rooms/${room_id}`, admin);
  return body.document?.content;
}

describe('export and import', () => {
  it('give back what was there: texts, sessions, feeds with authors, times and ids', async () => {
    const [one, other] = [await startServer(), await startServer()];
    await fill(one);
    const lines = await exportOf(one);
    const { rooms } = lines.at(-1);
    assert.equal(rooms, 12);
    const { status, body } = await importInto(other, lines.slice(0, -1));
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual([...new Set(body.results.map(({ outcome }: { outcome: string }) => outcome))], ['imported']);
    assert.deepEqual(await exportOf(other), lines);
    for (const { room_id } of lines.slice(0, -1))
      assert.deepEqual(await contentIn(other, room_id), await contentIn(one, room_id), room_id);
    // What was published once under an id is not published again.
    await other.toUser('ann', 'notification.new', { text: 'hi' }, 'once');
    assert.deepEqual(await exportOf(other), lines);
  });

  it('leave what is there as it is, unless it is to be replaced', async () => {
    const server = await startServer();
    await fill(server);
    const lines = (await exportOf(server)).slice(0, -1);
    await put(server, 'song:1', 'changed since');
    await post(server, 'channel:1', { operation: { type: 'message.new', text: 'since' } });
    const ann = await member(server, { sub: 'ann' }, { room_id: 'song:1' });
    const bob = await member(server, { sub: 'bob' }, { room_id: 'channel:1' });
    const skipped = await importInto(server, lines);
    assert.deepEqual([...new Set(skipped.body.results.map(({ outcome }: { outcome: string }) => outcome))], ['exists']);
    assert.equal(await contentIn(server, 'song:1'), 'changed since');
    const [update, removed] = [next(ann, 'collaboration_update'), next(bob, 'room_removed')];
    const { status } = await importInto(server, lines, { existing: 'replace' });
    assert.equal(status, 200);
    // A song is changed, and who is there stays; another room is begun anew.
    assert.equal((await update).operations[0]?.user_id, 'op');
    assert.equal((await removed).reason, 'closed');
    const texts = ({ type }: { type: string }) => type !== 'text';
    assert.deepEqual((await exportOf(server)).filter(texts), [
      ...lines.filter(texts),
      { type: 'end', rooms: 12, unreadable: 0 },
    ]);
    assert.equal(await contentIn(server, 'song:1'), 'second 😀\r\nline\n');
  });

  it('are seen at once by who has joined a room that was not there', async () => {
    const server = await startServer();
    const ann = await member(server, { sub: 'ann' }, { room_id: 'song:new' });
    const update = next(ann, 'collaboration_update');
    await importInto(server, [{ room_id: 'song:new', type: 'text', content: 'here' }]);
    assert.deepEqual((await update).operations[0]?.operation, ['here']);
    await request(ann, 'collaboration_operation', { room_id: 'song:new', operation: [4, '!'] });
    assert.equal(await contentIn(server, 'song:new'), 'here!');
  });

  it('carry a feed of many parts, and go on with one that was broken off', async () => {
    const [one, other] = [await startServer(), await startServer()];
    const say = (n: number) => ({ operation: { type: 'message.new', text: `message ${n} ${'x'.repeat(1_000)}` } });
    await post(
      one,
      'channel:1',
      Array.from({ length: 300 }, (_, index) => say(index)),
    );
    const lines = await exportOf(one);
    assert.ok(lines.length > 4, `${lines.length} lines`);
    const parts = lines.slice(0, -1);
    assert.equal((await importInto(other, parts.slice(0, 2))).status, 200);
    const missing = await importInto(other, parts.slice(3));
    assert.deepEqual([missing.status, missing.body.error.error_code], [409, 'conflict']);
    const { body } = await importInto(other, parts);
    assert.deepEqual(
      body.results.map(({ outcome }: { outcome: string }) => outcome),
      ['exists', 'exists', ...parts.slice(2).map(() => 'imported')],
    );
    assert.deepEqual(await exportOf(other), lines);
  });

  it('carry what a feed has whose log reaches back no longer', async () => {
    const server = await startServer();
    const said = {
      message_id: '1',
      type: 'message.new',
      text: 'hello',
      user_id: 'ann',
      timestamp: 1,
      reactions: { '👍': ['ann'] },
    };
    const gone = { message_id: '4', type: 'message.new', user_id: 'ann', timestamp: 2, reactions: {}, deleted: true };
    const base = { revision: 6, entries: [said, gone], read: { ann: '2' } };
    const { status, body } = await importInto(server, [{ room_id: 'channel:1', type: 'feed', base, entries: [] }]);
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual(await contentIn(server, 'channel:1'), { entries: [said, gone], read: { ann: '2' } });
    const next = await post(server, 'channel:1', { operation: { type: 'message.new', text: 'next' } });
    assert.equal(next.body.revision, 7);
  });

  it('are a tenant’s alone, and for administrators', async () => {
    const server = await startServer();
    await importInto(server, [{ room_id: 'song:1', type: 'text', content: 'ours' }], {
      claims: { ...admin, org_id: 'acme' },
    });
    assert.deepEqual(await exportOf(server), [{ type: 'end', rooms: 0, unreadable: 0 }]);
    assert.equal((await exportOf(server, { ...admin, org_id: 'acme' })).length, 2);
    assert.equal((await call(server, 'GET /api/v1/export', { sub: 'ann' })).status, 403);
    assert.equal((await importInto(server, [], { claims: { sub: 'ann' } })).status, 403);
  });

  it('refuse what no room can be, each line for itself', async () => {
    const server = await startServer({ maxDocumentBytes: 100 });
    const session = {
      state: {},
      playback: { status: 'stopped', track_id: null, position_ms: 0, updated_at: 0 },
      queue: [],
      scores: {},
    };
    const entry = { operation: { type: 'message.new', text: 'a' }, client_id: 'c', user_id: 'ann', timestamp: 1 };
    const bad: [object, string][] = [
      [{ room_id: 'channel:1', type: 'text', content: '' }, 'bad_request'],
      [{ room_id: 'nowhere:1', type: 'text', content: '' }, 'not_found'],
      [{ room_id: 'song:1', type: 'text', content: '\ud800' }, 'bad_request'],
      [{ room_id: 'song:1', type: 'text', content: 'x'.repeat(101) }, 'too_large'],
      [{ room_id: 'song:1', type: 'unreadable' }, 'bad_request'],
      [{ room_id: 'session:1', type: 'session', content: {} }, 'bad_request'],
      [
        {
          room_id: 'session:1',
          type: 'session',
          content: { ...session, playback: { ...session.playback, position_ms: 5 } },
        },
        'bad_request',
      ],
      [{ room_id: 'channel:1', type: 'feed', entries: [{ ...entry, user_id: '__proto__' }] }, 'bad_request'],
      [{ room_id: 'channel:1', type: 'feed', entries: [{ ...entry, operation: { type: 'nothing' } }] }, 'bad_request'],
      [{ room_id: 'channel:2', type: 'feed', after: { revision: 3, timestamp: 1 }, entries: [entry] }, 'conflict'],
    ];
    const good = { room_id: 'song:good', type: 'text', content: 'good' };
    const { status, body } = await importInto(server, [...bad.map(([line]) => line), good]);
    assert.deepEqual([status, body.ok], [400, false]);
    const outcomes = body.results.map(
      (result: { ok: boolean; error?: { error_code: string } }) => result.error?.error_code,
    );
    assert.deepEqual(outcomes, [...bad.map(([, code]) => code), undefined]);
    assert.deepEqual(
      (await exportOf(server)).map(({ room_id }) => room_id),
      ['song:good', undefined],
    );
    assert.equal((await importInto(server, [good], { existing: 'perhaps' })).status, 400);
    assert.equal((await call(server, 'POST /api/v1/import', admin, { body: 'no JSON' })).status, 400);
  });

  it('name a room that can not be read, and carry the others', async () => {
    const log = createMemoryLog();
    const server = await startServer({ log });
    await fill(server);
    const load = log.load.bind(log);
    log.load = async (room) => {
      if (room.endsWith('song:1')) throw new Damaged(room, 'it is not what was written');
      return load(room);
    };
    const lines = await exportOf(server);
    assert.deepEqual(lines.at(-1), { type: 'end', rooms: 11, unreadable: 1 });
    assert.equal(lines.find(({ room_id }) => room_id === 'song:1')?.type, 'unreadable');
  });
});

describe('tutti export and tutti import', () => {
  const environment = (server: { url: string }) => ({ PORT: new URL(server.url).port });

  for (const path of ['songs', 'songs.ndjson'])
    it(`carry all rooms by ${path}`, async () => {
      const [one, other] = [await startServer(), await startServer()];
      await fill(one);
      const place = join(temporaryDirectory(), path);
      const out = await tutti(['export', place], environment(one));
      assert.deepEqual([out.code, out.stderr], [0, `${place}: 12 rooms\n`]);
      const into = await tutti(['import', place, '--url', other.url]);
      assert.deepEqual([into.code, into.stderr], [0, `${place}: 12 rooms imported\n`]);
      assert.deepEqual(await exportOf(other), await exportOf(one));
      if (path.endsWith('.ndjson')) return;
      const again = await tutti(['import', place, '--url', other.url]);
      assert.deepEqual([again.code, again.stderr], [0, `${place}: 0 rooms imported, 12 were there already\n`]);
      const forced = await tutti(['import', place, '--force', '--url', other.url]);
      assert.deepEqual([forced.code, forced.stderr], [0, `${place}: 0 rooms imported, 12 replaced\n`]);
    });

  it('write only what a folder lacks, and no file that is there, without --force', async () => {
    const server = await startServer();
    await fill(server);
    const folder = temporaryDirectory();
    await tutti(['export', folder], environment(server));
    assert.deepEqual(readdirSync(folder).sort(), ['channel', 'session', 'song', 'task', 'user']);
    assert.equal(readFileSync(join(folder, 'song', '1.txt'), 'utf8'), 'second 😀\r\nline\n');
    writeFileSync(join(folder, 'song', '1.txt'), 'mine');
    rmSync(join(folder, 'channel', '1.ndjson'));
    const again = await tutti(['export', folder], environment(server));
    assert.equal(again.stderr, `${folder}: 12 rooms, 11 were there already\n`);
    assert.equal(readFileSync(join(folder, 'song', '1.txt'), 'utf8'), 'mine');
    await tutti(['export', folder, '--force'], environment(server));
    assert.equal(readFileSync(join(folder, 'song', '1.txt'), 'utf8'), 'second 😀\r\nline\n');
    const file = join(folder, 'all.ndjson');
    assert.equal((await tutti(['export', file], environment(server))).code, 0);
    const refused = await tutti(['export', file], environment(server));
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /is there already: --force/);
  });

  it('take 2,000 songs from a folder of files into the embedded store, within the usual limits', async () => {
    const log = await openLmdbLog({ directory: temporaryDirectory() });
    const limits = {
      limitBytes: '8388608/60',
      limitRooms: '100/3600',
      limitOperations: '600/60',
      limitJoins: '120/60',
    };
    const server = await startServer({ log, ...limits });
    const folder = temporaryDirectory();
    mkdirSync(join(folder, 'song'));
    const verse = '[G]la la [C]la la [D7]la\n'.repeat(60);
    for (let n = 0; n < 1_000; n += 1) {
      writeFileSync(join(folder, 'song', `${n}.txt`), `{title: ${n}}\n${verse}`);
      writeFileSync(join(folder, `It's n° ${n}.cho`), `{title: ${n}}\n${verse}`);
    }
    const { code, stderr } = await tutti(['import', folder, '--url', server.url]);
    assert.deepEqual([code, stderr], [0, `${folder}: 2000 rooms imported\n`]);
    const file = join(temporaryDirectory(), 'all.ndjson');
    await tutti(['export', file, '--url', server.url]);
    assert.equal(readFileSync(file, 'utf8').split('\n').length, 2_002);
    assert.equal(await contentIn(server, 'song:It%27s%20n%C2%B0%207'), `{title: 7}\n${verse}`);
  });

  it('say what is refused, by file, and end with 1', async () => {
    const server = await startServer({ maxDocumentBytes: 100 });
    const folder = temporaryDirectory();
    writeFileSync(join(folder, 'long.cho'), 'x'.repeat(101));
    writeFileSync(join(folder, 'short.cho'), 'x');
    const { code, stderr } = await tutti(['import', folder, '--url', server.url]);
    assert.equal(code, 1);
    assert.match(stderr, /long\.cho: content: 101 bytes, the limit is 100\n.*1 rooms imported, 1 lines refused\n$/s);
    const nobody = await tutti(['import', folder, '--url', 'http://127.0.0.1:9']);
    assert.match(nobody.stderr, /^tutti: .*does not answer.*\n$/);
    assert.match((await tutti(['import', join(folder, 'none')])).stderr, /^tutti: there is no /);
    const viewer = await tutti(['export', folder, '--url', server.url, '--token', 'nonsense']);
    assert.match(viewer.stderr, /^tutti: /);
  });
});
