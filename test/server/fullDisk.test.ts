import assert from 'node:assert/strict';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { openLmdbLog } from '../../server/logs/lmdb.ts';
import type { Log } from '../../server/logs/log.ts';
import { createCollaborationServer } from '../../server/server.ts';
import { Refusal } from '../../shared/refusals.ts';
import { cleanup } from '../support/cleanup.ts';
import { Running, tutti } from '../support/commandLine.ts';
import { entry } from '../support/logContract.ts';
import { connect, request, secret } from '../support/server.ts';
import { neededDisk } from '../support/smallDisk.ts';
import { until } from '../support/until.ts';

const mebibyte = 2 ** 20;
const room_id = 'song:disk';

function free(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

/** Takes as much of the disk as leaves so many bytes. */
function leave(path: string, bytes: number): void {
  const file = join(path, 'others');
  rmSync(file, { force: true });
  writeFileSync(file, Buffer.alloc(Math.max(0, free(path) - bytes)));
}

/** Writes until that is refused; returns the refusal, and how much was committed. */
async function fill(log: Log, room: string): Promise<{ refusal: Refusal; revision: number }> {
  let { epoch, revision } = await log.load(room);
  for (;;) {
    const entries = [{ ...entry(revision + 1), operation: 'x'.repeat(20_000) }];
    try {
      ({ epoch } = await log.append(room, { epoch, after: revision, entries }));
      revision += 1;
    } catch (error) {
      assert.ok(error instanceof Refusal, String(error));
      return { refusal: error, revision };
    }
  }
}

describe('a disk that fills up', () => {
  it('is never full: edits are refused well before, and taken again when a quarter more is free', async () => {
    const path = neededDisk(32);
    const directory = join(path, 'data');
    const least = 8 * mebibyte;
    leave(path, 12 * mebibyte);
    const failures: string[] = [];
    const log = await openLmdbLog({ directory, minFreeBytes: least, onFailed: (reason) => failures.push(reason) });
    cleanup(() => log.close());

    const { refusal, revision } = await fill(log, 'room');
    assert.equal(refusal.error_code, 'unavailable');
    assert.ok(refusal.details.retry_after_ms);
    assert.ok(free(path) > least / 2, `${free(path)} bytes are left`);
    assert.match(log.trouble ?? '', /nearly full: \d+\.\d MiB are left, and it goes on with 10\.0 MiB/);
    assert.equal((await log.load('room')).revision, revision, 'what was committed is there');
    assert.equal(
      (await log.read('room', { epoch: (await log.load('room')).epoch, after: 0, limit: 1, bytes: 1 }))?.length,
      1,
    );

    leave(path, 0);
    assert.equal((await fill(log, 'room')).revision, revision);
    leave(path, 1.1 * least);
    assert.equal((await fill(log, 'room')).revision, revision, 'a little more is not enough');
    leave(path, 1.5 * least);
    assert.equal(log.trouble, undefined);
    assert.ok((await fill(log, 'room')).revision > revision);
    assert.deepEqual(failures, []);
  });

  it('is no reason not to start: what is there is read', async () => {
    const path = neededDisk(16);
    const directory = join(path, 'data');
    const first = await openLmdbLog({ directory, minFreeBytes: 8 * mebibyte });
    const { revision } = await fill(first, 'room');
    await first.close();
    leave(path, 0);
    const log = await openLmdbLog({ directory });
    cleanup(() => log.close());
    assert.equal((await log.load('room')).revision, revision);
    assert.match(log.trouble ?? '', /nearly full/);
    await assert.rejects(log.delete('room'), Refusal);
  });

  it('counts what many rooms are about to write', async () => {
    const path = neededDisk(48);
    const least = 8 * mebibyte;
    const log = await openLmdbLog({ directory: join(path, 'data'), minFreeBytes: least });
    cleanup(() => log.close());
    const entries = [{ ...entry(1), operation: 'x'.repeat(mebibyte) }];
    const writing = Array.from({ length: 60 }, (_, room) => log.append(`${room}`, { epoch: '', after: 0, entries }));
    const outcomes = await Promise.allSettled(writing);
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    assert.ok(refused.length > 0 && refused.length < 60, `${refused.length} of 60 are refused`);
    assert.ok(free(path) > least / 2, `${free(path)} bytes are left`);
  });

  it('is told by /ready, a gauge, a line in the log and the refusal, and everything resumes by itself', async () => {
    const path = neededDisk(64);
    const lines: { msg: string; reason?: string }[] = [];
    const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
    const server = await createCollaborationServer({
      port: 0,
      host: '127.0.0.1',
      jwtSecret: secret,
      drainMs: 0,
      dataDir: join(path, 'data'),
      dataMinFreeBytes: 8 * mebibyte,
      logger,
    });
    cleanup(() => server.close());
    const condition = async () => (await (await fetch(`${server.url}/api/v1/ready`)).json()).status;
    const up = async () => /^tutti_store_up (\d)/m.exec(await (await fetch(`${server.url}/metrics`)).text())?.[1];

    const ann = await connect(server, { sub: 'ann' });
    await request(ann, 'join_room', { room_id, client_id: 'ann' });
    await request(ann, 'collaboration_operation', { room_id, operation: ['a'], sequence: 1 });
    assert.deepEqual([await condition(), await up()], ['ready', '1']);

    leave(path, mebibyte);
    const operation = { room_id, operation: ['b'], sequence: 2 };
    const answer = await ann.emitWithAck('collaboration_operation', operation);
    assert.equal(!answer.ok && answer.error.error_code, 'unavailable');
    assert.deepEqual([await condition(), await up()], ['degraded', '0']);
    const told = await until(() => lines.find(({ msg }) => msg === 'the store does not do its work'));
    assert.match(told.reason ?? '', /nearly full/);
    const bob = await connect(server, { sub: 'bob' });
    assert.equal((await request(bob, 'join_room', { room_id })).document?.content, 'a');

    leave(path, 32 * mebibyte);
    await request(ann, 'collaboration_operation', operation);
    assert.deepEqual([await condition(), await up()], ['ready', '1']);
    await until(() => lines.some(({ msg }) => msg === 'the store does its work again'));
  });

  it('is found by the doctor', async () => {
    const path = neededDisk(16);
    const look = async () =>
      (await tutti(['doctor', '--offline'], { DATA_DIR: path, DATA_MIN_FREE_BYTES: '8388608', REDIS_URL: '' })).stdout;
    assert.match(await look(), /✓ rooms can be kept in \S+: 1[56] MiB are free/);
    leave(path, mebibyte);
    assert.match(await look(), /✗ the disk of \S+ has 1 MiB free, less than DATA_MIN_FREE_BYTES=8388608/);
  });

  it('ends the process where it was filled behind the server’s back, which loses nothing that was acknowledged', async () => {
    const path = neededDisk(16);
    const directory = join(path, 'data');
    const environment = {
      DATA_DIR: directory,
      DATA_MIN_FREE_BYTES: '0',
      HOST: '127.0.0.1',
      PORT: '0',
      LIMIT_OPERATIONS: '0',
    };
    const limits = { LIMIT_BYTES: '0', LOG_LEVEL: 'warn', JWT_SECRET: secret };
    const server = new Running(['serve'], { ...environment, ...limits });
    const url = (await server.prints(/http:\/\/127[\d.:]+/)).trim();
    const ann = await connect({ url }, { sub: 'ann' });
    await request(ann, 'join_room', { room_id, client_id: 'ann' });
    const lost = new Promise<{ ok: false }>((resolve) => ann.once('disconnect', () => resolve({ ok: false })));
    let acknowledged = 0;
    for (let sequence = 1; ann.connected; sequence++) {
      // What was there gives way, so that it is the log alone that grows.
      const operation = sequence === 1 ? ['x'.repeat(50_000)] : ['x'.repeat(50_000), { d: 50_000 }];
      const sent = ann.emitWithAck('collaboration_operation', { room_id, operation, sequence });
      const answer = await Promise.race([sent, lost]);
      if (!answer.ok) break;
      acknowledged += 1;
    }
    const code = await server.ended;
    // LMDB itself may end it, with a signal: it has written where it must not.
    if (code !== null)
      assert.ok(server.has(/could not be written.*the process ends, and is to be started again/), `${code}`);
    assert.notEqual(code, 0);

    rmSync(join(path, 'others'), { force: true });
    const log = await openLmdbLog({ directory, minFreeBytes: 0 });
    assert.ok(acknowledged > 10, `${acknowledged}`);
    const [stored] = await log.list({ prefix: '', after: '', limit: 1 });
    assert.ok((stored?.revision ?? 0) >= acknowledged, `${acknowledged} acknowledged, ${stored?.revision} there`);
    await log.close();
  });
});
