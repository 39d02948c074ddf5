import { scriptOf } from '../redis/redis.ts';

// What the Redis log does in one step to take out what was said; scripts.ts says what is in the keys.

/**
 * KEYS head entries clients redacting; ARGV epoch, how many entries, revision sha1 entry…, client record record…: the SHA-1 of
 * the entry that is there, or the record, and the one in its place. An entry of a stream can not be changed: the stream is written anew beside it,
 * so that nothing has changed where there is not memory enough for that.
 */
export const redactScript = scriptOf(`
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return 0 end
local redacted, some, last = {}, false, 2 + 3 * ARGV[2]
for index = 3, last, 3 do
  local id = ARGV[index] .. '-0'
  local there = redis.call('XRANGE', KEYS[2], id, id)[1]
  if there and there[2][2] ~= ARGV[index + 2] then
    if redis.sha1hex(there[2][2]) ~= ARGV[index + 1] then return 0 end
    redacted[id] = ARGV[index + 2]
    some = true
  end
end
if some then
  redis.call('DEL', KEYS[4])
  for _, entry in ipairs(redis.call('XRANGE', KEYS[2], '-', '+')) do
    entry[2][2] = redacted[entry[1]] or entry[2][2]
    redis.call('XADD', KEYS[4], entry[1], unpack(entry[2]))
  end
  redis.call('RENAME', KEYS[4], KEYS[2])
end
for index = last + 1, #ARGV, 3 do
  if redis.call('HGET', KEYS[3], ARGV[index]) == ARGV[index + 1] then
    redis.call('HSET', KEYS[3], ARGV[index], ARGV[index + 2])
  end
end
return 1
`);

/** KEYS head snapshot; ARGV epoch revision server trusted newEpoch content channel origin proof. */
export const restartScript = scriptOf(`
local head = redis.call('HMGET', KEYS[1], 'epoch', 'revision', 'server')
local foreign = head[3] and head[3] ~= ARGV[3] and ARGV[4] == '0'
if foreign or head[1] ~= ARGV[1] or tonumber(head[2]) ~= tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], 'epoch', ARGV[5])
redis.call('HDEL', KEYS[1], 'before', 'start')
redis.call('HSET', KEYS[2], 'revision', ARGV[2], 'content', ARGV[6], 'proof', ARGV[2] .. ' ' .. ARGV[9])
redis.call('PUBLISH', ARGV[7], ARGV[8] .. ' ' .. ARGV[5] .. ' ' .. ARGV[2] .. '\\n')
return 1
`);
