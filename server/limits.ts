import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Refusal } from '../shared/refusals.ts';
import type { Config, Limit } from './config.ts';

/** What is counted together: joins and reads; operations; cursors; messages and typing. */
export type LimitName = 'joins' | 'operations' | 'cursors' | 'messages';

/** Takes a point from a user's allowance. Refuses `rate_limited`. Undefined at once where there is no limit. */
export type Consume = (name: LimitName, user: string) => Promise<void> | undefined;

export function createLimits(config: Config): Consume {
  const limiters = {
    joins: limiter('joins', config.limitJoins),
    operations: limiter('operations', config.limitOperations),
    cursors: limiter('cursors', config.limitCursors),
    messages: limiter('messages', config.limitMessages),
  };
  return (name, user) => {
    const counted = limiters[name];
    return counted && consume(counted, name, user);
  };
}

function limiter(keyPrefix: string, { points, seconds }: Limit): RateLimiterMemory | undefined {
  return points === 0 ? undefined : new RateLimiterMemory({ keyPrefix, points, duration: seconds });
}

async function consume(counted: RateLimiterMemory, name: LimitName, user: string): Promise<void> {
  try {
    await counted.consume(user);
  } catch (answer) {
    if (!(answer instanceof RateLimiterRes)) throw answer;
    const message = `more than ${counted.points} ${name} in ${counted.duration} s`;
    throw new Refusal('rate_limited', message, { retry_after_ms: answer.msBeforeNext });
  }
}
