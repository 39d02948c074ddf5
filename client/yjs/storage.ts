import type { Kept } from '../room/persistence.ts';
import type { ReplicaStorage } from '../room/storage.ts';
import type { Change, SavedBase, SavedDoc } from './saved.ts';

/** What is kept of a document besides its rows: `from` is the first of them that counts. */
interface Head extends Omit<Kept, 'saved'> {
  saved: Omit<SavedDoc, 'base' | 'more'> & { from: number };
}

/** A row is a base, or changes since the row before. */
type Row = { base: SavedBase } | { more: readonly Change[] };

/** What is stored under a name: rows from one to before another, of a base and of so many changes. */
interface Stored {
  base: SavedBase;
  changes: number;
  from: number;
  to: number;
}

/** How the names of rows begin: no replica's does. */
const rowForm = /^\+(\d+) /;
/** Those that appending() made. */
const ours = new WeakSet<ReplicaStorage>();

/**
 * A storage over another one, in which what is new of a document of Yjs is put beside what is there: it is stored anew only
 * where it has another base. Rows are named `+<number> <key>`.
 */
export function appending(storage: ReplicaStorage): ReplicaStorage {
  if (ours.has(storage)) return storage;
  const stored = new Map<string, Stored>();
  const nameOf = (key: string, row: number) => `+${row} ${key}`;

  async function rowsOf(key: string): Promise<number[]> {
    const rows = (await storage.keys()).flatMap((name) => {
      const row = Number(rowForm.exec(name)?.[1]);
      return name === nameOf(key, row) ? row : [];
    });
    return rows.sort((one, other) => one - other);
  }

  async function deleteRows(key: string, isOld: (row: number) => boolean): Promise<void> {
    for (const row of (await rowsOf(key)).filter(isOld)) await storage.delete(nameOf(key, row));
  }

  const over: ReplicaStorage = {
    async get(key) {
      const head = (await storage.get(key)) as Head | undefined;
      if (head?.saved?.from === undefined) return head;
      const { from, ...saved } = head.saved;
      const rows = (await rowsOf(key)).filter((row) => row >= from);
      const read = await Promise.all(rows.map((row) => storage.get(nameOf(key, row)) as Promise<Row>));
      const base = read.flatMap((row) => ('base' in row ? row.base : [])).at(-1);
      if (!base) return undefined;
      const more = read.flatMap((row) => ('more' in row ? row.more : []));
      stored.set(key, { base, changes: more.length, from, to: (rows.at(-1) ?? from) + 1 });
      return { ...head, saved: { ...saved, base, more } };
    },

    async set(key, value) {
      const { saved, ...kept } = value as Kept & { saved: SavedDoc };
      if (!saved?.base) return storage.set(key, value);
      const { base, more, ...place } = saved;
      const before = stored.get(key);
      const isSame = before?.base === base && before.changes <= more.length;
      const next: Stored = isSame ? { ...before } : { base, changes: 0, from: before?.to ?? 0, to: before?.to ?? 0 };
      const rows: Row[] = isSame ? [] : [{ base }];
      if (more.length > next.changes) rows.push({ more: more.slice(next.changes) });
      // Said before it is so: what is to be kept meanwhile comes behind.
      stored.set(key, { ...next, changes: more.length, to: next.to + rows.length });
      const put = rows.map((row, index) => storage.set(nameOf(key, next.to + index), row));
      // The head never says that there is a base before it is there. What is added goes at once: the page may be about to go.
      if (!isSame) await Promise.all(put);
      const head = storage.set(key, { ...kept, saved: { ...place, from: next.from } } as Head);
      const isKept = await Promise.all([...put, head]);
      if (!isSame) await deleteRows(key, (row) => row < next.from);
      return isKept.every((outcome) => outcome !== false);
    },

    async delete(key) {
      stored.delete(key);
      await deleteRows(key, () => true);
      await storage.delete(key);
    },

    keys: async () => (await storage.keys()).filter((key) => !rowForm.test(key)),
  };
  ours.add(over);
  return over;
}
