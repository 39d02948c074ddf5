import assert from 'node:assert/strict';
import { openLmdbLog } from '../../server/logs/lmdb.ts';
import type { Log } from '../../server/logs/log.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import type { RoomState } from '../../shared/events.ts';
import { cleanup } from '../support/cleanup.ts';
import { Impatient, notOnce } from '../support/impatient.ts';
import { temporaryDirectory } from '../support/process.ts';
import { ask, type Client, connect, member, refused, request, startServer } from '../support/server.ts';

const room_id = 'song:1';

describe('a join', () => {
  it('again, with an operation on its way, loses nothing and doubles nothing: 20 of 20', async () => {
    const log = await openLmdbLog({ directory: temporaryDirectory() });
    cleanup(() => log.close());
    const server = await startServer({ log });
    const [one, other] = [await connect(server, { sub: 'ada' }), await connect(server, { sub: 'ada' })];
    const ada = new Impatient(room_id, 'a');
    for (let round = 0; round < 10; round++) {
      await ada.write(one, one);
      await ada.write(one, other);
    }
    assert.deepEqual(notOnce(await textOf(await member(server, { sub: 'eve' }, { room_id })), ada.acknowledged), []);
    assert.equal(ada.conflicts, 0);
  });

  it('is answered when what its client has in the queue is committed', async () => {
    const { log, release } = heldLog();
    const server = await startServer({ log });
    const ada = await member(server, { sub: 'ada' }, { room_id, client_id: 'a' });
    const operation = ask(ada, 'collaboration_operation', { room_id, operation: ['x'], revision: 0, sequence: 1 });
    let isReleased = false;
    const told = async (state: Promise<RoomState>) => {
      const { sequence, document } = await state;
      assert.ok(isReleased, 'answered before');
      assert.deepEqual([sequence, document?.content], [1, 'x']);
    };
    const waiting = [
      told(request(ada, 'get_room_state', { room_id })),
      told(request(ada, 'join_room', { room_id, client_id: 'a' })),
      told(request(await connect(server, { sub: 'ada' }), 'join_room', { room_id, client_id: 'a' })),
    ];
    await request(await connect(server, { sub: 'ben' }), 'join_room', { room_id, client_id: 'b' });
    isReleased = true;
    release();
    await Promise.all(waiting);
    assert.ok((await operation).ok);
  });

  it('is answered when what its client has in the queue is refused', async () => {
    const { log, release } = heldLog();
    const server = await startServer({ log });
    const ada = await member(server, { sub: 'ada' }, { room_id, client_id: 'a' });
    const first = ask(ada, 'collaboration_operation', { room_id, operation: ['x'], revision: 0 });
    const bad = refused(
      ada,
      'collaboration_operation',
      { room_id, operation: [9, 'x'], revision: 1, sequence: 1 },
      'invalid_operation',
    );
    const join = request(ada, 'join_room', { room_id, client_id: 'a' });
    release();
    await bad;
    assert.equal((await join).sequence, 0);
    assert.ok((await first).ok);
  });
});

describe('a sequence', () => {
  it('that stands for another operation is a conflict, and never acknowledged', async () => {
    const ada = await member(await startServer(), { sub: 'ada' }, { room_id, client_id: 'a' });
    await request(ada, 'collaboration_operation', { room_id, operation: ['x'], revision: 0, sequence: 1 });
    for (const [operation, revision] of [
      [['y'], 0],
      [['x'], 1],
      [['y'], undefined],
    ])
      await refused(ada, 'collaboration_operation', { room_id, operation, revision, sequence: 1 }, 'conflict');
    await request(ada, 'collaboration_operation', { room_id, operation: ['x'], revision: 0, sequence: 1 });
    assert.equal(await textOf(ada), 'x');
  });

  it('of a command that is sent again is a repeat, and of another command a conflict', async () => {
    const room_id = 'session:1';
    const ada = await member(await startServer(), { sub: 'ada' }, { room_id, client_id: 'a' });
    const queue = (track_id: string) => ({ room_id, operation: { type: 'queue_track', track_id }, sequence: 1 });
    const { revision } = await request(ada, 'collaboration_operation', queue('one'));
    assert.equal((await request(ada, 'collaboration_operation', queue('one'))).revision, revision);
    await refused(ada, 'collaboration_operation', queue('two'), 'conflict');
  });

  it('is recognised where its client has carried the operation over what came before it', async () => {
    const server = await startServer();
    const ada = await member(server, { sub: 'ada' }, { room_id, client_id: 'a' });
    const ben = await member(server, { sub: 'ben' }, { room_id, client_id: 'b' });
    await request(ben, 'collaboration_operation', { room_id, operation: ['one '], revision: 0 });
    await request(ben, 'collaboration_operation', { room_id, operation: [4, 'two '], revision: 1 });
    await request(ada, 'collaboration_operation', { room_id, operation: ['x'], revision: 0, sequence: 1 });
    for (const [operation, revision] of [
      [['x'], 0],
      [['x'], 1],
      [['x'], 2],
    ])
      assert.equal((await again(ada, operation, revision)).revision, 3);
    await refused(
      ada,
      'collaboration_operation',
      { room_id, operation: [4, 'x'], revision: 1, sequence: 1 },
      'conflict',
    );
  });

  it('of what the log no longer reaches back to is a conflict, and a join says that it is in', async () => {
    const log = createMemoryLog();
    const first = await startServer({ log });
    const ada = await member(first, { sub: 'ada' }, { room_id, client_id: 'a' });
    await request(ada, 'collaboration_operation', { room_id, operation: ['x'], revision: 0, sequence: 1 });
    await request(ada, 'collaboration_operation', { room_id, operation: ['y'], revision: 1 });
    await first.close();
    const [stored] = await log.list({ prefix: '', after: '', limit: 1 });
    assert.ok(stored);
    const { epoch } = await log.load(stored.room);
    await log.snapshot(stored.room, { epoch, revision: 2, content: 'yx' }, { entries: 0, bytes: 0 });
    const later = await connect(await startServer({ log }), { sub: 'ada' });
    assert.equal((await request(later, 'join_room', { room_id, client_id: 'a' })).sequence, 1);
    await refused(
      later,
      'collaboration_operation',
      { room_id, operation: ['x'], revision: 0, sequence: 1 },
      'conflict',
    );
    assert.equal(await textOf(later), 'yx');
  });
});

function again(client: Client, operation: unknown, revision: unknown) {
  return request(client, 'collaboration_operation', { room_id, operation, revision: Number(revision), sequence: 1 });
}

/** A log in memory whose appends wait until they are released. */
function heldLog(): { log: Log; release(): void } {
  const log = createMemoryLog();
  const held = deferred();
  const append = log.append.bind(log);
  log.append = async (...args) => {
    await held.promise;
    return append(...args);
  };
  return { log, release: () => held.resolve() };
}

function deferred(): { promise: Promise<void>; resolve(): void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve: () => resolve() };
}

async function textOf(client: Client): Promise<string> {
  return String((await request(client, 'get_room_state', { room_id })).document?.content);
}
