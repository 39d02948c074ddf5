import { broken, type Reader } from './reader.ts';

/** What an item holds, by the number that Yjs gives it. */
const contents: Record<number, (reader: Reader) => number> = {
  // Deleted: no more than how much there was.
  1: (reader) => reader.uint(),
  // JSON, as old versions wrote it.
  2: (reader) => each(reader, () => reader.json('undefined')),
  // Binary
  3: (reader) => one(reader.bytes()),
  // Text, which counts UTF-16 units
  4: (reader) => reader.text().length,
  // Embedded
  5: (reader) => one(reader.json()),
  // A format, of a name and a value
  6: (reader) => {
    reader.text();
    return one(reader.json());
  },
  // A type
  7: (reader) => {
    const type = reader.uint();
    if (type > 6) throw broken(`no type has the number ${type}`);
    // Elements and hooks of XML have a name.
    return one((type === 3 || type === 5) && reader.text());
  },
  // Any values
  8: (reader) => each(reader, () => reader.any()),
  // A document within
  9: (reader) => {
    reader.text();
    if (reader.any() !== 'object') throw broken('a document within has no options');
    return 1;
  },
};

/** Passes over what an item holds, and returns how many clocks it takes. */
export function readContent(reader: Reader, kind: number): number {
  const read = contents[kind];
  if (!read) throw broken(kind === 10 ? 'it has a gap' : `no content has the number ${kind}`);
  return read(reader);
}

/** As many as are said to follow: each takes one clock. */
function each(reader: Reader, read: () => unknown): number {
  const count = reader.count();
  for (let left = count; left > 0; left--) read();
  return count;
}

function one(_read: unknown): number {
  return 1;
}
