import { openLmdbLog } from '../../server/logs/lmdb.ts';
import type { Log } from '../../server/logs/log.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { cleanup } from './cleanup.ts';
import { temporaryDirectory } from './process.ts';

/** The stores of a single process, by name: each opens an empty one, which ends with the test. */
export const stores: Record<string, () => Promise<Log>> = {
  memory: async () => createMemoryLog(),
  async LMDB() {
    const log = await openLmdbLog({ directory: temporaryDirectory() });
    cleanup(() => log.close());
    return log;
  },
};
