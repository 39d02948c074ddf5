import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { Leases } from './instances/leases.ts';
import { RedisPlaces } from './instances/places.ts';
import { RedisRelay } from './instances/relay.ts';
import { LocalPlaces, type Places } from './limits/places.ts';
import { openLmdbLog } from './logs/lmdb.ts';
import type { Log } from './logs/log.ts';
import { RedisLog } from './logs/redis.ts';
import { LocalOnce, type Once, RedisOnce } from './publishing/once.ts';
import { Redis } from './redis/redis.ts';
import { createGuard } from './watch/guard.ts';
import type { Time } from './watch/time.ts';

/** What outlives a connection: one process has it in memory and in a folder, many have it in Redis. */
export interface Backend {
  /** What rooms are kept in. */
  readonly store: 'application' | 'lmdb' | 'redis';
  readonly log: Log;
  readonly places: Places;
  readonly once: Once;
  /** Where there may be other instances: Redis, and how to speak to them and know that they live. */
  readonly instances: { redis: Redis; leases: Leases; relay: RedisRelay } | undefined;
  close(): Promise<void>;
}

/** `log` is the application's own, if it has one. */
export async function openBackend(config: Config, logger: Logger, time: Time, log?: Log): Promise<Backend> {
  const redis = connectRedis(config, logger);
  if (redis) return openRedis(redis, time, log);
  return log ? openHere('application', log) : openHere('lmdb', await openLmdbLog({ directory: config.dataDir }));
}

function openHere(store: Backend['store'], log: Log): Backend {
  return {
    store,
    log,
    places: new LocalPlaces(),
    once: new LocalOnce(),
    instances: undefined,
    close: () => log.close(),
  };
}

function openRedis(redis: Redis, time: Time, own?: Log): Backend {
  const leases = new Leases(redis, time);
  const relay = new RedisRelay(redis, leases);
  const places = new RedisPlaces(redis, leases);
  const log = own ?? new RedisLog(redis);
  return {
    store: own ? 'application' : 'redis',
    log,
    places,
    once: new RedisOnce(redis),
    instances: { redis, leases, relay },
    async close() {
      await log.close();
      places.close();
      relay.close();
      leases.close();
      await redis.close();
    },
  };
}

function connectRedis({ redisUrl, redisWaitReplicas }: Config, logger: Logger): Redis | undefined {
  if (!redisUrl) return undefined;
  const onTrouble = (reason: string | undefined) => {
    if (reason === undefined) logger.info('Redis answers');
    else logger.warn({ reason }, 'Redis does not do its work');
  };
  return new Redis({ urls: redisUrl, waitReplicas: redisWaitReplicas, onTrouble, guard: createGuard(logger) });
}
