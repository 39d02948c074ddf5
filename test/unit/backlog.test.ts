import assert from 'node:assert/strict';
import { Backlog } from '../../server/limits/backlog.ts';
import { Budget } from '../../server/limits/budget.ts';
import { openLmdbLog } from '../../server/logs/lmdb.ts';
import type { Log } from '../../server/logs/log.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { Rooms } from '../../server/rooms/rooms.ts';
import { Refusal } from '../../shared/refusals.ts';
import { cleanup } from '../support/cleanup.ts';
import { kinds } from '../support/kinds.ts';
import { temporaryDirectory } from '../support/process.ts';
import { refusal } from '../support/refusal.ts';

const author = { client_id: 'a', user_id: 'ada', role: 'service' } as const;
const megabyte = 2 ** 20;

/** Rooms over a log that takes nothing before it is told to. */
function hungRooms(log: Log) {
  let answer = () => {};
  const answers = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const append = log.append.bind(log);
  log.append = (room, given) => answers.then(() => append(room, given));
  const rooms = new Rooms({
    kinds,
    log,
    now: Date.now,
    budget: new Budget(),
    consume: () => undefined,
    operationLimits: { max_operation_bytes: megabyte, max_operation_parts: 100 },
    max_message_bytes: megabyte,
    max_document_bytes: 100 * megabyte,
    max_participants: 100,
    onAppended() {},
    onSent() {},
    onError: assert.fail,
  });
  cleanup(() => rooms.close());
  return { rooms, answer };
}

async function openFolder(): Promise<Log> {
  const log = await openLmdbLog({ directory: temporaryDirectory() });
  cleanup(() => log.close());
  return log;
}

describe('what waits for the log', () => {
  for (const [store, open] of [
    ['memory', createMemoryLog],
    ['a folder', openFolder],
  ] as const)
    it(`is bounded in bytes for all rooms of a process together, over a log in ${store}: the rest is refused at once`, async () => {
      const { rooms, answer } = hungRooms(await open());
      cleanup(answer);
      const [text, outcomes]: [string, Promise<number | Refusal>[]] = ['x'.repeat(250_000), []];
      const write = async (at: number, operation: unknown) => {
        const room = await rooms.open('', `song:${at}`);
        const outcome = room.append({ operation, revision: undefined, sequence: undefined }, () => author);
        outcomes.push(outcome.catch((error) => (error instanceof Refusal ? error : assert.fail(error))));
      };
      for (let at = 0; at < 100; at++) await write(at % 20, [text]);
      // Who types goes on.
      for (let at = 0; at < 20; at++) await write(at, ['typed']);
      const pending = Symbol();
      const atOnce = await Promise.all(outcomes.map((outcome) => Promise.race([outcome, Promise.resolve(pending)])));
      const refused = atOnce.filter((outcome) => outcome instanceof Refusal);
      assert.deepEqual([...new Set(refused.map(({ error_code }) => error_code))], ['unavailable']);
      // A text counts as much as it may take, two bytes a letter.
      const waiting = (atOnce.length - refused.length - 20) * 2 * text.length;
      assert.ok(waiting > 11 * megabyte && waiting <= 12 * megabyte, `${waiting} bytes`);
      assert.ok(atOnce.slice(100).every((outcome) => outcome === pending));
      answer();
      const settled = await Promise.all(outcomes);
      assert.equal(settled.filter((outcome) => outcome instanceof Refusal).length, refused.length);
      await write(0, [text]);
      assert.equal(typeof (await outcomes.at(-1)), 'number');
    });

  it('counts what commands take besides their bytes', async () => {
    const { rooms, answer } = hungRooms(createMemoryLog());
    cleanup(answer);
    const room = await rooms.open('', 'setlist:1');
    const operation = Array.from({ length: 100 }, (_, at) => ({ type: 'set', path: [`f${at}`], node: { value: at } }));
    let refused = 0;
    const outcomes = Array.from({ length: 450 }, () =>
      room
        .append({ operation, revision: undefined, sequence: undefined }, () => author)
        .catch((error) => {
          assert.ok(error instanceof Refusal && error.error_code === 'unavailable');
          refused += 1;
        }),
    );
    await new Promise(setImmediate);
    // Each takes about 36 KiB, of which 6 are bytes of JSON.
    assert.ok(refused > 50 && refused < 200, String(refused));
    answer();
    await Promise.all(outcomes);
  });

  it('counts as long as it has no outcome, whatever that is', async () => {
    const backlog = new Backlog();
    assert.throws(() => backlog.hold(8 * megabyte, () => assert.fail('not even begun')), /begun/);
    const outcomes = [
      backlog.hold(6 * megabyte, async () => 'done'),
      backlog.hold(6 * megabyte, () => Promise.reject(new Error('no'))),
    ];
    assert.equal((await refusal(backlog.hold(megabyte, async () => 'more')))[0], 'unavailable');
    assert.deepEqual(
      (await Promise.allSettled(outcomes)).map(({ status }) => status),
      ['fulfilled', 'rejected'],
    );
    assert.equal(await backlog.hold(12 * megabyte, async () => 'again'), 'again');
    assert.equal(await backlog.hold(12 * megabyte, async () => 'and again'), 'and again');
  });

  it('may be one operation that is larger than all that may wait', async () => {
    const backlog = new Backlog();
    const huge = backlog.hold(100 * megabyte, async () => 'done');
    assert.equal((await refusal(backlog.hold(1, async () => 'done')))[0], 'unavailable');
    assert.equal(await huge, 'done');
  });
});
