import type { RedisServer } from './redis.ts';

/** What all keys hold, whatever they are called. */
export function everythingIn(redis: RedisServer): string {
  const script = `
    local all = {}
    for _, key in ipairs(redis.call('KEYS', '*')) do
      local kind = redis.call('TYPE', key).ok
      local value = ''
      if kind == 'stream' then value = redis.call('XRANGE', key, '-', '+')
      elseif kind == 'hash' then value = redis.call('HGETALL', key)
      elseif kind == 'zset' then value = redis.call('ZRANGE', key, 0, -1)
      elseif kind == 'string' then value = redis.call('GET', key) end
      all[#all + 1] = key .. ' ' .. cjson.encode(value)
    end
    return all`;
  return redis.command('eval', script, '0');
}
