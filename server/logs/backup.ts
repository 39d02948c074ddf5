import { copyFile, open as openFile, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Database, RootDatabase } from 'lmdb';
import { checkFormat, checkWhole, damaged, dataFileOf, migrate, openDataFile, tracesOf, writeFormat } from './data.ts';
import { type Examination, examine } from './examination.ts';
import { type Head, newEpoch } from './head.ts';
import { lockFolder } from './lock.ts';

/** How many rooms are given another epoch with one commit. */
const roomsAtOnce = 1_000;

/** What was copied. */
export interface Copied extends Examination {
  bytes: number;
}

/**
 * Copies what a data folder holds at this moment into one file, also while a server writes to it. The file is there when
 * it was read once and is on disk; rooms that are damaged are so in the copy. Throws an Error where there is a file already,
 * unless `force` is given.
 */
export async function backUp(directory: string, file: string, force = false): Promise<Copied> {
  const path = dataFileOf(directory);
  if (!(await exists(path))) throw new Error(`${directory} holds no rooms: there is no ${path}`);
  if (!force && (await exists(file))) throw new Error(`${file} is there already: --force puts the backup in its place`);
  await checkWhole(path);
  const part = `${file}.part`;
  const root = openDataFile(path, { readOnly: true });
  try {
    checkFormat(root, path);
    await rm(part, { force: true });
    await root.backup(part, true);
    await flush(part);
    const found = await readable(part, path);
    await rename(part, file);
    await flush(dirname(file));
    return { ...found, bytes: (await stat(file)).size };
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  } finally {
    await rm(`${part}-lock`, { force: true });
    await root.close();
  }
}

/** What was put back. */
export interface Restored extends Examination {
  /** Where what was there before stands now. */
  before: string | undefined;
}

/**
 * Puts a backup into a data folder that no server has open, and begins a new epoch for each of its rooms: who knows more
 * of one than the backup has learns that it is another history, and merges. Throws an Error, and changes nothing, where
 * the backup can not be read, and where the folder holds rooms, unless `force` is given; those are put aside.
 */
export async function restore(file: string, directory: string, force = false): Promise<Restored> {
  if (!(await exists(file))) throw new Error(`there is no ${file}`);
  await checkWhole(file);
  const unlock = await lockFolder(directory);
  const path = dataFileOf(directory);
  const coming = join(directory, 'restoring.mdb');
  try {
    const traces = [];
    for (const name of [path, ...tracesOf(directory)]) if (await exists(name)) traces.push(name);
    if (!force && traces.length > 0) {
      throw new Error(`${directory} is not empty: --force puts its rooms aside and the backup in their place`);
    }
    await rm(coming, { force: true });
    await checkSpace(directory, (await stat(file)).size);
    await copyFile(file, coming);
    const found = await readable(coming, file);
    const root = openDataFile(coming);
    try {
      await migrate(root, coming);
      await beginEpochs(root);
    } finally {
      await root.close();
    }
    await flush(coming);
    await rm(`${coming}-lock`, { force: true });
    const before = (await exists(path)) ? asideOf(path) : undefined;
    if (before !== undefined) await rename(path, before);
    await rm(`${path}-lock`, { force: true });
    await rename(coming, path);
    await writeFormat(directory);
    await flush(directory);
    return { ...found, before };
  } finally {
    for (const left of [coming, `${coming}-lock`]) await rm(left, { force: true });
    await unlock();
  }
}

async function beginEpochs(root: RootDatabase): Promise<void> {
  const heads: Database<Head, string> = root.openDB({ name: 'heads' });
  for (let after: string | undefined; ; ) {
    const range = { ...(after !== undefined && { start: after, exclusiveStart: true }), limit: roomsAtOnce };
    const some = [...heads.getRange(range)];
    if (some.length === 0) return;
    await root.batch(() => {
      for (const { key, value } of some) heads.put(key, { ...value, epoch: newEpoch() });
    });
    after = some.at(-1)?.key;
  }
}

/** Throws an Error where a copy can not be read as a whole, and names what it is a copy of. */
async function readable(copy: string, original: string): Promise<Examination> {
  const found = await examine(copy);
  if (found.trouble !== undefined && found.damagedRooms === 0) throw damaged(original, found.trouble);
  return found;
}

/** Throws an Error where there is no room for so many bytes, and for what is then written to them. */
async function checkSpace(directory: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  if (bavail * bsize >= 2 * bytes) return;
  const mebibytes = Math.ceil((2 * bytes) / 2 ** 20);
  throw new Error(`${directory} needs ${mebibytes} MiB, and ${Math.floor((bavail * bsize) / 2 ** 20)} MiB are free`);
}

function asideOf(path: string): string {
  return `${path}.before-${new Date().toISOString().replace(/[:.]/g, '-')}`;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Has a file, or the names in a folder, on disk. */
async function flush(path: string): Promise<void> {
  const file = await openFile(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
