import type { Node } from './connection.ts';

/** What the server asks of keys, itself and by scripts, in the words of an ACL. */
const ofKeys = [
  ...['del', 'eval', 'evalsha', 'exists', 'expire', 'incrby', 'persist', 'pexpire', 'pttl', 'rename', 'get', 'set'],
  ...['hdel', 'hget', 'hgetall', 'hincrby', 'hkeys', 'hlen', 'hmget', 'hset'],
  ...['memory|usage', 'xadd', 'xlen', 'xrange', 'xtrim'],
  ...['zadd', 'zcard', 'zrange', 'zrangebylex', 'zrangebyscore', 'zrem', 'zremrangebyscore', 'zscore'],
];
/** Of channels. */
const ofChannels = ['publish', 'subscribe', 'unsubscribe'];
/** Of channels by a pattern, which an ACL has to have to the letter. */
const ofPatterns = ['psubscribe', 'punsubscribe'];
/** Of neither. `select` is for databases, `wait` for REDIS_WAIT_REPLICAS; the last two are for clusters. */
const others = ['config|get', 'info', 'ping', 'select', 'time', 'wait', 'cluster|slots', 'asking'];

/** The commands that a user of Redis has to have, in the words of an ACL. */
export const neededCommands = [...others, ...ofKeys, ...ofChannels, ...ofPatterns];

/** What Socket.IO's adapter listens to, under a prefix. */
const patternOf = (prefix: string) => `${prefix}io#/#*`;

/** The rules that a user of Redis has to have, and needs no more: those of `ACL SETUSER`. */
export function rulesFor(prefix: string): string {
  const commands = neededCommands.map((name) => `+${name}`).join(' ');
  return `-@all ${commands} resetkeys ~${prefix}* resetchannels &${prefix}* &${patternOf(prefix)}`;
}

/** What is wrong with how a server is set up: whoever starts so loses songs, or fails later on. A sentence each. */
export async function faultsOf(node: Pick<Node, 'sendCommand'>, prefix: string): Promise<string[]> {
  const [lacking, policy] = await Promise.all([rulesLacking(node, prefix), evictionOf(node)]);
  return [
    ...(policy === undefined
      ? []
      : [`Redis has maxmemory-policy ${policy}: when its memory is short it throws songs away; set it to noeviction`]),
    ...(lacking.length === 0
      ? []
      : [
          `the user of REDIS_URL lacks what the server needs: give it ${lacking.join(' ')} (docs/OPERATING.md has all)`,
        ]),
  ];
}

/** By what Redis makes room when it has no memory left; undefined where it refuses to write instead, or has no bound. */
async function evictionOf(node: Pick<Node, 'sendCommand'>): Promise<string | undefined> {
  const info = String(await node.sendCommand(['INFO', 'memory']).catch(nothingIfForbidden));
  const field = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1];
  const policy = field('maxmemory_policy');
  return field('maxmemory') === '0' || policy === 'noeviction' ? undefined : policy;
}

/** The rules that its user lacks. Before Redis 7 a user can not ask. */
async function rulesLacking(node: Pick<Node, 'sendCommand'>, prefix: string): Promise<string[]> {
  const [key, channel, pattern] = [`${prefix}x`, `${prefix}x`, patternOf(prefix)];
  const asked = [
    ...others.map((name) => name.split('|')),
    // After a script and the number of its keys, a key stands third.
    ...ofKeys.map((name) => [...name.split('|'), ...(name.startsWith('eval') ? ['x', '1', key] : [key, key])]),
    ...ofChannels.map((name) => [name, channel]),
    ...ofPatterns.map((name) => [name, pattern]),
  ];
  const call = node.sendCommand(['EVAL', lackingScript, '0', JSON.stringify(asked)]).catch(nothingIfForbidden);
  const lacking = ((await call) as number[] | undefined)?.map((at) => neededCommands[at - 1] ?? '') ?? ['eval'];
  const all = (names: string[]) => names.every((name) => lacking.includes(name));
  return [
    ...(all(ofKeys) ? [`~${prefix}*`] : []),
    ...(all(ofChannels.slice(0, 2)) ? [`&${prefix}*`] : []),
    ...(lacking.includes('psubscribe') ? [`&${pattern}`] : []),
    ...lacking.filter((name) => !(all(ofKeys) && ofKeys.includes(name))).map((name) => `+${name}`),
  ];
}

function nothingIfForbidden(error: Error): undefined {
  if (!error.message.startsWith('NOPERM')) throw error;
}

/** ARGV commands as JSON. Answers the numbers of those that the user may not. */
const lackingScript = `
local lacking = {}
if not redis.acl_check_cmd then return lacking end
for at, command in ipairs(cjson.decode(ARGV[1])) do
  local known, may = pcall(redis.acl_check_cmd, unpack(command))
  if known and not may then lacking[#lacking + 1] = at end
end
return lacking
`;
