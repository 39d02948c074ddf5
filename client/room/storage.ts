import { createStore, get, keys, promisifyRequest } from 'idb-keyval';
import type { ReplicaStorage } from '../documents/storage.ts';

export type { ReplicaStorage };

/** How long IndexedDB may take, in milliseconds: some browsers leave it without an answer for ever. */
const answerWithin = 5_000;

export interface BrowserStorageOptions {
  /**
   * Told why IndexedDB fails, once until it works again. Edits still arrive, but what is unsent is lost with the page:
   * the time for a warning.
   */
  onError?(error: unknown): void;
}

/** IndexedDB where there is one, as in browsers; else memory, as in Node. */
export function defaultStorage(): ReplicaStorage {
  return globalThis.indexedDB ? browserStorage() : memoryStorage();
}

export function memoryStorage(): ReplicaStorage {
  const values = new Map<string, unknown>();
  return {
    get: async (key) => structuredClone(values.get(key)),
    set: async (key, value) => !values.set(key, structuredClone(value)),
    delete: async (key) => void values.delete(key),
    keys: async () => [...values.keys()],
  };
}

/**
 * IndexedDB. Where it fails (private mode, no space left), what can not be kept there is kept in memory. Where it does not
 * answer in time, it is not asked again before it has.
 */
export function browserStorage({ onError }: BrowserStorageOptions = {}): ReplicaStorage {
  const store = createStore('tutti', 'replicas');
  const memory = memoryStorage();
  let failing = false;
  let isSilent = false;

  /** What IndexedDB answers; `otherwise` where it fails. */
  async function attempt<Value, Otherwise>(ask: () => Promise<Value>, otherwise: Otherwise) {
    if (isSilent) return otherwise;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        isSilent = true;
        reject();
      }, answerWithin);
    });
    try {
      const answer = ask().finally(() => {
        isSilent = false;
      });
      const value = await Promise.race([answer, late]);
      failing = false;
      return value;
    } catch (error) {
      // A transaction that is given up need not say why.
      if (!failing) onError?.(error ?? new Error('no IndexedDB'));
      failing = true;
      return otherwise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Returns true where it is not kept. */
  const write = (change: (values: IDBObjectStore) => void) =>
    attempt(
      () =>
        store('readwrite', (values) => {
          change(values);
          // At once: a page that is about to go does not live to hear of it, and without that loses it.
          values.transaction.commit();
          return promisifyRequest(values.transaction);
        }),
      true,
    );

  return {
    async get(key) {
      return (await memory.get(key)) ?? attempt(() => get(key, store), undefined);
    },
    async set(key, value) {
      const isLost = await write((values) => values.put(value, key));
      await (isLost ? memory.set(key, value) : memory.delete(key));
      return !isLost;
    },
    async delete(key) {
      await memory.delete(key);
      await write((values) => values.delete(key));
    },
    async keys() {
      const kept = await attempt(() => keys<string>(store), []);
      return [...new Set([...kept, ...(await memory.keys())])];
    },
  };
}
