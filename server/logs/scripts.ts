import { scriptOf } from '../redis/redis.ts';

/*
 * What the Redis log does in one step. The keys of a room share a hash tag, so a cluster holds them in one place:
 *
 *   head      hash: epoch, revision, timestamp and proof (of the newest entry), server (whose history it stands in);
 *             where an epoch took over from another: before (that epoch) and start (the revision there);
 *             where the room was deleted: deleted (its last epoch), so that nobody brings it back from memory;
 *             clients (1), where there is a hash of them: that it is lost would not be seen otherwise;
 *             hole (1), where it was found that entries are missing
 *   entries   stream: the entry that made revision n has the id n-0, a field with its JSON, and one with its proof
 *   snapshot  hash: revision, content (JSON), proof (that revision and the proof of its entry)
 *   clients   hash: the last operation with a sequence of each client (JSON)
 *   seen      sorted set: when that was, in seconds since the epoch by Redis's clock
 *
 * Redis may have lost a part of them: where it evicts, or its disk was damaged. Such a room is not whole, and nobody reads
 * or writes it.
 *
 * A script that has not enough memory writes nothing: Redis refuses its first write, and these check before they write.
 */

/**
 * whole(): whether nothing of a room is missing, as far as its ends tell, and as is known. Its keys are those of head,
 * entries, snapshot and clients.
 */
const whole = `
local function whole(head, entries, snapshot, clients)
  local head = redis.call('HMGET', head, 'epoch', 'revision', 'clients', 'hole')
  if not head[1] then return redis.call('EXISTS', entries, snapshot, clients) == 0 end
  if head[4] then return false end
  if head[3] and redis.call('EXISTS', clients) == 0 then return false end
  local revision, kept = tonumber(head[2] or 0), tonumber(redis.call('HGET', snapshot, 'revision') or 0)
  if kept >= revision then return kept == revision end
  local function has(at) return #redis.call('XRANGE', entries, at .. '-0', at .. '-0') == 1 end
  return has(kept + 1) and has(revision)
end
`;

/**
 * Bytes of entries that are published as they are. Of more it is published where the log stands: whoever appended them would be
 * sent them, too, and of what a subscriber is sent Redis keeps no more than `client-output-buffer-limit pubsub` says.
 */
const mostPublished = 64 * 1024;

/**
 * KEYS head entries clients seen snapshot; ARGV epoch after server trusted newEpoch timestamp channel firsts origin count proofs entry…
 * client record… The proofs, of the head and of each entry, are one text with blanks between, a `-` where there is none. On the channel
 * `firsts` the room's own is named, where it begins.
 */
export const appendScript = scriptOf(`${whole}
local head = redis.call('HMGET', KEYS[1], 'epoch', 'revision', 'server', 'proof')
local epoch, revision = head[1] or '', tonumber(head[2] or 0)
local foreign = head[3] and head[3] ~= ARGV[3] and ARGV[4] == '0'
local proofs = {}
for proof in string.gmatch(ARGV[11], '%S+') do proofs[#proofs + 1] = proof end
local other = head[4] and head[4] ~= proofs[1]
if foreign or other or epoch ~= ARGV[1] or revision ~= tonumber(ARGV[2]) then return {0, epoch, revision} end
if not whole(KEYS[1], KEYS[2], KEYS[5], KEYS[3]) then return {-1, epoch, revision} end

if epoch == '' then
  epoch = ARGV[5]
  redis.call('PERSIST', KEYS[1])
end
if revision == 0 then redis.call('PUBLISH', ARGV[8], ARGV[7]) end
local count = tonumber(ARGV[10])
redis.call('HSET', KEYS[1], 'epoch', epoch, 'revision', revision + count, 'timestamp', ARGV[6], 'server', ARGV[3],
  'proof', proofs[1 + count])
local entries = {}
for index = 1, count do
  entries[index] = ARGV[11 + index]
  redis.call('XADD', KEYS[2], (revision + index) .. '-0', 'entry', entries[index], 'proof', proofs[1 + index])
end
if #ARGV >= 12 + count then redis.call('HSET', KEYS[1], 'clients', 1) end
for index = 12 + count, #ARGV, 2 do
  redis.call('HSET', KEYS[3], ARGV[index], ARGV[index + 1])
  redis.call('ZADD', KEYS[4], redis.call('TIME')[1], ARGV[index])
end
local place = table.concat({ARGV[9], epoch, revision, ARGV[11]}, ' ')
local published = table.concat(entries, ',')
redis.call('PUBLISH', ARGV[7], place .. '\\n' .. (#published <= ${mostPublished} and published or ''))
return {1, epoch, revision + count}
`);

/**
 * KEYS head entries snapshot clients. Answers epoch, revision, timestamp and proof, the snapshot's revision, content and proof, and the
 * entries since with their proofs; nothing where the room is not whole.
 */
export const loadScript = scriptOf(`${whole}
local head = redis.call('HMGET', KEYS[1], 'epoch', 'revision', 'timestamp', 'proof')
if not whole(KEYS[1], KEYS[2], KEYS[3], KEYS[4]) then return false end
local snapshot = redis.call('HMGET', KEYS[3], 'revision', 'content', 'proof')
local entries, proofs = {}, {}
for index, entry in ipairs(redis.call('XRANGE', KEYS[2], ((snapshot[1] or 0) + 1) .. '-0', '+')) do
  entries[index] = entry[2][2]
  proofs[index] = entry[2][4] or '-'
end
if #entries ~= (head[2] or 0) - (snapshot[1] or 0) then
  redis.call('HSET', KEYS[1], 'hole', 1)
  return false
end
return {head[1] or '', head[2] or '0', head[3] or '0', head[4], snapshot[1], snapshot[2], snapshot[3],
  table.concat(entries, ','), table.concat(proofs, ' ')}
`);

/** KEYS head entries snapshot clients. Answers epoch, revision, server and whether the room is whole. */
export const headScript = scriptOf(`${whole}
local head = redis.call('HMGET', KEYS[1], 'epoch', 'revision', 'server')
local isWhole = whole(KEYS[1], KEYS[2], KEYS[3], KEYS[4])
return {head[1] or '', head[2] or '0', head[3] or '', isWhole and 1 or 0}
`);

/**
 * KEYS head entries snapshot clients; ARGV epoch after limit server trusted bytes. Answers the entries and their proofs, or nothing where they
 * are not there. It takes one, then two, then four, so that it never holds more than about twice the bytes that were asked for.
 */
export const readScript = scriptOf(`${whole}
local head = redis.call('HMGET', KEYS[1], 'epoch', 'revision', 'server')
local after, revision = tonumber(ARGV[2]), tonumber(head[2] or 0)
local foreign = head[3] and head[3] ~= ARGV[4] and ARGV[5] == '0'
if foreign or (head[1] or '') ~= ARGV[1] or after > revision then return false end
if not whole(KEYS[1], KEYS[2], KEYS[3], KEYS[4]) then return false end
local last, bytes = math.min(after + tonumber(ARGV[3]), revision), tonumber(ARGV[6])
local entries, proofs, taken, count = {}, {}, 0, 1
while after + #entries < last do
  local first = (after + #entries + 1) .. '-0'
  local slice = redis.call('XRANGE', KEYS[2], first, last .. '-0', 'COUNT', count)
  if #slice == 0 or slice[1][1] ~= first then return false end
  for _, entry in ipairs(slice) do
    taken = taken + #entry[2][2]
    if taken > bytes and #entries > 0 then return {table.concat(entries, ','), table.concat(proofs, ' ')} end
    entries[#entries + 1] = entry[2][2]
    proofs[#proofs + 1] = entry[2][4] or '-'
  end
  count = math.min(2 * count, 64)
end
return {table.concat(entries, ','), table.concat(proofs, ' ')}
`);

/** KEYS head entries snapshot; ARGV epoch revision. Answers the proof of what made it, or nothing. */
export const proofScript = scriptOf(`
local head = redis.call('HMGET', KEYS[1], 'epoch', 'revision', 'proof')
if (head[1] or '') ~= ARGV[1] then return false end
if head[2] == ARGV[2] then return head[3] end
local entry = redis.call('XRANGE', KEYS[2], ARGV[2] .. '-0', ARGV[2] .. '-0')[1]
if entry then return entry[2][4] or false end
local kept = redis.call('HGET', KEYS[3], 'proof') or ''
return string.match(kept, '^' .. ARGV[2] .. ' (%S+)') or false
`);

/** KEYS head entries snapshot clients seen; ARGV epoch revision content entries bytes remembered (seconds) proof: of the entries so many, and of Redis's memory so many bytes, are kept. */
export const snapshotScript = scriptOf(`
local head = redis.call('HMGET', KEYS[1], 'epoch', 'revision', 'proof')
local revision, last = tonumber(ARGV[2]), tonumber(head[2] or 0)
local older = tonumber(redis.call('HGET', KEYS[3], 'revision') or 0)
if not head[1] or head[1] ~= ARGV[1] or revision > last or revision < older then return 0 end
local entry = redis.call('XRANGE', KEYS[2], revision .. '-0', revision .. '-0')[1]
local proof = revision == last and head[3] or entry and entry[2][4]
if proof and ARGV[7] ~= '-' and proof ~= ARGV[7] then return 0 end
redis.call('HSET', KEYS[3], 'revision', revision, 'content', ARGV[3], 'proof', revision .. ' ' .. ARGV[7])

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
  if redis.call('EXISTS', KEYS[4]) == 0 then redis.call('HDEL', KEYS[1], 'clients') end
end
return 1
`);

/**
 * KEYS head entries snapshot clients seen; ARGV epoch revision timestamp content server newEpoch channel firsts origin proof stands
 * client record… `stands`: where the room stands, if the instance is right about what it lacks.
 * The room goes on from what an instance knows, where it knows more than Redis, or as much while Redis may have lost
 * some or the room is not whole; and where another has done so from less, unless something was appended since.
 */
export const renewScript = scriptOf(`${whole}
local head = redis.call('HMGET', KEYS[1], 'epoch', 'revision', 'server', 'before', 'start', 'deleted', 'proof')
local epoch, revision, known = head[1] or '', tonumber(head[2] or 0), tonumber(ARGV[2])
local sameHistory = epoch == '' or epoch == ARGV[1]
local isWhole = whole(KEYS[1], KEYS[2], KEYS[3], KEYS[4])
local lost = sameHistory and (revision < known or revision == known and (head[3] ~= ARGV[5] or not isWhole))
local outbid = head[4] == ARGV[1] and tonumber(head[5]) == revision and revision < known
local moved = revision .. ' ' .. (head[7] or '-') ~= ARGV[11]
if head[6] == ARGV[1] or moved or not (lost or outbid) then return false end

redis.call('HSET', KEYS[1], 'epoch', ARGV[6], 'revision', known, 'timestamp', ARGV[3], 'server', ARGV[5],
  'before', ARGV[1], 'start', known, 'proof', ARGV[10])
redis.call('HSET', KEYS[3], 'revision', known, 'content', ARGV[4], 'proof', known .. ' ' .. ARGV[10])
redis.call('HDEL', KEYS[1], 'hole')
redis.call('DEL', KEYS[2])
for index = 12, #ARGV, 2 do
  redis.call('HSET', KEYS[4], ARGV[index], ARGV[index + 1])
  redis.call('ZADD', KEYS[5], redis.call('TIME')[1], ARGV[index])
end
if redis.call('EXISTS', KEYS[4]) == 1 then redis.call('HSET', KEYS[1], 'clients', 1)
else redis.call('HDEL', KEYS[1], 'clients') end
redis.call('PUBLISH', ARGV[8], ARGV[7])
redis.call('PUBLISH', ARGV[7], table.concat({ARGV[9], ARGV[6], known, ARGV[10]}, ' ') .. '\\n')
return ARGV[6]
`);

/**
 * KEYS head entries snapshot clients seen; ARGV newEpoch server channel origin. A room that is not whole goes on from what
 * is left of it without a gap, in a new epoch, unless an instance knows more: see renewScript. Answers the revision that it
 * had, as far as that is known, and the one that is left; nothing where it is whole.
 */
export const repairScript = scriptOf(`${whole}
local head = redis.call('HMGET', KEYS[1], 'epoch', 'revision')
local snapshot = redis.call('HMGET', KEYS[3], 'revision', 'proof')
local kept = tonumber(snapshot[1] or 0)
local last, entries, had = kept, {}, math.max(kept, tonumber(head[2] or 0))
local proof = string.match(snapshot[2] or '', '^' .. kept .. ' (%S+)')
for _, entry in ipairs(redis.call('XRANGE', KEYS[2], (kept + 1) .. '-0', '+')) do
  had = math.max(had, tonumber(entry[1]:match('^%d+')))
  if entry[1] == (last + 1) .. '-0' then
    last = last + 1
    entries[#entries + 1] = entry
    proof = entry[2][4]
  end
end
if whole(KEYS[1], KEYS[2], KEYS[3], KEYS[4]) and (not head[1] or last == tonumber(head[2])) then return false end

redis.call('DEL', KEYS[2])
for _, entry in ipairs(entries) do redis.call('XADD', KEYS[2], entry[1], unpack(entry[2])) end
redis.call('PERSIST', KEYS[1])
redis.call('HDEL', KEYS[1], 'hole', 'proof')
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'revision', last, 'server', ARGV[2], 'before', head[1] or '', 'start', last)
if proof and proof ~= '-' then redis.call('HSET', KEYS[1], 'proof', proof) end
if redis.call('EXISTS', KEYS[4]) == 0 then redis.call('HDEL', KEYS[1], 'clients') end
redis.call('PUBLISH', ARGV[3], ARGV[4] .. ' ' .. ARGV[1] .. ' ' .. last .. '\\n')
return {had, last}
`);

/** KEYS head entries snapshot clients seen; ARGV remembered (seconds). */
export const deleteScript = scriptOf(`
local epoch = redis.call('HGET', KEYS[1], 'epoch')
if not epoch then return redis.call('DEL', unpack(KEYS, 2)) > 0 and 1 or 0 end
redis.call('DEL', unpack(KEYS))
redis.call('HSET', KEYS[1], 'deleted', epoch)
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 1
`);
