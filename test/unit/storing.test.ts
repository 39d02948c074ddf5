import assert from 'node:assert/strict';
import type { StoredDocument } from '../../server/hooks/hooks.ts';
import { type Mark, markKey, marks } from '../../server/hooks/marks.ts';
import { Slots } from '../../server/hooks/slots.ts';
import { Storing, type StoringOptions } from '../../server/hooks/storing.ts';
import { Ledger } from '../../server/ledgers/ledger.ts';
import type { Log } from '../../server/logs/log.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { cleanup } from '../support/cleanup.ts';
import { kinds } from '../support/kinds.ts';
import { until } from '../support/until.ts';

const room = '/song:42';

/** Instances that live, on one log. */
class Instances {
  readonly log: Log = createMemoryLog();
  readonly living = new Set<string>();
  readonly stored: { by: string; revision: number }[] = [];

  /** One that stores into the list, in as long as it is told. */
  start(
    own: string,
    store: (document: StoredDocument) => unknown = () => {},
    more: Partial<StoringOptions> = {},
  ): Storing {
    this.living.add(own);
    const storing = new Storing({
      hook: async (document) => {
        await store(document);
        this.stored.push({ by: own, revision: document.revision });
      },
      log: this.log,
      kinds,
      slots: new Slots(16),
      find: () => undefined,
      leases: { own, settled: true, holds: (lease) => this.living.has(lease) },
      onFailed: () => {},
      storeAfterMs: 0,
      storeEveryMs: 0,
      storeOnCloseMs: 0,
      ...more,
    });
    cleanup(() => storing.close());
    return storing;
  }

  async write(): Promise<void> {
    const { epoch, revision } = await this.log.load(room);
    const entry = { operation: ['x'], client_id: 'x', user_id: 'x', timestamp: 1 };
    await this.log.append(room, { epoch, after: revision, entries: [entry] });
  }

  mark(): Promise<Mark> {
    return Ledger.read(this.log, markKey(room), marks);
  }
}

describe('storing, of several instances', () => {
  it('is done by the one that has claimed the room, while it lives', async () => {
    const instances = new Instances();
    const frozen = new Promise(() => {});
    await instances.write();
    instances.start('a', () => frozen).changed(room, true);
    await until(async () => (await instances.mark()).claim === 'a');
    await instances.write();
    const b = instances.start('b');
    b.changed(room, true);
    await instances.start('c').sweep();
    assert.deepEqual(instances.stored, []);
    instances.living.delete('a');
    await until(() => instances.stored.length > 0);
    await until(() => b.size === 0);
    assert.deepEqual(
      instances.stored.map(({ revision }) => revision),
      [2],
    );
    const { claim, revision } = await instances.mark();
    assert.deepEqual([claim, revision], [null, 2]);
  });

  it('is done again where one that was frozen has stored too late', async () => {
    const instances = new Instances();
    let done = () => {};
    await instances.write();
    let calls = 0;
    const a = instances.start('a', () => ++calls > 1 || new Promise<void>((resolve) => (done = resolve)));
    a.changed(room, true);
    await until(async () => (await instances.mark()).claim === 'a');
    instances.living.delete('a');
    await instances.write();
    const b = instances.start('b');
    b.changed(room, true);
    await until(() => b.size === 0);
    done();
    await until(() => a.size === 0);
    assert.deepEqual(instances.stored, [
      { by: 'b', revision: 2 },
      { by: 'a', revision: 1 },
      { by: 'a', revision: 2 },
    ]);
    assert.equal((await instances.mark()).revision, 2);
  });

  it('goes on at another one where it fails', async () => {
    const instances = new Instances();
    await instances.write();
    const a = instances.start('a', () => Promise.reject(new Error('no database')));
    a.changed(room, true);
    await until(() => a.trouble !== undefined);
    await until(async () => (await instances.mark()).claim === null);
    instances.start('b').changed(room, true);
    await until(() => instances.stored.length === 1);
    await until(() => a.size === 0);
    assert.equal(a.trouble, undefined);
  });

  it('waits for a lease', async () => {
    const instances = new Instances();
    const leases = { own: 'a', settled: false, holds: () => false };
    await instances.write();
    const a = instances.start('a', undefined, { leases });
    await a.sweep();
    assert.deepEqual([a.size, instances.stored], [1, []]);
    leases.settled = true;
    await until(() => instances.stored.length === 1);
  });

  it('looks through all rooms, and stores what another history has', async () => {
    const instances = new Instances();
    const a = instances.start('a');
    await instances.write();
    await a.sweep();
    await a.sweep();
    assert.equal(instances.stored.length, 1);
    const { epoch, revision } = await instances.mark();
    const snapshot = { epoch, revision, content: '' };
    assert.ok(await instances.log.restart(room, snapshot));
    await a.sweep();
    assert.equal(instances.stored.length, 2);
    assert.notEqual((await instances.mark()).epoch, epoch);
  });
});
