import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, feeds, memoryStorage, type Room } from '../../client/index.ts';
import { backUp, restore } from '../../server/logs/backup.ts';
import { openDataFile } from '../../server/logs/data.ts';
import { openLmdbLog } from '../../server/logs/lmdb.ts';
import { Damaged } from '../../server/logs/proof.ts';
import { cleanup } from '../support/cleanup.ts';
import { tutti } from '../support/commandLine.ts';
import { entry } from '../support/logContract.ts';
import { freePort } from '../support/ports.ts';
import { type ServerProcess, startServer, temporaryDirectory } from '../support/process.ts';
import { connect, request, secret, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';

const noRedis = { REDIS_URL: '', REDISCLOUD_URL: '' };
const room_id = 'song:1';

/** Runs what has to succeed, and returns what it prints. */
async function done(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await tutti(args, noRedis);
  assert.equal(code, 0, stderr);
  return stdout;
}

/** Runs what is refused, and returns why. */
async function refused(...args: string[]): Promise<string> {
  const { code, stderr } = await tutti(args, noRedis);
  assert.equal(code, 1, stderr);
  assert.match(stderr, /^tutti: [^\n]*\n$/);
  return stderr;
}

async function serve(directory: string, port: number): Promise<ServerProcess> {
  const open = { LIMIT_OPERATIONS: '0', LIMIT_CONNECTIONS: '0', LOG_LEVEL: 'warn' };
  const server = await startServer({
    DATA_DIR: directory,
    PORT: String(port),
    JWT_SECRET: secret,
    ...open,
    ...noRedis,
  });
  cleanup(() => server.kill());
  return server;
}

/** Someone in a room, as the page is. */
function visitor(server: { url: string }, sub: string): Room {
  const client = new Client(server.url, { token: tokenFor({ sub, name: sub }), storage: memoryStorage() });
  cleanup(() => client.disconnect());
  client.connect();
  return client.room(room_id);
}

/** Someone in a channel. */
function member(server: { url: string }, sub: string): Room {
  const token = tokenFor({ sub, name: sub });
  const client = new Client(server.url, { token, storage: memoryStorage(), documents: [feeds] });
  cleanup(() => client.disconnect());
  client.connect();
  return client.room('channel:general');
}

async function write(room: Room, text: string): Promise<void> {
  room.text.insert(room.text.length, text);
  await room.text.stored();
}

/** All have the same, and nothing is on its way. */
function synchronized(...rooms: Room[]): Promise<true> {
  return until(() =>
    rooms.every(({ text }) => text.status.state === 'synchronized' && text.text === rooms[0]?.text.text),
  );
}

/** A data folder with some rooms that nobody has open. */
async function folder(): Promise<string> {
  const directory = temporaryDirectory();
  const log = await openLmdbLog({ directory });
  for (let room = 0; room < 30; room++) {
    const entries = Array.from({ length: 20 }, (_, index) => entry(index + 1));
    const { epoch } = await log.append(`song:${room}`, { epoch: '', after: 0, entries });
    await log.snapshot(
      `song:${room}`,
      { epoch, revision: 10, content: 'x'.repeat(2_000) },
      { entries: 15, bytes: 1e6 },
    );
  }
  await log.close();
  return directory;
}

describe('tutti backup and tutti restore', function () {
  // Each command is a process, and there are many of them.
  this.timeout(180_000);

  it('bring back a song to clients that stand beyond the backup: all have one text, and all that somebody has is in it once', async () => {
    const [directory, port] = [temporaryDirectory(), await freePort()];
    const backup = join(temporaryDirectory(), 'songs.backup');
    const first = await serve(directory, port);
    const [ann, bob] = [visitor(first, 'ann'), visitor(first, 'bob')];
    await write(ann, 'kept ');
    await backUp(directory, backup);
    await write(ann, 'lost ');
    await write(bob, 'lost, too ');
    await synchronized(ann, bob);
    const raw = await connect(first, { sub: 'raw' });
    const beyond = await request(raw, 'join_room', { room_id });

    await first.kill();
    await until(() => ann.state.status === 'joining' && bob.state.status === 'joining');
    ann.text.insert(ann.text.length, 'unsent');
    await restore(backup, directory, true);
    const second = await serve(directory, port);
    await ann.text.stored();
    const carl = visitor(second, 'carl');
    await synchronized(ann, bob, carl);
    assert.deepEqual(carl.text.text.split(' ').sort(), ['kept', 'lost', 'lost,', 'too', 'unsent'], carl.text.text);
    await write(bob, '!');
    await synchronized(ann, bob, carl);
    assert.match(ann.text.text, /^kept .*!$/);

    const again = await connect(second, { sub: 'raw' });
    const { epoch, revision } = beyond;
    const state = await request(again, 'join_room', { room_id, since: { epoch, revision } });
    assert.notEqual(state.epoch, epoch);
    assert.equal(state.document?.content, ann.text.text, 'the whole document, not what followed');
  });

  it('bring back a feed: all have the entries of the backup, and what was sent since', async () => {
    const [directory, port] = [temporaryDirectory(), await freePort()];
    const backup = join(temporaryDirectory(), 'feeds.backup');
    const first = await serve(directory, port);
    const [ann, bob] = [member(first, 'ann'), member(first, 'bob')];
    await ann.feed.send('kept');
    await backUp(directory, backup);
    await ann.feed.send('lost');
    await until(() => bob.feed.entries.length === 2);
    await first.kill();
    await restore(backup, directory, true);
    await serve(directory, port);
    await Promise.all([ann.feed.send('new'), bob.feed.send('newer')]);
    await until(() => ann.feed.entries.length === 3 && bob.feed.entries.length === 3);
    assert.deepEqual(ann.feed.entries, bob.feed.entries);
    const texts = ann.feed.entries.map((entry) => entry.text);
    assert.deepEqual([texts[0], [...texts.slice(1)].sort()], ['kept', ['new', 'newer']]);
  });

  it('have all that was acknowledged before, while somebody goes on writing', async () => {
    const [directory, port] = [temporaryDirectory(), await freePort()];
    const server = await serve(directory, port);
    const ann = await connect(server, { sub: 'ann' });
    await request(ann, 'join_room', { room_id, client_id: 'ann' });
    let sequence = 0;
    let writing = true;
    const writes = (async () => {
      while (writing) {
        sequence += 1;
        await request(ann, 'collaboration_operation', { room_id, operation: [`<${sequence}>`], sequence });
      }
    })();
    await until(() => sequence > 1);
    for (let round = 0; round < 2; round++) {
      const before = sequence - 1;
      const backup = join(temporaryDirectory(), 'songs.backup');
      assert.equal((await backUp(directory, backup)).damagedRooms, 0);
      assert.ok(sequence > before + 1, 'it goes on');
      const restored = temporaryDirectory();
      assert.equal((await restore(backup, restored)).damagedRooms, 0);
      const log = await openLmdbLog({ directory: restored });
      const [stored] = await log.list({ prefix: '', after: '', limit: 1 });
      const { room = '', revision = 0 } = stored ?? {};
      const record = await log.client(room, 'ann');
      assert.ok(revision >= before, `${revision} of ${before}`);
      assert.equal(record?.sequence, revision);
      await log.close();
    }
    writing = false;
    await writes;
    assert.match(await done('doctor', '--data', directory), /are whole/);
  });

  it('leave out nothing: snapshots, entries, clients; and each room has an epoch of its own', async () => {
    const directory = await folder();
    const backup = join(temporaryDirectory(), 'songs.backup');
    assert.match(await done('backup', '-d', directory, backup), /songs\.backup: 30 rooms, \d+\.\d MB/);
    assert.equal(statSync(backup).mode & 0o077, 0, 'others may not read it');
    const restored = join(temporaryDirectory(), 'new');
    await done('restore', '-d', restored, backup);
    const [before, after] = [await openLmdbLog({ directory }), await openLmdbLog({ directory: restored })];
    const epochs = new Set<string>();
    for (let room = 0; room < 30; room++) {
      const [was, is] = [await before.load(`song:${room}`), await after.load(`song:${room}`)];
      const { epoch } = is;
      assert.notEqual(epoch, was.epoch);
      epochs.add(epoch);
      assert.deepEqual(is, { ...was, epoch, snapshot: { ...was.snapshot, epoch } });
      assert.deepEqual(await after.client(`song:${room}`, 'client'), await before.client(`song:${room}`, 'client'));
      assert.ok((await after.append(`song:${room}`, { epoch, after: 20, entries: [entry(21)] })).committed);
    }
    assert.equal(epochs.size, 30);
    await Promise.all([before.close(), after.close()]);
  });

  it('touch nothing that is there, unless they are told to', async () => {
    const directory = await folder();
    const backup = join(temporaryDirectory(), 'songs.backup');
    await done('backup', '-d', directory, backup);
    const before = readFileSync(backup);
    assert.match(await refused('backup', '-d', directory, backup), /is there already: --force/);
    assert.deepEqual(readFileSync(backup), before);
    await done('backup', '--force', '-d', directory, backup);

    assert.match(await refused('restore', '-d', directory, backup), /is not empty: --force/);
    const port = await freePort();
    const server = await serve(directory, port);
    for (const force of [[], ['--force']]) {
      assert.match(await refused('restore', ...force, '-d', directory, backup), /is in use by process \d+/);
    }
    await server.stop();
    const aside = /what was there before is (\S+)/.exec(await done('restore', '--force', '-d', directory, backup))?.[1];
    assert.ok(aside && existsSync(aside));
    assert.deepEqual(
      readdirSync(directory).filter((name) => name.includes('restoring')),
      [],
    );
  });

  it('say in a line what can not be: nothing there, damage, a newer format', async () => {
    const directory = await folder();
    const elsewhere = temporaryDirectory();
    const backup = join(elsewhere, 'songs.backup');
    assert.match(await refused('backup', '-d', elsewhere, backup), /holds no rooms/);
    assert.match(await refused('restore', '-d', elsewhere, backup), /there is no .*songs\.backup/);
    await backUp(directory, backup);

    const newer = openDataFile(backup);
    await newer.openDB({ name: 'meta' }).put('format', 99);
    await newer.close();
    await assert.rejects(restore(backup, join(elsewhere, 'a')), /format 99, from a newer Tutti/);
    await backUp(directory, backup, true);
    truncateSync(backup, Math.floor(statSync(backup).size / 2));
    await assert.rejects(restore(backup, join(elsewhere, 'b')), /is damaged/);
    writeFileSync(backup, 'a backup? no');
    await assert.rejects(restore(backup, join(elsewhere, 'c')), /is damaged/);
    for (const name of ['a', 'b', 'c']) {
      const left = existsSync(join(elsewhere, name)) ? readdirSync(join(elsewhere, name)) : [];
      assert.deepEqual(
        left.filter((file) => file !== 'lock'),
        [],
      );
    }
    truncateSync(join(directory, 'log.mdb'), 20_000);
    await assert.rejects(backUp(directory, join(elsewhere, 'd')), /is damaged/);
    assert.ok(!existsSync(join(elsewhere, 'd')));
  });

  it('copy also a room that is damaged, and say so', async () => {
    const directory = await folder();
    const root = openDataFile(join(directory, 'log.mdb'));
    await root.openDB({ name: 'entries' }).remove(['song:7', 15]);
    await root.close();
    const backup = join(temporaryDirectory(), 'songs.backup');
    const restored = temporaryDirectory();
    for (const args of [
      ['backup', '-d', directory, backup],
      ['restore', '-d', restored, backup],
    ]) {
      const { code, stderr } = await tutti(args, noRedis);
      assert.equal(code, 1);
      assert.match(stderr, /room song:7: entries 15 to 15 are missing\n.*1 of 30 rooms are damaged/);
    }
    const log = await openLmdbLog({ directory: restored });
    assert.equal((await log.load('song:8')).revision, 20);
    await assert.rejects(log.load('song:7'), Damaged);
    await log.close();
  });

  it('say what to do where rooms are in Redis', async () => {
    for (const command of ['backup', 'restore']) {
      const { code, stderr } = await tutti([command, 'file'], { REDIS_URL: 'redis://127.0.0.1:1' });
      assert.equal(code, 1);
      assert.match(stderr, /rooms are in Redis[\s\S]*appendonlydir/);
    }
  });
});

describe('tutti serve and tutti doctor, over a damaged folder', () => {
  for (const [name, damage] of [
    ['cut in half', (path: string) => truncateSync(path, Math.floor(statSync(path).size / 2))],
    ['emptied', (path: string) => truncateSync(path, 0)],
    ['overwritten', (path: string) => writeFileSync(path, Buffer.alloc(statSync(path).size, 'garbage '))],
  ] as const) {
    it(`end with one line and exit code 1: ${name}`, async () => {
      const directory = await folder();
      damage(join(directory, 'log.mdb'));
      const { code, stderr } = await tutti(['serve', '-d', directory], { ...noRedis, PORT: '0' });
      assert.equal(code, 1, stderr);
      assert.match(stderr, /^tutti: \S+log\.mdb is damaged: [^\n]*\n$/);
      const doctor = await tutti(['doctor', '--data', directory], noRedis);
      assert.equal(doctor.code, 1);
      assert.match(doctor.stdout, /✗ \S+log\.mdb/);
    });
  }

  it('name the rooms that are damaged', async () => {
    const directory = await folder();
    const root = openDataFile(join(directory, 'log.mdb'));
    await root.openDB({ name: 'entries' }).remove(['song:7', 15]);
    await root.close();
    const { code, stdout } = await tutti(['doctor', '--data', directory], noRedis);
    assert.equal(code, 1);
    assert.match(stdout, /✗ room song:7: entries 15 to 15 are missing\n[\s\S]*1 of 30 rooms are damaged/);
  });
});
