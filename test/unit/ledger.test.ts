import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { Ledger, type LedgerType, ledgerKey } from '../../server/ledgers/ledger.ts';
import { Ledgers } from '../../server/ledgers/ledgers.ts';
import type { Log } from '../../server/logs/log.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { Refusal } from '../../shared/refusals.ts';

/** Names, and who wrote each. */
const names: LedgerType<Record<string, string>, { name: string }> = {
  create: () => ({}),
  apply: (state, { change, user_id }) => ({ ...state, [change.name]: user_id }),
};
const key = ledgerKey('names', 'home');
const open = (log: Log) => Ledger.open(log, key, names);

describe('a ledger', () => {
  it('is empty before the first change, and has all of them afterwards', async () => {
    const log = createMemoryLog();
    const ledger = await open(log);
    assert.deepEqual(ledger.state, {});
    assert.deepEqual(await ledger.record('ann', () => ({ name: 'one' })), { one: 'ann' });
    await ledger.record('ben', () => ({ name: 'other' }));
    assert.deepEqual(ledger.state, { one: 'ann', other: 'ben' });
    assert.deepEqual((await open(log)).state, { one: 'ann', other: 'ben' });
  });

  it('is the same on every instance, whoever changes it, also at once', async () => {
    const log = createMemoryLog();
    const ledgers = await Promise.all([open(log), open(log), open(log)]);
    await Promise.all(
      ledgers.flatMap((ledger, index) =>
        Array.from({ length: 40 }, (_, number) =>
          ledger.record(`user${index}`, () => ({ name: `${index} ${number}` })),
        ),
      ),
    );
    for (const { state } of ledgers) assert.equal(Object.keys(state).length, 120);
    assert.equal(Object.keys((await open(log)).state).length, 120);
  });

  it('decides by the state that the change follows, and records nothing where nothing is decided', async () => {
    const log = createMemoryLog();
    const [one, other] = await Promise.all([open(log), open(log)]);
    const first = (name: string) => (state: Record<string, string>) => (name in state ? undefined : { name });
    await Promise.all([one.record('ann', first('x')), other.record('ben', first('x')), one.record('cem', first('x'))]);
    assert.deepEqual(one.state, { x: 'ann' });
    assert.equal((await log.load(key)).revision, 1);
  });

  it('records nothing where the change is refused, and goes on', async () => {
    const ledger = await open(createMemoryLog());
    const refused = ledger.record('ann', () => {
      throw new Refusal('forbidden', 'no');
    });
    await assert.rejects(refused, new Refusal('forbidden', 'no'));
    assert.deepEqual(await ledger.record('ann', () => ({ name: 'x' })), { x: 'ann' });
  });

  it('keeps a snapshot in place of its changes', async () => {
    const log = createMemoryLog();
    const ledger = await open(log);
    for (let number = 0; number < 250; number += 1) await ledger.record('ann', () => ({ name: String(number) }));
    const { snapshot, entries } = await log.load(key);
    assert.equal(snapshot?.revision, 200);
    assert.equal(entries.length, 50);
    assert.deepEqual((await open(log)).state, ledger.state);
  });

  it('is no room of any tenant', () => {
    for (const org_id of ['', ':', 'names', '/', '\ud800'])
      assert.match(ledgerKey('names', org_id), /^:names\/[^:/]*\/$/);
  });

  it('begins anew where its log was deleted', async () => {
    const log = createMemoryLog();
    const ledger = await open(log);
    await ledger.record('ann', () => ({ name: 'one' }));
    await log.delete(key);
    assert.deepEqual(await ledger.record('ann', () => ({ name: 'other' })), { other: 'ann' });
  });
});

describe('ledgers of one type', () => {
  /** A log that counts how often it is loaded, and who follows it. */
  function watched() {
    const log = createMemoryLog();
    const seen = { loads: 0, followers: 0 };
    const { load, follow } = log;
    log.load = (key) => {
      seen.loads += 1;
      return load.call(log, key);
    };
    log.follow = (key, listener) => {
      seen.followers += 1;
      const stop = follow.call(log, key, listener);
      return () => {
        seen.followers -= 1;
        stop();
      };
    };
    return { log, seen };
  }

  it('are opened once, by who asks for each first', async () => {
    const { log, seen } = watched();
    const ledgers = new Ledgers(log, names);
    const [one, same, other] = await Promise.all([ledgers.of('one'), ledgers.of('one'), ledgers.of('other')]);
    assert.equal(one, same);
    assert.notEqual(one, other);
    assert.deepEqual(seen, { loads: 2, followers: 2 });
    ledgers.close();
  });

  it('are opened anew where that failed', async () => {
    const { log } = watched();
    const { load } = log;
    log.load = () => Promise.reject(new Refusal('unavailable', 'no'));
    const ledgers = new Ledgers(log, names);
    await assert.rejects(ledgers.of('one'), new Refusal('unavailable', 'no'));
    log.load = load;
    assert.deepEqual((await ledgers.of('one')).state, {});
    ledgers.close();
  });

  it('are closed when nobody has asked for ten minutes, and where there are over 10,000 the longest unused', async () => {
    const { log, seen } = watched();
    mock.timers.enable({ apis: ['setInterval'] });
    const { now } = performance;
    try {
      const ledgers = new Ledgers(log, names);
      await Promise.all(Array.from({ length: 10_001 }, (_, index) => ledgers.of(String(index))));
      await ledgers.of('1');
      assert.deepEqual(seen, { loads: 10_001, followers: 10_000 });
      performance.now = () => now.call(performance) + 11 * 60_000;
      await ledgers.of('2');
      mock.timers.tick(60_000);
      await ledgers.of('2');
      assert.deepEqual(seen, { loads: 10_001, followers: 1 });
      ledgers.close();
    } finally {
      performance.now = now;
      mock.timers.reset();
    }
  });
});
