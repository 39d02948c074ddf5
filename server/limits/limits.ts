import { RateLimiterMemory, RateLimiterRedis, RLWrapperTimeouts } from 'rate-limiter-flexible';
import type { Config, Limit } from '../config.ts';
import { type Redis, scriptOf } from '../redis/redis.ts';
import { Allowance, floodFactor } from './allowance.ts';

/**
 * What is counted together. Of an address: handshakes at all (and those of its site), those that are let in, requests
 * without a good token, tokens that are refused, guests that come for the first time. Of a user: joins and reads;
 * operations, and their bytes; cursors; messages and typing; whatever else is sent; rooms in which it is the first to
 * write, and clients of its that write in a room for the first time. Of all users of a tenant: bytes of operations.
 */
export type LimitName =
  | 'handshakes'
  | 'handshakes of a site'
  | 'connections'
  | 'requests'
  | 'refused tokens'
  | 'guests'
  | 'joins'
  | 'operations'
  | 'bytes written'
  | 'bytes of a tenant'
  | 'new rooms'
  | 'new clients'
  | 'cursors'
  | 'messages'
  | 'other events';

/**
 * Takes a point, or so many, from the allowance of an address or a user; with 0 none, and has some brought to be at hand.
 * Refuses `rate_limited`, and with `fatal` a user who has sent twenty times as much. Undefined, at once, where nothing has
 * to be waited for.
 */
export type Consume = (name: LimitName, key: string, amount?: number) => Promise<void> | undefined;

/** Those of an address, behind which is perhaps a school, and of a tenant: nobody is sent away for what others did there. */
const ofMany: readonly LimitName[] = [
  'handshakes',
  'handshakes of a site',
  'connections',
  'requests',
  'refused tokens',
  'guests',
  'bytes of a tenant',
];

export interface LimitsOptions {
  config: Config;
  redis: Redis | undefined;
  /** Told of a user who has sent twenty times a limit, and how many milliseconds of the window are left. */
  onFlood(user: string, left: number): void;
}

/** How many times as much all addresses of a site have as one of them. */
const siteFactor = 4;
/** A batch of points that an instance takes from Redis: this part of the limit. */
const batchesPerLimit = 20;
/** How long Redis may take before an instance counts alone, in milliseconds. */
const patience = 150;

/**
 * Counts in memory, or in Redis for all instances together. Points come from there in batches and are spent here, so an
 * operation costs no round trip; what that means is said in docs/OPERATING.md.
 */
export function createLimits({ config, redis, onFlood }: LimitsOptions): Consume {
  const { limitConnections, limitOperations } = config;
  const limits: Record<LimitName, Limit> = {
    handshakes: { ...limitConnections, points: limitConnections.points * floodFactor },
    'handshakes of a site': { ...limitConnections, points: limitConnections.points * floodFactor * siteFactor },
    connections: limitConnections,
    requests: { ...limitConnections, points: limitConnections.points * floodFactor },
    'refused tokens': config.limitAuthFailures,
    guests: config.limitGuests,
    joins: config.limitJoins,
    operations: limitOperations,
    'bytes written': config.limitBytes,
    'bytes of a tenant': config.limitTenantBytes,
    'new rooms': config.limitRooms,
    'new clients': config.limitClients,
    cursors: config.limitCursors,
    messages: config.limitMessages,
    'other events': limitOperations,
  };
  const allowances = new Map<LimitName, Allowance>();
  for (const [name, limit] of Object.entries(limits)) {
    if (limit.points > 0) allowances.set(name as LimitName, createAllowance(name as LimitName, limit));
  }
  return (name, key, amount) => allowances.get(name)?.take(key, amount);

  function createAllowance(name: LimitName, limit: Limit): Allowance {
    const options = { keyPrefix: redis?.name(`limit:${name}`) ?? name, points: limit.points, duration: limit.seconds };
    const counted = { name, limit, onFlood: ofMany.includes(name) ? undefined : onFlood };
    const inMemory = new RateLimiterMemory(options);
    if (!redis) return new Allowance({ ...counted, source: inMemory, batch: limit.points });
    const inRedis = new RateLimiterRedis({ ...options, storeClient: clientOf(redis), useRedisPackage: true });
    const source = new RLWrapperTimeouts({ limiter: inRedis, timeoutMs: patience, insuranceLimiter: inMemory });
    return new Allowance({ ...counted, source, batch: Math.ceil(limit.points / batchesPerLimit) });
  }
}

/** Takes what is written from its writer's allowance, and then from that of the tenant. Refuses and returns as Consume does. */
export function consumeWritten(consume: Consume, { user, tenant }: { user: string; tenant: string }, bytes: number) {
  const own = consume('bytes written', user, bytes);
  const shared = () => consume('bytes of a tenant', tenant, bytes);
  return own ? own.then(shared) : shared();
}

/** As much of a client as a limiter uses. */
function clientOf(redis: Redis) {
  return {
    eval: (text: string, { keys, arguments: args }: { keys: string[]; arguments: string[] }) =>
      redis.run(scriptOf(text), keys, args),
  };
}
