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
    const server = new EventEmitter();
    const conn = Object.assign(new EventEmitter(), { server, readyState: 'open', transport: { writable: false } });
    const readers = new Readers();
    cleanup(() => readers.close());
    const told = new Told();
    const outbox = new Outbox(conn as unknown as Transported, readers, undefined, told);
    const wait = (bytes: number) => conn.emit('packetCreate', { type: 'message', data: 'x'.repeat(bytes) });
    wait(100 * 1024);
    assert.equal(outbox.slow, false);
    wait(100 * 1024);
    assert.equal(outbox.slow, true);
    server.emit('flush', conn);
    assert.equal(outbox.slow, false);
    await until(() => told.recovered === 1);
    for (let n = 0; n < 7; n++) wait(100 * 1024);
    await until(() => told.full === 1);
    outbox.end();
    assert.equal(readers.waiting, 0);
  });

  it('hears nothing more when it has ended, and leaves what the connection hears to the next of it', () => {
    const server = new EventEmitter();
    const conn = Object.assign(new EventEmitter(), { server, readyState: 'open', transport: { writable: false } });
    const readers = new Readers();
    cleanup(() => readers.close());
    const outboxes = [1, 2].map(() => new Outbox(conn as unknown as Transported, readers, undefined, new Told()));
    const [first, second] = outboxes;
    conn.emit('packetCreate', { type: 'message', data: 'x'.repeat(100) });
    assert.deepEqual([first?.waiting, second?.waiting, readers.waiting], [0, 100, 100]);
    first?.end();
    conn.emit('packetCreate', { type: 'message', data: 'x'.repeat(100) });
    assert.equal(readers.waiting, 200);
    server.emit('flush', conn);
    assert.equal(readers.waiting, 0);
    second?.end();
    conn.emit('packetCreate', { type: 'message', data: 'x' });
    assert.deepEqual([second?.waiting, conn.eventNames(), server.listenerCount('flush')], [0, [], 1]);
  });
});
