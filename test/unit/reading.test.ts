import assert from 'node:assert/strict';
import { Document } from '../../server/documents/document.ts';
import { Budget } from '../../server/limits/budget.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { Accounts } from '../../server/rooms/accounts.ts';
import { Reading, type ReadingOptions } from '../../server/rooms/reading.ts';
import type { Entry } from '../../shared/documents/type.ts';
import { typeOf } from '../support/kinds.ts';
import { methodsOf } from '../support/methodsOf.ts';

const key = '/song:1';
const letters = 100_000;

/** A song that is written over again and again, with memory that has let go of most of that. */
async function pastes(count: number) {
  const log = createMemoryLog();
  const paste = (operation: unknown): Entry => ({ operation, client_id: 'a', user_id: 'ada', timestamp: 1 });
  const entries = Array.from({ length: count }, (_, at) =>
    paste(at === 0 ? ['x'.repeat(letters)] : ['x'.repeat(letters), { d: letters }]),
  );
  await log.append(key, { epoch: '', after: 0, entries });
  const document = new Document(typeOf('song:1'), await log.load(key));
  document.trim();
  assert.ok(document.reach > 0);
  const read: number[] = [];
  const watched = {
    ...methodsOf(log),
    read: (room: string, range: Parameters<typeof log.read>[1]) => {
      read.push(range.after);
      return log.read(room, range);
    },
  };
  const accounts = new Accounts(new Budget(), key);
  const options = { key, room_id: 'song:1', log: watched, document, accounts, onError: assert.fail };
  const reading = new Reading(options as unknown as ReadingOptions);
  const missed = async (revision: number) => {
    const since = { epoch: document.epoch, revision };
    return reading.missed(since, await reading.older(since, 'ada'), 'ada');
  };
  return { document, read, missed };
}

describe('what one has missed', () => {
  it('is read from the log as far as memory does not have it', async () => {
    const { document, read, missed } = await pastes(12);
    const { entries } = await missed(document.reach - 1);
    assert.equal(entries?.length, document.revision - document.reach + 1);
    assert.deepEqual(read, [document.reach - 1]);
  });

  it('and is more than one answer carries is found out once, and not by reading it each time', async () => {
    const { read, missed } = await pastes(40);
    for (const revision of [5, 5, 0, 4, 5]) assert.deepEqual(await missed(revision), {});
    assert.deepEqual(read, [5]);
    assert.deepEqual(await missed(6), {});
    assert.deepEqual(read, [5, 6]);
  });
});
