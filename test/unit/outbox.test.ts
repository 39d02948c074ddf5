import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { Outbox, type OutboxEvents, type Transported } from '../../server/wire/outbox.ts';
import { Readers } from '../../server/wire/readers.ts';
import { cleanup } from '../support/cleanup.ts';
import { until } from '../support/until.ts';

class Told implements OutboxEvents {
  recovered = 0;
  full = 0;

  onRecovered(): void {
    this.recovered += 1;
  }

  onFull(): void {
    this.full += 1;
  }
}

describe('an outbox', () => {
  it('is slow while much waits for its reader, and tells when that has caught up, or that it is full', async () => {
    const conn = Object.assign(new EventEmitter(), { readyState: 'open', transport: { writable: false } });
    const readers = new Readers();
    cleanup(() => readers.close());
    const told = new Told();
    const outbox = new Outbox(conn as unknown as Transported, readers, undefined, told);
    const wait = (bytes: number) => conn.emit('packetCreate', { type: 'message', data: 'x'.repeat(bytes) });
    wait(100 * 1024);
    assert.equal(outbox.slow, false);
    wait(100 * 1024);
    assert.equal(outbox.slow, true);
    conn.emit('flush');
    assert.equal(outbox.slow, false);
    await until(() => told.recovered === 1);
    for (let n = 0; n < 7; n++) wait(100 * 1024);
    await until(() => told.full === 1);
    outbox.end();
    assert.equal(readers.waiting, 0);
  });
});
