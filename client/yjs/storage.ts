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

/**
 * A storage of documents of Yjs over another one: what is new of a document is put beside what is there, and it is stored
 * anew only where it has another base. Rows have names of their own: `<key> +<number>` (see room/cleaning.ts).
 */
export function appending(storage: ReplicaStorage): ReplicaStorage {
  const stored = new Map<string, Stored>();
  const nameOf = (key: string, row: number) => `${key} +${row}`;

  async function rowsOf(key: string): Promise<number[]> {
    const begin = nameOf(key, 0).slice(0, -1);
    const names = (await storage.keys()).filter((name) => name.startsWith(begin));
    return names.map((name) => Number(name.slice(begin.length))).sort((one, other) => one - other);
  }

  async function deleteRows(key: string, isOld: (row: number) => boolean): Promise<void> {
    for (const row of (await rowsOf(key)).filter(isOld)) await storage.delete(nameOf(key, row));
  }

  return {
    async get(key) {
      const head = (await storage.get(key)) as Head | undefined;
      if (!head) return undefined;
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
      const { base, more, ...place } = saved;
      const before = stored.get(key);
      const isSame = before?.base === base && before.changes <= more.length;
      const next: Stored = isSame ? { ...before } : { base, changes: 0, from: before?.to ?? 0, to: before?.to ?? 0 };
      // Said before it is so: what is to be kept meanwhile comes behind.
      stored.set(key, next);
      const rows: Row[] = isSame ? [] : [{ base }];
      if (more.length > next.changes) rows.push({ more: more.slice(next.changes) });
      next.changes = more.length;
      const first = next.to;
      next.to += rows.length;
      const outcomes = [];
      for (const [index, row] of rows.entries()) outcomes.push(await storage.set(nameOf(key, first + index), row));
      outcomes.push(await storage.set(key, { ...kept, saved: { ...place, from: next.from } } as Head));
      if (!isSame) await deleteRows(key, (row) => row < next.from);
      return outcomes.every((outcome) => outcome !== false);
    },

    async delete(key) {
      stored.delete(key);
      await deleteRows(key, () => true);
      await storage.delete(key);
    },

    keys: async () => (await storage.keys()).filter((key) => !/ \+\d+$/.test(key)),
  };
}
