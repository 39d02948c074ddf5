import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { Leases } from './instances/leases.ts';
import { RedisPlaces } from './instances/places.ts';
import { RedisRelay } from './instances/relay.ts';
import { LocalPlaces, type Places } from './limits/places.ts';
import { openLmdbLog } from './logs/lmdb.ts';
import type { Log } from './logs/log.ts';
import { RedisLog } from './logs/redis.ts';
import { watched } from './logs/watched.ts';
import { LocalOnce, type Once, RedisOnce } from './publishing/once.ts';
import { defaultPrefix } from './redis/prefix.ts';
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
  /** Resolves with the reason when the store does nothing any more before the process is started again. */
  readonly failed: Promise<string>;
  close(): Promise<void>;
}

const never = new Promise<string>(() => {});

/** `log` is the application's own, if it has one; `onIncomplete` is told of a room that the store has lost a part of. */
export async function openBackend(
  config: Config,
  logger: Logger,
  time: Time,
  log?: Log,
  onIncomplete: (room: string) => void = () => {},
): Promise<Backend> {
  const own = log && watched(log);
  const redis = connectRedis(config, logger);
  const told = (room: string) => {
    logger.error({ room }, 'the store has lost a part of a room: it is closed until it is brought back (tutti repair)');
    onIncomplete(room);
  };
  if (redis) {
    await checkSetUp(redis, logger);
    return openRedis(redis, time, own ?? new RedisLog(redis, { onIncomplete: told }), own !== undefined);
  }
  if (own) return openHere('application', own);
  const { dataDir: directory, dataMinFreeBytes: minFreeBytes } = config;
  let onFailed = (_reason: string) => {};
  const failed = new Promise<string>((resolve) => {
    onFailed = resolve;
  });
  return openHere('lmdb', await openLmdbLog({ directory, minFreeBytes, onFailed }), failed);
}

function openHere(store: Backend['store'], log: Log, failed = never): Backend {
  return {
    store,
    log,
    failed,
    places: new LocalPlaces(),
    once: new LocalOnce(),
    instances: undefined,
    close: () => log.close(),
  };
}

async function openRedis(redis: Redis, time: Time, log: Log, isOwn: boolean): Promise<Backend> {
  const leases = new Leases(redis, time);
  // Whoever comes is told the time.
  await leases.beat(0);
  const relay = new RedisRelay(redis, leases);
  const places = new RedisPlaces(redis, leases);
  return {
    store: isOwn ? 'application' : 'redis',
    log,
    failed: never,
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

/** Throws an Error where songs would be lost, or the user may not do what is needed; says so later where Redis comes later. */
async function checkSetUp(redis: Redis, logger: Logger): Promise<void> {
  const faults = await redis.faults();
  if (faults.length === 0) {
    redis.onReady(async () => {
      for (const fault of await redis.faults()) logger.error(fault);
    });
    return;
  }
  await redis.close();
  throw new Error(faults.join('; '));
}

function connectRedis({ redisUrl, redisPrefix, redisWaitReplicas }: Config, logger: Logger): Redis | undefined {
  if (!redisUrl) return undefined;
  const onTrouble = (reason: string | undefined) => {
    if (reason === undefined) logger.info('Redis answers');
    else logger.warn({ reason }, 'Redis does not do its work');
  };
  return new Redis({
    urls: redisUrl,
    prefix: redisPrefix ?? defaultPrefix(redisUrl),
    waitReplicas: redisWaitReplicas,
    onTrouble,
    guard: createGuard(logger),
  });
}
