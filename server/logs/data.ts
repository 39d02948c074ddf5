import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import { checkDataFile, DamagedFile } from './dataFile.ts';
import { examine } from './examination.ts';

/** What this version writes. Raised with what it keeps, and with a step in `migrations`. */
export const format = 2;
/** What brings a data file from the format of its index to the next. Format 0: there was no number yet; 1 is read as it is. */
const migrations: readonly ((root: RootDatabase) => Promise<void>)[] = [async () => {}, async () => {}];

/**
 * So that a commit is durable when it answers, and its failure is told once. With `overlappingSync`, LMDB answers
 * before it flushes. With `eventTurnBatching`, a failed commit also rejects a promise that nobody holds, which ends the
 * process; so each write is a batch() of its own, and all those of one turn of the event loop share a commit, as long
 * as they are fewer than `txnStartThreshold` puts. (`commitDelay` would do what rooms/beat.ts does, but it hangs.)
 */
const durable = { overlappingSync: false, eventTurnBatching: false, txnStartThreshold: 10_000 };
/**
 * How values are written: each by itself. With records, lmdb’s default, what encodes them remembers which fields objects have
 * had: that takes many times as long for an object of thousands that were not seen before, and is kept.
 */
const encoding = { useRecords: false, mapsAsObjects: true, variableMapSize: true };

/** The file with all the rooms of a data folder. */
export function dataFileOf(directory: string): string {
  return join(directory, 'log.mdb');
}

/** What says that there is, or was, a data file in a folder: its format, for people, and LMDB's lock. */
export function tracesOf(directory: string): string[] {
  return [join(directory, 'format'), `${dataFileOf(directory)}-lock`];
}

/**
 * Opens what is kept in a folder, which is the caller's alone. Throws an Error with one line where it is damaged, where
 * it is gone, and where a newer version has written it; what an older one wrote is migrated.
 */
export async function openData(directory: string): Promise<RootDatabase> {
  const path = dataFileOf(directory);
  const traces = tracesOf(directory);
  if (!existsSync(path)) {
    const left = traces.filter((trace) => existsSync(trace));
    if (left.length > 0) {
      const empty = `to begin with no rooms, delete ${left.join(' and ')}`;
      throw new Error(`${path} is gone: put it back, or a backup (tutti restore); ${empty}`);
    }
  } else if (!(await isWhole(path))) await rebuild(path);
  const root = openDataFile(path);
  try {
    await migrate(root, path);
    await writeFormat(directory);
    return root;
  } catch (error) {
    await root.close();
    throw error;
  }
}

/** Throws an Error with one line where a data file is damaged, as far as that is seen quickly. */
export async function checkWhole(path: string): Promise<void> {
  if (await isWhole(path)) return;
  const { trouble, damagedRooms } = await examine(path);
  if (trouble !== undefined && damagedRooms === 0) throw damaged(path, trouble);
}

/** The same; false where the end of the file is missing, and what stood there may be nothing. */
async function isWhole(path: string): Promise<boolean> {
  try {
    return await checkDataFile(path);
  } catch (error) {
    throw error instanceof DamagedFile ? damaged(path, error.message) : error;
  }
}

/** Puts a copy that has its end in the place of a data file without one, if nothing is missing. */
async function rebuild(path: string): Promise<void> {
  const copy = `${path}.whole`;
  await rm(copy, { force: true });
  const { trouble } = await examine(path, copy);
  if (trouble === undefined) await rename(copy, path);
  await rm(copy, { force: true });
  if (trouble !== undefined) throw damaged(path, trouble);
}

export function damaged(path: string, how: string): Error {
  return new Error(`${path} is damaged: ${how}; restore a backup (tutti restore --force)`);
}

/** Opens a data file as it is, for who has looked at it, or to read it, whoever else has it open. */
export function openDataFile(path: string, access: { readOnly?: true } = {}): RootDatabase {
  return open({ ...durable, ...encoding, ...access, path });
}

/** Of what wrote it; 0 for what had no number yet. */
export function formatOf(root: RootDatabase): number {
  const number: unknown = root.openDB({ name: 'meta' })?.get('format');
  return typeof number === 'number' ? number : 0;
}

/** Throws an Error where a newer version has written the data file. */
export function checkFormat(root: RootDatabase, path: string): number {
  const found = formatOf(root);
  if (found <= format) return found;
  throw new Error(`${path} has format ${found}, from a newer Tutti: this one knows ${format} and changes nothing`);
}

export async function migrate(root: RootDatabase, path: string): Promise<void> {
  const found = checkFormat(root, path);
  for (const step of migrations.slice(found)) await step(root);
  if (found < format) await root.openDB({ name: 'meta' }).put('format', format);
}

/** Leaves the number beside the data file, for people, and as a trace of it. */
export async function writeFormat(directory: string): Promise<void> {
  const path = join(directory, 'format');
  const text = `${format}\n`;
  if ((await readFile(path, 'utf8').catch(() => '')) !== text) await writeFile(path, text);
}
