import { broken, Reader } from './reader.ts';
import { readContent } from './struct.ts';

/** Structs of one Yjs client, one after the other: they take the clocks from `from` to before `to`. */
export interface Run {
  readonly client: number;
  readonly from: number;
  readonly to: number;
  /** What its structs stand beside or in, where that is another client's: clock of the struct, client and clock, in turn. */
  readonly links: readonly number[];
}

/** What is deleted of one client, from a clock on. */
export interface Span {
  readonly client: number;
  readonly clock: number;
  readonly length: number;
}

/** What an update of Yjs says, but for the contents. */
export interface Update {
  /** One for each client. */
  readonly runs: readonly Run[];
  /** Those of a client are in a row, in order, and none meets another. */
  readonly deletes: readonly Span[];
  /** How many structs and spans there are: applying it takes as long. */
  readonly parts: number;
}

/** Nobody types more. */
const highestClock = 2 ** 31;

/**
 * Reads an update (version 1) without making anything of it. Refuses `bad_request` what Yjs would not have written, or
 * what would make another one throw. It takes time and memory in proportion to the bytes.
 */
export function readUpdate(bytes: Uint8Array): Update {
  const reader = new Reader(bytes);
  const runs: Run[] = [];
  let parts = 0;
  for (let left = reader.count(); left > 0; left--) {
    const structs = reader.count();
    parts += structs;
    runs.push(readRun(reader, structs));
  }
  const deletes = readDeletes(reader);
  if (!reader.isAtEnd) throw broken('something follows its end');
  if (new Set(runs.map(({ client }) => client)).size < runs.length) throw broken('it has a client twice');
  return { runs, deletes, parts: parts + deletes.length };
}

function readRun(reader: Reader, structs: number): Run {
  if (structs === 0) throw broken('a client has no structs');
  const client = reader.uint();
  const from = reader.uint();
  const links: number[] = [];
  let clock = from;
  for (let left = structs; left > 0; left--) {
    const link = () => {
      const [other, at] = [reader.uint(), reader.uint()];
      if (other !== client) links.push(clock, other, at);
      else if (at >= clock) throw broken('a struct stands beside itself, or a later one');
    };
    const length = readStruct(reader, link);
    if (length === 0) throw broken('a struct is empty');
    clock += length;
    if (clock > highestClock) throw broken(`a clock is above ${highestClock}`);
  }
  return { client, from, to: clock, links };
}

/** Returns how many clocks it takes. */
function readStruct(reader: Reader, link: () => void): number {
  const info = reader.byte();
  const kind = info & 0x1f;
  if (info === 0) return reader.uint();
  const [hasLeft, hasRight, hasKey] = [info & 0x80, info & 0x40, info & 0x20];
  if (hasLeft) link();
  if (hasRight) link();
  if (!hasLeft && !hasRight) {
    const parent = reader.uint();
    if (parent === 1) reader.text();
    else if (parent === 0) link();
    else throw broken('a struct has no parent');
    if (hasKey) reader.text();
  }
  return readContent(reader, kind);
}

function readDeletes(reader: Reader): Span[] {
  const deletes: Span[] = [];
  const clients = new Set<number>();
  for (let left = reader.count(); left > 0; left--) {
    const client = reader.uint();
    if (clients.has(client)) throw broken('it deletes of a client twice');
    clients.add(client);
    let end = 0;
    for (let spans = reader.count(); spans > 0; spans--) {
      const [clock, length] = [reader.uint(), reader.uint()];
      // Each takes as long as there are structs in it: they are to be those of the document once.
      if (clock < end) throw broken('deletions are not in order');
      end = clock + length;
      if (length === 0 || end > highestClock) throw broken('a deletion is empty, or too long');
      deletes.push({ client, clock, length });
    }
  }
  return deletes;
}
