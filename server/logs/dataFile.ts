import { type FileHandle, open } from 'node:fs/promises';

/** What each page begins with: its number, a transaction, padding, flags, and where its free room begins and ends. */
const pageHeader = 24;
const flagsAt = 18;
const lowerAt = 20;
const isBranch = 0x01;
const isLeaf = 0x02;
const isMeta = 0x08;
/** Of an entry whose value describes a database. */
const isDatabase = 0x02;
const magic = 0xbeefc0de;
const dataVersion = 2;
/** Where a page's number stands in what describes a database. */
const rootAt = 40;
const noPage = 0xffff_ffff_ffff_ffffn;

/** What of a data file is no more; says so in one line. */
export class DamagedFile extends Error {}

interface Meta {
  pageSize: number;
  /** Of all the databases. */
  root: bigint;
  lastPage: bigint;
  transaction: bigint;
}

/**
 * Looks at an LMDB data file before it is mapped into memory, since LMDB believes what it finds there, and what is wrong
 * ends the process. Throws DamagedFile. False where the end of the file is missing: it may be that nothing stood there,
 * and only a walk through all of it tells (see walk.ts).
 */
export async function checkDataFile(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    for (;;) {
      const meta = await newestMeta(file);
      try {
        return await checkPages(file, meta);
      } catch (error) {
        // Whoever writes to it meanwhile uses pages again.
        if ((await newestMeta(file)).transaction === meta.transaction) throw error;
      }
    }
  } finally {
    await file.close();
  }
}

async function checkPages(file: FileHandle, { pageSize, root, lastPage }: Meta): Promise<boolean> {
  const { size } = await file.stat();
  const isThere = (page: bigint) => (Number(page) + 1) * pageSize <= size;
  const check = async (page: bigint) => {
    if (!isThere(page)) throw new DamagedFile(`it ends after ${size} bytes, before what it needs first`);
    return await checkPage(file, page, pageSize);
  };
  if (root !== noPage) {
    for (const page of rootsIn(await check(root), root)) if (page !== noPage) await check(page);
  }
  return isThere(lastPage);
}

/** Of the two that are written in turns. */
async function newestMeta(file: FileHandle): Promise<Meta> {
  const first = metaOf(await read(file, 0, 256));
  const pageSize = first?.pageSize ?? 4096;
  const metas = [first, metaOf(await read(file, pageSize, 256))].filter((meta) => meta !== undefined);
  const [one, other] = metas;
  if (!one) throw new DamagedFile(`it has ${(await file.stat()).size} bytes, and does not begin as such a file does`);
  return other && other.transaction > one.transaction ? other : one;
}

function metaOf(page: Buffer): Meta | undefined {
  if (page.length < 160 || (page.readUInt16LE(flagsAt) & isMeta) === 0) return undefined;
  if (page.readUInt32LE(pageHeader) !== magic || page.readUInt32LE(pageHeader + 4) !== dataVersion) return undefined;
  const pageSize = page.readUInt32LE(48);
  if (pageSize < 256 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) return undefined;
  return {
    pageSize,
    root: page.readBigUInt64LE(96 + rootAt),
    lastPage: page.readBigUInt64LE(144),
    transaction: page.readBigUInt64LE(152),
  };
}

/** The first pages of the databases that a page describes; nothing where it only leads to such pages. */
function rootsIn(bytes: Buffer, page: bigint): bigint[] {
  if ((bytes.readUInt16LE(flagsAt) & isLeaf) === 0) return [];
  const roots: bigint[] = [];
  for (let index = 0; index < bytes.readUInt16LE(lowerAt) / 2; index++) {
    const entry = pageHeader + bytes.readUInt16LE(pageHeader + 2 * index);
    if (entry + 8 > bytes.length) throw damagedPage(page);
    const value = entry + 8 + bytes.readUInt16LE(entry + 6);
    if ((bytes.readUInt16LE(entry + 4) & isDatabase) === 0) continue;
    if (value + rootAt + 8 > bytes.length) throw damagedPage(page);
    roots.push(bytes.readBigUInt64LE(value + rootAt));
  }
  return roots;
}

async function checkPage(file: FileHandle, page: bigint, pageSize: number): Promise<Buffer> {
  const bytes = await read(file, Number(page) * pageSize, pageSize);
  const isNode = bytes.length === pageSize && (bytes.readUInt16LE(flagsAt) & (isBranch | isLeaf)) !== 0;
  const lower = isNode ? bytes.readUInt16LE(lowerAt) : pageSize;
  if (!isNode || bytes.readBigUInt64LE(0) !== page || lower > pageSize - pageHeader) throw damagedPage(page);
  return bytes;
}

function damagedPage(page: bigint): DamagedFile {
  return new DamagedFile(`page ${page} is not what it was`);
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
