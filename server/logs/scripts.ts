import { scriptOf } from '../redis/redis.ts';

/*
 * What the Redis log does in one step. The keys of a room share a hash tag, so a cluster holds them in one place:
 *
 *   head      hash: epoch, revision, timestamp (of the newest entry), server (whose history it stands in);
 *             where an epoch took over from another: before (that epoch) and start (the revision there);
 *             where the room was deleted: deleted (its last epoch), so that nobody brings it back from memory
 *   entries   stream: the entry that made revision n has the id n-0, one field with its JSON
 *   snapshot  hash: revision, content (JSON)
 *   clients   hash: the last operation with a sequence of each client (JSON)
 *   seen      sorted set: when that was, in seconds since the epoch by Redis's clock
 *
 * A script that has not enough memory writes nothing: Redis refuses its first write, and these check before they write.
 */

/** KEYS head entries clients seen; ARGV epoch after server trusted newEpoch timestamp channel origin count entry… client record… */
export const appendScript = scriptOf(`
local head = redis.call('HMGET', KEYS[1], 'epoch', 'revision', 'server')
local epoch, revision = head[1] or '', tonumber(head[2] or 0)
local foreign = head[3] and head[3] ~= ARGV[3] and ARGV[4] == '0'
if foreign or epoch ~= ARGV[1] or revision ~= tonumber(ARGV[2]) then return {0, epoch, revision} end

if epoch == '' then
  epoch = ARGV[5]
  redis.call('PERSIST', KEYS[1])
end
local count = tonumber(ARGV[9])
redis.call('HSET', KEYS[1], 'epoch', epoch, 'revision', revision + count, 'timestamp', ARGV[6], 'server', ARGV[3])
local entries = {}
for index = 1, count do
  entries[index] = ARGV[9 + index]
  redis.call('XADD', KEYS[2], (revision + index) .. '-0', 'entry', entries[index])
end
for index = 10 + count, #ARGV, 2 do
  redis.call('HSET', KEYS[3], ARGV[index], ARGV[index + 1])
  redis.call('ZADD', KEYS[4], redis.call('TIME')[1], ARGV[index])
end
redis.call('PUBLISH', ARGV[7], ARGV[8] .. ' ' .. epoch .. ' ' .. revision .. '\\n' .. table.concat(entries, ','))
return {1, epoch, revision + count}
`);

/** KEYS head entries snapshot. Answers epoch, revision, timestamp, the snapshot's revision and content, and the entries since. */
export const loadScript = scriptOf(`
local head = redis.call('HMGET', KEYS[1], 'epoch', 'revision', 'timestamp')
local snapshot = redis.call('HMGET', KEYS[3], 'revision', 'content')
local entries = {}
for index, entry in ipairs(redis.call('XRANGE', KEYS[2], ((snapshot[1] or 0) + 1) .. '-0', '+')) do
  entries[index] = entry[2][2]
end
return {head[1] or '', head[2] or '0', head[3] or '0', snapshot[1], snapshot[2], table.concat(entries, ',')}
`);

/**
 * KEYS head entries; ARGV epoch after limit server trusted bytes. Answers the entries, or nothing where they are not there. It
 * takes one, then two, then four, so that it never holds more than about twice the bytes that were asked for.
 */
export const readScript = scriptOf(`
local head = redis.call('HMGET', KEYS[1], 'epoch', 'revision', 'server')
local after, revision = tonumber(ARGV[2]), tonumber(head[2] or 0)
local foreign = head[3] and head[3] ~= ARGV[4] and ARGV[5] == '0'
if foreign or (head[1] or '') ~= ARGV[1] or after > revision then return false end
local last, bytes = math.min(after + tonumber(ARGV[3]), revision), tonumber(ARGV[6])
local entries, taken, count = {}, 0, 1
while after + #entries < last do
  local first = (after + #entries + 1) .. '-0'
  local slice = redis.call('XRANGE', KEYS[2], first, last .. '-0', 'COUNT', count)
  if #slice == 0 or slice[1][1] ~= first then return false end
  for _, entry in ipairs(slice) do
    taken = taken + #entry[2][2]
    if taken > bytes and #entries > 0 then return table.concat(entries, ',') end
    entries[#entries + 1] = entry[2][2]
  end
  count = math.min(2 * count, 64)
end
return table.concat(entries, ',')
`);

/** KEYS head entries snapshot clients seen; ARGV epoch revision content entries bytes remembered (seconds): of the entries so many, and of Redis's memory so many bytes, are kept. */
export const snapshotScript = scriptOf(`
local head = redis.call('HMGET', KEYS[1], 'epoch', 'revision')
local revision, last = tonumber(ARGV[2]), tonumber(head[2] or 0)
local older = tonumber(redis.call('HGET', KEYS[3], 'revision') or 0)
if not head[1] or head[1] ~= ARGV[1] or revision > last or revision < older then return 0 end
redis.call('HSET', KEYS[3], 'revision', revision, 'content', ARGV[3])

local reach = last - redis.call('XLEN', KEYS[2])
local trimmed = math.max(reach, math.min(revision, last - tonumber(ARGV[4])))
redis.call('XTRIM', KEYS[2], 'MINID', (trimmed + 1) .. '-0')
while trimmed < revision and redis.call('MEMORY', 'USAGE', KEYS[2], 'SAMPLES', 0) > tonumber(ARGV[5]) do
  trimmed = trimmed + math.ceil((revision - trimmed) / 2)
  redis.call('XTRIM', KEYS[2], 'MINID', (trimmed + 1) .. '-0')
end

local longAgo = redis.call('TIME')[1] - ARGV[6]
local forgotten = redis.call('ZRANGEBYSCORE', KEYS[5], '-inf', longAgo, 'LIMIT', 0, 1000)
if #forgotten > 0 then
  redis.call('HDEL', KEYS[4], unpack(forgotten))
  redis.call('ZREM', KEYS[5], unpack(forgotten))
end
return 1
`);

/**
 * KEYS head entries snapshot clients seen; ARGV epoch revision timestamp content server newEpoch channel origin client record…
 * The room goes on from what an instance knows, where it knows more than Redis, or as much while Redis may have lost
 * some; and where another has done so from less, unless something was appended since.
 */
export const renewScript = scriptOf(`
local head = redis.call('HMGET', KEYS[1], 'epoch', 'revision', 'server', 'before', 'start', 'deleted')
local epoch, revision, known = head[1] or '', tonumber(head[2] or 0), tonumber(ARGV[2])
local sameHistory = epoch == '' or epoch == ARGV[1]
local lost = sameHistory and (revision < known or revision == known and head[3] ~= ARGV[5])
local outbid = head[4] == ARGV[1] and tonumber(head[5]) == revision and revision < known
if head[6] == ARGV[1] or not (lost or outbid) then return false end

redis.call('HSET', KEYS[1], 'epoch', ARGV[6], 'revision', known, 'timestamp', ARGV[3], 'server', ARGV[5],
  'before', ARGV[1], 'start', known)
redis.call('HSET', KEYS[3], 'revision', known, 'content', ARGV[4])
redis.call('DEL', KEYS[2])
for index = 9, #ARGV, 2 do
  redis.call('HSET', KEYS[4], ARGV[index], ARGV[index + 1])
  redis.call('ZADD', KEYS[5], redis.call('TIME')[1], ARGV[index])
end
redis.call('PUBLISH', ARGV[7], ARGV[8] .. ' ' .. ARGV[6] .. ' ' .. known .. '\\n')
return ARGV[6]
`);

/** KEYS head entries snapshot clients seen; ARGV remembered (seconds). */
export const deleteScript = scriptOf(`
local epoch = redis.call('HGET', KEYS[1], 'epoch')
if not epoch then return 0 end
redis.call('DEL', unpack(KEYS))
redis.call('HSET', KEYS[1], 'deleted', epoch)
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 1
`);
