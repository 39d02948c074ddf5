import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { tryLock } from 'fs-native-extensions';

/**
 * Keeps every other process out of a data folder; returns how to let them in again. Throws an Error where another one
 * is in already. The operating system holds the lock and drops it with the process, however that ends: what stands in
 * the file is for people, so neither a file left behind nor the process numbers of containers matter.
 */
export async function lockFolder(directory: string): Promise<() => Promise<void>> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const file = await open(join(directory, 'lock'), 'a+');
  if (!tryLock(file.fd)) throw await inUse(directory, file);
  await file.truncate();
  // Where the disk is full, the lock holds all the same.
  await file.write(`${process.pid}\n`).catch(() => {});
  return () => file.close();
}

async function inUse(directory: string, file: FileHandle): Promise<Error> {
  const holder = (await file.readFile('utf8')).trim();
  await file.close();
  return new Error(
    `data folder ${directory} is in use by process ${holder}: one process only; for several, set REDIS_URL`,
  );
}
