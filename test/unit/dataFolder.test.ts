import assert from 'node:assert/strict';
import { readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Key, open } from 'lmdb';
import { format, openData, openDataFile } from '../../server/logs/data.ts';
import { checkDataFile } from '../../server/logs/dataFile.ts';
import { examine } from '../../server/logs/examination.ts';
import { openLmdbLog } from '../../server/logs/lmdb.ts';
import type { Log } from '../../server/logs/log.ts';
import { Damaged } from '../../server/logs/proof.ts';
import { type Walked, walk } from '../../server/logs/walk.ts';
import { Refusal } from '../../shared/refusals.ts';
import { entry } from '../support/logContract.ts';
import { temporaryDirectory } from '../support/process.ts';
import { until } from '../support/until.ts';

const rooms = 40;

/** A data folder with some rooms, which nobody has open. */
async function folder(): Promise<{ directory: string; path: string }> {
  const directory = temporaryDirectory();
  const log = await openLmdbLog({ directory });
  for (let room = 0; room < rooms; room++) await write(log, `song:${room}`);
  await log.close();
  return { directory, path: join(directory, 'log.mdb') };
}

async function write(log: Log, room: string): Promise<void> {
  const entries = Array.from({ length: 20 }, (_, index) => entry(index + 1));
  const { epoch } = await log.append(room, { epoch: '', after: 0, entries });
  await log.snapshot(room, { epoch, revision: 10, content: 'x'.repeat(3_000) }, { entries: 15, bytes: 2 ** 20 });
}

/** Opens a folder that can not be opened, and returns why. */
async function complaint(directory: string): Promise<string> {
  const before = await contents(directory);
  const error = await openLmdbLog({ directory }).then(
    async (log) => {
      await log.close();
      throw new assert.AssertionError({ message: 'it was opened' });
    },
    (error: Error) => error,
  );
  assert.ok(!error.message.includes('\n'), error.message);
  assert.deepEqual(await contents(directory), before, 'nothing is changed');
  return error.message;
}

/** But for the lock, which says who was here. */
async function contents(directory: string): Promise<[string, string][]> {
  const names = (await readdir(directory)).filter((name) => name !== 'lock' && !name.endsWith('-lock')).sort();
  const files = names.map(
    async (name): Promise<[string, string]> => [name, await readFile(join(directory, name), 'hex')],
  );
  return Promise.all(files);
}

describe('a data folder', () => {
  it('whose data file is gone is not an empty one', async () => {
    const { directory, path } = await folder();
    await rename(path, `${path}.lost`);
    assert.match(await complaint(directory), /log\.mdb is gone: .*tutti restore.*to begin with no rooms, delete/);
    await rm(join(directory, 'format'));
    assert.match(await complaint(directory), /log\.mdb is gone/);
    await rm(`${path}-lock`);
    await (await openLmdbLog({ directory })).close();
  });

  for (const [name, bytes] of [
    ['nothing', 0],
    ['a few bytes', 100],
    ['one page', 4_096],
    ['its two first pages', 8_192],
    ['a part of a page more', 9_000],
    ['half', 0.5],
  ] as const) {
    it(`of whose data file ${name} is left says so, and is not opened`, async () => {
      const { directory, path } = await folder();
      const { size } = await stat(path);
      await truncate(path, bytes < 1 ? Math.floor(size * bytes) : bytes);
      assert.match(await complaint(directory), /log\.mdb is damaged: .*tutti restore/);
    });
  }

  it('of whose data file the end is missing is opened where nothing stood there, and not otherwise', async () => {
    const whole = Array.from({ length: rooms }, () => 20);
    for (const missing of [1, 4_096, 3 * 4_096, 8 * 4_096, 30 * 4_096]) {
      const { directory, path } = await folder();
      const { size } = await stat(path);
      await truncate(path, size - missing);
      const log = await openLmdbLog({ directory }).catch((error: Error) => error);
      if (log instanceof Error) assert.match(log.message, /log\.mdb is damaged: .*tutti restore/);
      else {
        const loaded = await Promise.all(whole.map((_, room) => log.load(`song:${room}`)));
        assert.deepEqual(
          loaded.map(({ revision }) => revision),
          whole,
        );
        await write(log, 'another');
        await log.close();
        assert.equal(await checkDataFile(path), true);
      }
    }
  });

  for (const [name, from, to] of [
    ['everything', 0, 1],
    ['its two first pages', 0, 8_192],
    ['all behind its two first pages', 8_192, 1],
  ] as const) {
    it(`with garbage for ${name} of its data file says so, and is not opened`, async () => {
      const { directory, path } = await folder();
      const bytes = await readFile(path);
      for (let at = from; at < (to === 1 ? bytes.length : to); at++) bytes[at] = (at * 31 + (at >> 8) * 7) & 0xff;
      await writeFile(path, bytes);
      assert.match(await complaint(directory), /log\.mdb is damaged: .*tutti restore/);
    });
  }

  it('may be another file than one of LMDB’s', async () => {
    const directory = temporaryDirectory();
    await writeFile(join(directory, 'log.mdb'), 'SQLite format 3\0'.repeat(1_000));
    assert.match(await complaint(directory), /does not begin as such a file does/);
  });

  it('of a newer format is refused', async () => {
    const { directory, path } = await folder();
    const root = openDataFile(path);
    await root.openDB({ name: 'meta' }).put('format', format + 1);
    await root.close();
    assert.match(await complaint(directory), new RegExp(`format ${format + 1}, from a newer Tutti`));
  });

  it('from before formats had numbers is migrated, and has all its rooms', async () => {
    const { directory, path } = await folder();
    const old = openDataFile(path);
    await old.openDB({ name: 'meta' }).drop();
    await old.close();
    await rm(join(directory, 'format'));
    const log = await openLmdbLog({ directory });
    assert.equal((await log.list({ prefix: '', after: '', limit: 100 })).length, rooms);
    assert.equal((await log.load('song:7')).revision, 20);
    await log.close();
    assert.equal(await readFile(join(directory, 'format'), 'utf8'), `${format}\n`);
    const root = await openData(directory);
    assert.equal(root.openDB({ name: 'meta' }).get('format'), format);
    await root.close();
  });

  it('of format 1, in which values were records, is read as it is, and written on', async () => {
    const { directory, path } = await folder();
    const values = new Map<string, [Key, unknown][]>();
    const now = openDataFile(path);
    for (const name of ['heads', 'entries', 'snapshots', 'clients'])
      values.set(
        name,
        [...now.openDB({ name }).getRange()].map(({ key, value }) => [key, value] as const),
      );
    await now.close();
    const old = open({ path });
    for (const [name, pairs] of values) for (const [key, value] of pairs) await old.openDB({ name }).put(key, value);
    await old.openDB({ name: 'meta' }).put('format', 1);
    await old.close();

    const log = await openLmdbLog({ directory });
    const { epoch, revision, entries } = await log.load('song:7');
    assert.deepEqual([revision, entries.length], [20, 10]);
    const [newest] = entries.slice(-1);
    assert.ok(newest);
    assert.equal((await log.append('song:7', { epoch, after: 20, entries: [newest] })).committed, true);
    assert.deepEqual(await log.client('song:7', newest.client_id), {
      ...{ user_id: newest.user_id, sequence: newest.sequence, revision: 21 },
    });
    await log.close();
    assert.deepEqual((await examine(path)).damaged, []);
    assert.equal(await readFile(join(directory, 'format'), 'utf8'), `${format}\n`);
  });

  it('is checked while another writes to it', async () => {
    const { directory, path } = await folder();
    const log = await openLmdbLog({ directory });
    for (let round = 0; round < 30; round++) {
      const writing = Promise.all(Array.from({ length: 5 }, (_, room) => write(log, `song:${round}-${room}`)));
      await checkDataFile(path);
      await writing;
    }
    await log.close();
  });

  it('whose data file is taken away while it is open takes nothing more', async () => {
    const { directory, path } = await folder();
    const log = await openLmdbLog({ directory });
    assert.equal(log.trouble, undefined);
    await rename(path, `${path}.away`);
    assert.match(log.trouble ?? '', /log\.mdb is not there/);
    const append = log.append('other', { epoch: '', after: 0, entries: [entry(1)] });
    await assert.rejects(append, (error) => error instanceof Refusal && error.error_code === 'unavailable');
    await rename(`${path}.away`, path);
    assert.equal(log.trouble, undefined);
    await log.append('other', { epoch: '', after: 0, entries: [entry(1)] });
    await log.close();
  });
});

describe('a walk through a data folder', () => {
  /** What is found when one thing is put where it does not belong. */
  async function found(damage: (dbs: ReturnType<typeof openDataFile>) => Promise<unknown>): Promise<string[]> {
    const { path } = await folder();
    const root = openDataFile(path);
    try {
      await damage(root);
      const walked: Walked = { rooms: 0, entries: 0 };
      const troubles = [...walk(root, walked)].map(({ room, trouble }) => `${room}: ${trouble}`);
      assert.equal(walked.rooms, rooms);
      return troubles;
    } finally {
      await root.close();
    }
  }

  it('finds all rooms whole, also in a process of its own, while another writes', async () => {
    assert.deepEqual(await found(async () => {}), []);
    const { directory, path } = await folder();
    const log = await openLmdbLog({ directory });
    const examining = examine(path);
    for (let room = 0; room < 100; room++) await write(log, `song:x${room}`);
    const { trouble, rooms: seen, damaged } = await examining;
    assert.deepEqual({ trouble, damaged }, { trouble: undefined, damaged: [] });
    assert.ok(seen >= rooms, `${seen}`);
    await log.close();
  });

  it('finds an entry that is missing', async () => {
    const troubles = await found((root) => root.openDB({ name: 'entries' }).remove(['song:3', 12]));
    assert.deepEqual(troubles, ['song:3: entries 12 to 12 are missing']);
  });

  it('finds that the newest entries are missing', async () => {
    const troubles = await found(async (root) => {
      const entries = root.openDB({ name: 'entries' });
      await Promise.all([19, 20].map((revision) => entries.remove(['song:3', revision])));
    });
    assert.deepEqual(troubles, ['song:3: entries 19 to 20 are missing']);
  });

  it('finds that the entries since the snapshot are missing', async () => {
    const troubles = await found(async (root) => {
      const snapshots = root.openDB({ name: 'snapshots' });
      await snapshots.remove(['song:3', 10]);
    });
    assert.deepEqual(troubles, ['song:3: entries 1 to 5 are missing']);
  });

  it('finds a snapshot, an entry and a head that make no sense', async () => {
    const troubles = await found(async (root) => {
      await root.openDB({ name: 'snapshots' }).put(['song:3', 10], 7);
      await root.openDB({ name: 'entries' }).put(['song:4', 20], 'x');
      await root.openDB({ name: 'heads' }).put('song:5', { epoch: '', revision: 3 });
      await root.openDB({ name: 'snapshots' }).put(['song:6', 30], { epoch: 'e', revision: 30, content: '' });
    });
    assert.deepEqual(troubles, [
      'song:3: its snapshot at 10 can not be read',
      'song:4: entry 20 can not be read',
      'song:5: its head makes no sense',
      'song:6: its snapshot is at 30, and its head at 20',
    ]);
  });

  it('survives what ends the process that walks', async () => {
    const { path } = await folder();
    const { size } = await stat(path);
    await truncate(path, Math.floor(size / 2));
    const { trouble } = await examine(path);
    assert.notEqual(trouble, undefined);
  });
});

describe('a room that is damaged, in LMDB', () => {
  it('is no other one: it is refused, and others go on', async () => {
    const { directory, path } = await folder();
    const root = openDataFile(path);
    const entries = root.openDB({ name: 'entries' });
    await entries.remove(['song:3', 12]);
    await root.openDB({ name: 'snapshots' }).remove(['song:4', 10]);
    await entries.put(['song:5', 12], { ...entries.get(['song:5', 12]), operation: [12, 'y'] });
    await root.close();
    const log = await openLmdbLog({ directory });
    for (const room of ['song:3', 'song:4', 'song:5']) await assert.rejects(log.load(room), Damaged);
    assert.equal((await log.load('song:6')).revision, 20);
    await log.close();
    const { damaged } = await examine(path);
    assert.deepEqual(
      damaged.map(({ room, trouble }) => `${room}: ${trouble}`),
      [
        'song:3: entries 12 to 12 are missing',
        'song:4: entries 1 to 5 are missing',
        'song:5: entry 12 is not what was written',
      ],
    );
  });
});

describe('clients that are remembered in LMDB', () => {
  it('go with age also in rooms to which nobody writes any more', async () => {
    const day = 24 * 60 * 60 * 1_000;
    const directory = temporaryDirectory();
    let now = 1_700_000_000_000;
    let log = await openLmdbLog({ directory, now: () => now });
    for (let room = 0; room < 10; room++) {
      const entries = Array.from({ length: 300 }, (_, index) => ({ ...entry(1), client_id: `service:${index}` }));
      await log.append(`song:${room}`, { epoch: '', after: 0, entries });
    }
    now += 7 * day;
    await log.append('song:new', { epoch: '', after: 0, entries: [entry(1)] });
    await log.close();
    now += 2 * day;
    log = await openLmdbLog({ directory, now: () => now });
    await until(async () => (await log.client('song:9', 'service:299')) === undefined);
    for (let room = 0; room < 10; room++) assert.equal(await log.client(`song:${room}`, 'service:0'), undefined);
    assert.equal((await log.client('song:new', 'client'))?.sequence, 1);
    await log.close();
  });
});
