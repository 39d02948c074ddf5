import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { Kinds } from '../../server/kinds/kinds.ts';
import { Budget } from '../../server/limits/budget.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import type { Room } from '../../server/rooms/room.ts';
import { Rooms } from '../../server/rooms/rooms.ts';
import { yjs } from '../../server/yjs/index.ts';
import { toBase64 } from '../../shared/documents/yjs/base64.ts';
import { parseRoomId } from '../../shared/rooms.ts';
import { cleanup } from '../support/cleanup.ts';
import { kinds } from '../support/kinds.ts';
import { moveAhead } from '../support/monotonic.ts';
import { collect, connect, request, startServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { updateOf } from '../support/yjsUpdates.ts';

/** The server's own clock, moved by hand: what it does now and then happens when a test says so. */
function clock() {
  mock.timers.enable({ apis: ['setInterval', 'Date'], now: Date.now() });
  cleanup(() => mock.timers.reset());
  return {
    pass(seconds: number) {
      for (let second = 0; second < seconds; second += 1) {
        moveAhead(1_000);
        mock.timers.tick(1_000);
      }
    },
  };
}

function rooms(log = createMemoryLog(), held = kinds) {
  const all = new Rooms({
    kinds: held,
    log,
    now: () => Date.now(),
    budget: new Budget(),
    consume: () => undefined,
    operationLimits: { max_operation_bytes: 1e7, max_operation_parts: 100 },
    max_message_bytes: 10 * 1024,
    max_document_bytes: 1e7,
    max_participants: 100,
    onAppended() {},
    onSent() {},
    onError: assert.fail,
  });
  cleanup(() => all.close());
  return all;
}

const author = { revision: undefined, sequence: undefined, client_id: 'a', user_id: 'ada', role: 'editor' } as const;

/** Resolves when what is under way over the log in memory has come to its end. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a quiet room', () => {
  it('says now and then where it stands', async () => {
    const { pass } = clock();
    const client = await connect(await startServer(), { sub: 'ada' });
    await request(client, 'join_room', { room_id: 'song:1' });
    await request(client, 'collaboration_operation', { room_id: 'song:1', operation: ['x'] });
    const { epoch, proof } = await request(client, 'get_room_state', { room_id: 'song:1' });
    for (let time = 0; time < 2; time++) {
      const heads = collect(client, 'room_head');
      pass(16);
      const head = await until(() => heads.find(({ room_id }) => room_id === 'song:1'));
      assert.deepEqual(head, { room_id: 'song:1', epoch, revision: 1, proof, participant_count: 1 });
    }
  });

  it('leaves memory when nobody has been in it for a while, and comes back as it was', async () => {
    const { pass } = clock();
    const all = rooms();
    const song = parseRoomId('song:1');
    const room = await all.open('', song);
    await room.writer.submit({ ...author, operation: ['kept'] });
    pass(20);
    await settled();
    assert.equal(all.size, 1);
    pass(20);
    await settled();
    assert.equal(all.size, 0);
    const again = await all.open('', song);
    assert.notEqual(again, room);
    assert.deepEqual(again.reading.state('a', 'viewer').document, { type: 'text', content: 'kept' });
  });

  it('stays while someone asks for it', async () => {
    const { pass } = clock();
    const all = rooms();
    const song = parseRoomId('song:1');
    const room = await all.open('', song);
    for (let time = 0; time < 5; time++) {
      pass(20);
      assert.equal(await all.open('', song), room);
      await settled();
    }
  });

  it('goes earlier when those with nobody in them take too many bytes together', async () => {
    const { pass } = clock();
    const all = rooms();
    for (let i = 0; i < 40; i++) {
      const room = await all.open('', parseRoomId(`song:${i}`));
      await room.writer.submit({ ...author, operation: ['x'.repeat(4 * 1024 * 1024)] });
      pass(0.01);
    }
    pass(1);
    await settled();
    assert.ok(all.size > 0 && all.size <= 2, `${all.size} rooms of 4 MiB are in memory`);
    assert.equal((await all.open('', parseRoomId('song:39'))).reading.state('a', 'viewer').revision, 1);
  });

  it('keeps few of many entries in memory, and fetches older ones from the log for those who come late', async () => {
    const all = rooms();
    const room = await all.open('', parseRoomId('song:1'));
    for (let i = 0; i < 60; i++) {
      await Promise.all(Array.from({ length: 100 }, () => room.writer.submit({ ...author, operation: ['x'] })));
    }
    const bytes = room.bytes;
    assert.ok(bytes < 1.5 * 1024 * 1024, `${bytes} bytes`);
    assert.equal(await room.writer.submit({ ...author, operation: ['late'], revision: 0 }), 6001);
    const { epoch } = room.reading.state('a', 'viewer');
    assert.equal((await room.reading.operations({ epoch, revision: 0 }, 1000, 'a')).operations?.length, 1000);
  });

  it('keeps next to no entries in memory when nobody has written for a while', async () => {
    const { pass } = clock();
    const room = await rooms().open('', parseRoomId('song:1'));
    for (const text of ['x'.repeat(50_000), 'x'.repeat(50_000), ...Array(60).fill('x')])
      await room.writer.submit({ ...author, operation: [text] });
    assert.ok(room.entryBytes > 100_000);
    pass(15);
    assert.ok(room.entryBytes <= 16 * 1024, `${room.entryBytes} bytes`);
    const { epoch } = room.head;
    assert.equal((await room.reading.operations({ epoch, revision: 1 }, 100, 'ada')).operations?.length, 61);
    assert.equal(await room.writer.submit({ ...author, operation: ['late'], revision: 1 }), 63);
  });

  it('has a document of Yjs made compact, also where it was only read, and goes on', async () => {
    const { pass } = clock();
    const log = createMemoryLog();
    const held = new Kinds({ note: yjs() });
    const note = parseRoomId('note:1');
    const [written, read] = [await rooms(log, held).open('', note), await rooms(log, held).open('', note)];
    const write = (clock: number) => {
      const update = updateOf(1, clock, [{ ...(clock > 0 && { left: [1, clock - 1] }) }]);
      return written.append({ operation: toBase64(update) }, () => author);
    };
    for (let clock = 0; clock < 200; clock++) await write(clock);
    const reopened = await rooms(log, held).open('', note);
    const bytesOf = ({ document: { type, content } }: Room) => type.bytes(content);
    const before = bytesOf(reopened);
    pass(15);
    for (const room of [written, read, reopened])
      await until(() => room.document.reach === 200 && bytesOf(room) < before / 10);
    assert.equal(await write(200), 201);
    await until(() => [read, reopened].every(({ document }) => document.revision === 201));
  });
});
