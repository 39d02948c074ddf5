import { RateLimiterMemory, RateLimiterRedis, RLWrapperTimeouts } from 'rate-limiter-flexible';
import type { Config, Limit } from '../config.ts';
import { type Redis, scriptOf } from '../redis/redis.ts';
import { Allowance, floodFactor } from './allowance.ts';

/**
 * What is counted together. Of an address: handshakes at all, those that are let in, tokens that are refused. Of a user:
 * joins and reads; operations, and their bytes; cursors; messages and typing; and whatever else is sent; rooms in which it
 * is the first to write, and clients of its that write in a room for the first time.
 */
export type LimitName =
  | 'handshakes'
  | 'connections'
  | 'refused tokens'
  | 'joins'
  | 'operations'
  | 'bytes written'
  | 'new rooms'
  | 'new clients'
  | 'cursors'
  | 'messages'
  | 'other events';

/**
 * Takes a point, or so many, from the allowance of an address or a user. Refuses `rate_limited`, and with `fatal` a `sender` that has
 * sent twenty times as much. Undefined, at once, where nothing has to be waited for.
 */
export type Consume = (name: LimitName, key: string, sender?: string, amount?: number) => Promise<void> | undefined;

/** A batch of points that an instance takes from Redis: this part of the limit. */
const batchesPerLimit = 20;
/** How long Redis may take before an instance counts alone, in milliseconds. */
const patience = 150;

/**
 * Counts in memory, or in Redis for all instances together. Points come from there in batches and are spent here, so an
 * operation costs no round trip; what that means is said in docs/OPERATING.md.
 */
export function createLimits(config: Config, redis?: Redis): Consume {
  const { limitConnections, limitOperations } = config;
  const limits: Record<LimitName, Limit> = {
    handshakes: { ...limitConnections, points: limitConnections.points * floodFactor },
    connections: limitConnections,
    'refused tokens': config.limitAuthFailures,
    joins: config.limitJoins,
    operations: limitOperations,
    'bytes written': config.limitBytes,
    'new rooms': config.limitRooms,
    'new clients': config.limitClients,
    cursors: config.limitCursors,
    messages: config.limitMessages,
    'other events': limitOperations,
  };
  const allowances = new Map<LimitName, Allowance>();
  for (const [name, limit] of Object.entries(limits)) {
    if (limit.points > 0) allowances.set(name as LimitName, createAllowance(name as LimitName, limit, redis));
  }
  return (name, key, sender, amount) => allowances.get(name)?.take(key, sender, amount);
}

function createAllowance(name: LimitName, limit: Limit, redis: Redis | undefined): Allowance {
  const options = { keyPrefix: `tutti:limit:${name}`, points: limit.points, duration: limit.seconds };
  const inMemory = new RateLimiterMemory(options);
  if (!redis) return new Allowance({ name, limit, source: inMemory, batch: limit.points });
  const inRedis = new RateLimiterRedis({ ...options, storeClient: clientOf(redis), useRedisPackage: true });
  const source = new RLWrapperTimeouts({ limiter: inRedis, timeoutMs: patience, insuranceLimiter: inMemory });
  return new Allowance({ name, limit, source, batch: Math.ceil(limit.points / batchesPerLimit) });
}

/** As much of a client as a limiter uses. */
function clientOf(redis: Redis) {
  return {
    eval: (text: string, { keys, arguments: args }: { keys: string[]; arguments: string[] }) =>
      redis.run(scriptOf(text), keys, args),
  };
}
