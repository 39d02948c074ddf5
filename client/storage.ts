import { createStore, del, get, keys, set, type UseStore } from 'idb-keyval';

/** Where replicas outlive a reload. A key's value is JSON. Rejects where it can not be kept. */
export interface ReplicaStorage {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
  delete(key: string): Promise<void>;
  keys(): Promise<string[]>;
}

/** IndexedDB where there is one, as in browsers; else memory, as in Node. */
export function defaultStorage(): ReplicaStorage {
  return typeof indexedDB === 'undefined' ? memoryStorage() : browserStorage();
}

export function memoryStorage(): ReplicaStorage {
  const values = new Map<string, unknown>();
  return {
    get: async (key) => values.get(key),
    set: async (key, value) => void values.set(key, value),
    delete: async (key) => void values.delete(key),
    keys: async () => [...values.keys()],
  };
}

/** IndexedDB. Where it fails (private mode, no space left), what can not be kept there is kept in memory. */
export function browserStorage(): ReplicaStorage {
  const memory = memoryStorage();
  let store: UseStore | undefined;
  const open = () => {
    store ??= createStore('tutti', 'replicas');
    return store;
  };
  return {
    async get(key) {
      const unkept = await memory.get(key);
      return unkept ?? orElse(() => get(key, open()), undefined);
    },
    async set(key, value) {
      try {
        await set(key, value, open());
        await memory.delete(key);
      } catch {
        await memory.set(key, value);
      }
    },
    async delete(key) {
      await memory.delete(key);
      await orElse(() => del(key, open()), undefined);
    },
    async keys() {
      const kept = await orElse(() => keys<string>(open()), []);
      return [...new Set([...kept, ...(await memory.keys())])];
    },
  };
}

async function orElse<Value>(attempt: () => Promise<Value>, otherwise: Value): Promise<Value> {
  try {
    return await attempt();
  } catch {
    return otherwise;
  }
}
