import { type FileHandle, open, readdir, readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { newEpoch } from '../../server/logs/head.ts';
import { openLmdbLog } from '../../server/logs/lmdb.ts';
import { temporaryDirectory } from '../support/process.ts';
import { percentile, printTable } from './figures.ts';
import { keystroke } from './keystroke.ts';
import { CpuClock } from './machine.ts';

/*
 * What a durable commit costs by what may keep an embedded store: `npx tsx test/bench/embedded.ts`. With
 * SQLITE=<folder of better-sqlite3, or of another package with its interface> SQLite is measured, too.
 */

/** One operation of a room, with all that is to be stored of it. */
interface Write {
  room: string;
  epoch: string;
  revision: number;
}

interface Store {
  /** Resolves when all of it is on disk. */
  commit(writes: readonly Write[]): Promise<void>;
  /** The newest revision of a room. */
  revision(room: string): Promise<number>;
  close(): Promise<void>;
}

const seconds = Number(process.env.SECONDS ?? 5);
const manyRooms = 100_000;

const entryOf = ({ revision }: Write) => ({
  operation: keystroke(revision),
  client_id: 'ada',
  sequence: revision,
  user_id: 'ada',
  timestamp: Date.now(),
});

async function lmdb(directory: string): Promise<Store> {
  const log = await openLmdbLog({ directory, epoch: () => 'epoch' });
  return {
    async commit(writes) {
      await Promise.all(
        writes.map(async (write) => {
          const epoch = write.revision === 1 ? '' : 'epoch';
          const append = { epoch, after: write.revision - 1, entries: [entryOf(write)] };
          if (!(await log.append(write.room, append)).committed) throw new Error(`${write.room} was written already`);
        }),
      );
    },
    revision: async (room) => (await log.load(room)).revision,
    close: () => log.close(),
  };
}

/** One file to which lines are appended; where a room stands is known from reading all of it. */
async function journal(directory: string): Promise<Store> {
  const path = join(directory, 'journal');
  const heads = new Map<string, number>();
  for (const line of (await readFile(path, 'utf8').catch(() => '')).split('\n')) {
    if (line !== '') heads.set(JSON.parse(line).room, JSON.parse(line).revision);
  }
  const file: FileHandle = await open(path, 'a');
  return {
    async commit(writes) {
      await file.write(writes.map((write) => `${JSON.stringify({ ...write, entry: entryOf(write) })}\n`).join(''));
      await file.datasync();
      for (const { room, revision } of writes) heads.set(room, revision);
    },
    revision: async (room) => heads.get(room) ?? 0,
    close: () => file.close(),
  };
}

const sqliteWorker = `
const { parentPort, workerData } = require('node:worker_threads');
const Database = require(workerData.module);
const db = new Database(workerData.path);
for (const pragma of ['journal_mode = WAL', 'synchronous = FULL']) db.pragma(pragma);
db.exec('CREATE TABLE IF NOT EXISTS heads (room TEXT PRIMARY KEY, head TEXT) WITHOUT ROWID;' +
  'CREATE TABLE IF NOT EXISTS entries (room TEXT, revision INTEGER, entry TEXT, PRIMARY KEY (room, revision)) WITHOUT ROWID;' +
  'CREATE TABLE IF NOT EXISTS clients (room TEXT, client TEXT, record TEXT, PRIMARY KEY (room, client)) WITHOUT ROWID;');
const head = db.prepare('INSERT OR REPLACE INTO heads VALUES (?, ?)');
const entry = db.prepare('INSERT INTO entries VALUES (?, ?, ?)');
const client = db.prepare('INSERT OR REPLACE INTO clients VALUES (?, ?, ?)');
const read = db.prepare('SELECT head FROM heads WHERE room = ?');
const commit = db.transaction((rows) => {
  for (const [room, revision, made, record, at] of rows) {
    entry.run(room, revision, made); client.run(room, 'ada', record); head.run(room, at);
  }
});
parentPort.on('message', ({ rows, room, close }) => {
  if (rows) { commit(rows); parentPort.postMessage(0); }
  else if (close) { db.close(); parentPort.postMessage(0); process.exit(); }
  else parentPort.postMessage(JSON.parse(read.get(room)?.head ?? '{"revision":0}').revision);
});
`;

/** In a worker, so that a flush holds up nobody. */
async function sqlite(directory: string): Promise<Store> {
  const module = createRequire(import.meta.url).resolve(process.env.SQLITE ?? '');
  const worker = new Worker(sqliteWorker, { eval: true, workerData: { module, path: join(directory, 'log.sqlite') } });
  const ask = (message: object) =>
    new Promise<number>((resolve, reject) => {
      worker.once('error', reject);
      worker.once('message', (answer: number) => {
        worker.off('error', reject);
        resolve(answer);
      });
      worker.postMessage(message);
    });
  return {
    async commit(writes) {
      const rows = writes.map((write) => {
        const { epoch, revision, room } = write;
        const record = JSON.stringify({ user_id: 'ada', sequence: revision, revision });
        return [room, revision, JSON.stringify(entryOf(write)), record, JSON.stringify({ epoch, revision })];
      });
      await ask({ rows });
    },
    revision: (room) => ask({ room }),
    close: async () => void (await ask({ close: true })),
  };
}

/** Microseconds of CPU and milliseconds of a commit of one operation in each of so many rooms. */
async function commits(store: Store, name: string, rooms: number): Promise<[number, number]> {
  const epoch = newEpoch();
  const times: number[] = [];
  const cpu = new CpuClock(process.pid);
  const began = cpu.read();
  for (const end = performance.now() + 1000 * seconds; performance.now() < end; ) {
    const revision = times.length + 1;
    const at = performance.now();
    await store.commit(Array.from({ length: rooms }, (_, room) => ({ room: `${name}${room}`, epoch, revision })));
    times.push(performance.now() - at);
  }
  return [(cpu.read() - began) / times.length, percentile(times, 50)];
}

async function measure(name: string, open: (directory: string) => Promise<Store>): Promise<string[]> {
  const directory = temporaryDirectory();
  const store = await open(directory);
  await commits(store, 'warm', 1);
  const [alone, few] = [await commits(store, 'alone', 1), await commits(store, 'few', 15)];
  await store.close();

  const crowded = temporaryDirectory();
  const filling = await open(crowded);
  for (let room = 0; room < manyRooms; room += 1000) {
    const rooms = Array.from({ length: 1000 }, (_, index) => `org/song:${room + index}`);
    await filling.commit(rooms.map((room) => ({ room, epoch: 'epoch', revision: 1 })));
  }
  await filling.close();
  const began = performance.now();
  const again = await open(crowded);
  await again.revision('org/song:4711');
  const opened = performance.now() - began;
  await again.close();
  return [
    name,
    `${alone[0].toFixed(0)} µs, ${alone[1].toFixed(2)} ms`,
    `${few[0].toFixed(0)} µs, ${few[1].toFixed(2)} ms`,
    `${opened.toFixed(0)} ms`,
    `${((await bytesIn(crowded)) / manyRooms).toFixed(0)} B`,
  ];
}

async function bytesIn(directory: string): Promise<number> {
  const sizes = (await readdir(directory)).map(async (name) => 512 * (await stat(join(directory, name))).blocks);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

const rows = [await measure('LMDB', lmdb), await measure('journal', journal)];
if (process.env.SQLITE) rows.push(await measure('SQLite, WAL, FULL', sqlite));
printTable([['', 'one room', '15 rooms', `opens ${manyRooms} rooms`, 'a room of one operation'], ...rows]);
process.exit();
