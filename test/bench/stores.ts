import { openLmdbLog } from '../../server/logs/lmdb.ts';
import type { Log } from '../../server/logs/log.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { RedisLog } from '../../server/logs/redis.ts';
import { Redis } from '../../server/redis/redis.ts';
import { temporaryDirectory } from '../support/process.ts';
import { startRedis } from '../support/redis.ts';

export const stores = { memory: inMemory, LMDB: inLmdb, Redis: inRedis };
export type StoreName = keyof typeof stores;

/** An empty log in this process. */
interface Store {
  log: Log;
  close(): Promise<void>;
}

/** Does something with each store that begins empty, in turns. */
export async function withStores<Result>(
  rounds: number,
  measure: (log: Log) => Promise<Result>,
): Promise<[StoreName, Result[]][]> {
  const results: [StoreName, Result[]][] = (Object.keys(stores) as StoreName[]).map((name) => [name, []]);
  for (let round = 0; round < rounds; round++) {
    for (const [name, all] of results) {
      const store = await stores[name]();
      try {
        all.push(await measure(store.log));
      } finally {
        await store.close();
      }
    }
  }
  return results;
}

async function inMemory(): Promise<Store> {
  const log = createMemoryLog();
  return { log, close: () => log.close() };
}

async function inLmdb(): Promise<Store> {
  const log = await openLmdbLog({ directory: temporaryDirectory() });
  return { log, close: () => log.close() };
}

/** With a server of its own, which answers when what it was told is on disk. */
async function inRedis(): Promise<Store> {
  const server = await startRedis();
  const redis = new Redis({ urls: [server.url], prefix: 'tutti:0:', waitReplicas: 0 });
  const log = new RedisLog(redis);
  await new Promise<void>((resolve) => redis.onReady(resolve));
  return {
    log,
    async close() {
      await log.close();
      await redis.close();
      await server.kill();
    },
  };
}
