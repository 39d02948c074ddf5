import assert from 'node:assert/strict';
import { Budget } from '../../server/limits/budget.ts';
import type { Log } from '../../server/logs/log.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { Held, type HeldRoom } from '../../server/rooms/held.ts';
import type { Room } from '../../server/rooms/room.ts';
import { Rooms } from '../../server/rooms/rooms.ts';
import { cleanup } from '../support/cleanup.ts';
import { kinds } from '../support/kinds.ts';
import { refusal } from '../support/refusal.ts';

/** A room with a document and entries of so many bytes. */
function room(org_id: string, document: number, entryBytes = 0): HeldRoom {
  return {
    org_id,
    entryBytes,
    get bytes() {
      return document + this.entryBytes;
    },
    keep({ bytes }) {
      Object.assign(this, { entryBytes: Math.min(this.entryBytes, bytes) });
    },
  };
}

const open = (log: Log, mostBytes?: number) => {
  const rooms = new Rooms({
    kinds,
    log,
    ...(mostBytes !== undefined && { mostBytes }),
    now: Date.now,
    budget: new Budget(),
    consume: () => undefined,
    operationLimits: { max_operation_bytes: 2 ** 20, max_operation_parts: 100 },
    max_message_bytes: 2 ** 20,
    max_document_bytes: 2 ** 20,
    max_participants: 100,
    onAppended() {},
    onSent() {},
    onError: assert.fail,
  });
  cleanup(() => rooms.close());
  return rooms;
};
const write = async (room: Room, text: string) => {
  const author = { client_id: 'a', user_id: 'ada', role: 'editor' } as const;
  return room.append({ operation: [text], revision: undefined, sequence: undefined }, () => author);
};

describe('what rooms take in memory', () => {
  it('is bounded: where it is too much no room is loaded, nothing large is written, and who types goes on', async () => {
    const log = createMemoryLog();
    const all = open(log);
    for (let at = 0; at < 5; at++) await write(await all.open('', `song:${at}`), 'x'.repeat(100_000));
    await all.close();
    const few = open(log, 300_000);
    const rooms: Room[] = [];
    for (let at = 0; at < 3; at++) rooms.push(await few.open('', `song:${at}`));
    assert.equal((await refusal(few.open('', 'song:4')))[0], 'unavailable');
    const [first] = rooms;
    assert.ok(first);
    assert.equal(await few.open('', 'song:0'), first);
    assert.equal((await refusal(write(first, 'x'.repeat(10_000))))[0], 'unavailable');
    assert.equal(await write(first, 'typed'), 2);
    assert.equal((await refusal(few.open('other', 'song:1')))[0], 'unavailable');
  });

  it('is for others, too, than one tenant', () => {
    const held = new Held(1_000);
    held.count([room('greedy', 800)]);
    assert.throws(() => held.check('greedy'), { error_code: 'unavailable' });
    held.check('modest');
    held.add('modest', 300);
    assert.throws(() => held.check('modest'), { error_code: 'unavailable' });
    held.count([room('modest', 300)]);
    held.check('greedy');
  });

  it('has few entries where there are too many: of those that the log has, too, each room keeps its share', () => {
    const held = new Held(1_000_000);
    const rooms = [room('', 100_000, 400_000), room('', 100_000, 400_000), room('', 100_000, 20_000)];
    held.count(rooms);
    assert.deepEqual(
      rooms.map(({ entryBytes }) => Math.round(entryBytes)),
      [83_333, 83_333, 20_000],
    );
    held.check('');
  });
});
