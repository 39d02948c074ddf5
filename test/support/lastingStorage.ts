import { memoryStorage, type ReplicaStorage } from '../../client/index.ts';

/** A storage that outlives pages, as a browser's does: what is in it counts as kept. */
export function lastingStorage(): ReplicaStorage {
  const memory = memoryStorage();
  return {
    ...memory,
    async set(key, value) {
      await memory.set(key, value);
      return true;
    },
  };
}
