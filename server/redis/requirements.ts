import type { Node } from './connection.ts';
import type { Subscriber } from './subscriber.ts';

/** What stands for a name under the prefix. */
const name = '*';

/**
 * What the server asks of keys, itself and by scripts, in the words of an ACL; and what each of them may be tried with: it
 * does nothing to a key that is not there, or is wrong where it would write.
 */
const ofKeys: Record<string, string[]> = {
  ...{ del: [name], eval: ['return 0', '1', name], evalsha: ['x', '1', name], exists: [name], expire: [name, '1'] },
  ...{ incrby: [name, 'x'], persist: [name], pexpire: [name, '1'], pttl: [name], rename: [name, name] },
  ...{ get: [name], set: [name, 'x', 'x'] },
  ...{ hdel: [name, 'x'], hget: [name, 'x'], hgetall: [name], hincrby: [name, 'x', 'x'], hkeys: [name] },
  ...{ hlen: [name], hmget: [name, 'x'], hset: [name, 'x', 'x', 'x'] },
  ...{ 'memory|usage': [name], xadd: [name, 'x', 'x', 'x'], xlen: [name], xrange: [name, '-', '+'] },
  ...{ xtrim: [name, 'MAXLEN', 'x'], zadd: [name, 'x', 'x'], zcard: [name], zrange: [name, '0', '0'] },
  ...{ zrangebylex: [name, '-', '+'], zrangebyscore: [name, '0', '0'], zrem: [name, 'x'] },
  ...{ zremrangebyscore: [name, '0', '0'], zscore: [name, 'x'] },
};
/** Of channels. */
const ofChannels = ['publish', 'subscribe', 'unsubscribe'];
/** Of channels by a pattern, which an ACL has to have to the letter. */
const ofPatterns = ['psubscribe', 'punsubscribe'];
/** Of neither. `select` is for databases, `wait` for REDIS_WAIT_REPLICAS; the last two are for clusters. */
const others: Record<string, string[]> = {
  ...{ 'config|get': ['maxmemory'], info: ['server'], ping: [], select: ['x'], time: [], wait: ['0', '0'] },
  ...{ 'cluster|slots': [], asking: [] },
};

/** The commands that a user of Redis has to have, in the words of an ACL. */
export const neededCommands = [...Object.keys(others), ...Object.keys(ofKeys), ...ofChannels, ...ofPatterns];

/** What Socket.IO's adapter listens to, under a prefix. */
const patternOf = (prefix: string) => `${prefix}io#/#*`;

/** The rules that a user of Redis has to have, and needs no more: those of `ACL SETUSER`. */
export function rulesFor(prefix: string): string {
  const commands = neededCommands.map((name) => `+${name}`).join(' ');
  return `-@all ${commands} resetkeys ~${prefix}* resetchannels &${prefix}* &${patternOf(prefix)}`;
}

/** A connection for commands. */
type Commands = Pick<Node, 'sendCommand'>;
/** One that hears channels. */
type Channels = Pick<Subscriber, 'refused'>;

/** What is wrong with how a server is set up: whoever starts so loses songs, or fails later on. A sentence each. */
export async function faultsOf(node: Commands, channels: Channels, prefix: string): Promise<string[]> {
  const [lacking, policy] = await Promise.all([rulesLacking(node, channels, prefix), evictionOf(node)]);
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
async function evictionOf(node: Commands): Promise<string | undefined> {
  const info = String(await node.sendCommand(['INFO', 'memory']).catch(nothingIfForbidden));
  const field = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1];
  const policy = field('maxmemory_policy');
  return field('maxmemory') === '0' || policy === 'noeviction' ? undefined : policy;
}

/** The rules that its user lacks. */
async function rulesLacking(node: Commands, channels: Channels, prefix: string): Promise<string[]> {
  const lacking = (await askLacking(node, prefix)) ?? (await tryLacking(node, channels, prefix));
  const all = (names: string[]) => names.every((name) => lacking.includes(name));
  const keys = Object.keys(ofKeys);
  return [
    ...(all(keys) ? [`~${prefix}*`] : []),
    ...(all(ofChannels.slice(0, 2)) ? [`&${prefix}*`] : []),
    ...(lacking.includes('psubscribe') ? [`&${patternOf(prefix)}`] : []),
    ...lacking.filter((name) => !(all(keys) && keys.includes(name))).map((name) => `+${name}`),
  ];
}

/** The commands that its user may not use, as Redis says; undefined before Redis 7, and where no script may ask. */
export async function askLacking(node: Commands, prefix: string): Promise<string[] | undefined> {
  const tried = Object.entries({ ...others, ...ofKeys }).map(([command, args]) => commandOf(command, args, prefix));
  const asked = [
    ...tried,
    ...ofChannels.map((command) => [command, `${prefix}x`]),
    ...ofPatterns.map((command) => [command, patternOf(prefix)]),
  ];
  const call = node.sendCommand(['EVAL', lackingScript, '0', JSON.stringify(asked)]).catch(nothingIfForbidden);
  const numbers = (await call) as number[] | null | undefined;
  return numbers?.map((at) => neededCommands[at - 1] ?? '');
}

/** The same by trying each. */
export async function tryLacking(node: Commands, channels: Channels, prefix: string): Promise<string[]> {
  const tries = Object.entries({ ...others, ...ofKeys, publish: [name, ''] });
  const isRefused = async ([command, args]: [string, string[]]) => {
    const answer = node.sendCommand(commandOf(command, args, prefix));
    return answer.then(
      () => false,
      (error: Error) => error.message.startsWith('NOPERM'),
    );
  };
  const [commands, ...heard] = await Promise.all([
    Promise.all(tries.map(isRefused)),
    channels.refused('subscribe', `${prefix}x`),
    channels.refused('pSubscribe', patternOf(prefix)),
  ]);
  const refused = [...tries.flatMap(([command], index) => (commands[index] ? [command] : [])), ...heard.flat()];
  return neededCommands.filter((command) => refused.includes(command));
}

/** A command that may be tried, as it is sent. */
function commandOf(command: string, args: string[], prefix: string): string[] {
  return [...command.split('|'), ...args.map((arg) => (arg === name ? `${prefix}x` : arg))];
}

function nothingIfForbidden(error: Error): undefined {
  if (!error.message.startsWith('NOPERM')) throw error;
}

/** ARGV commands as JSON. Answers the numbers of those that the user may not; nothing where that can not be asked. */
const lackingScript = `
if not redis.acl_check_cmd then return false end
local lacking = {}
for at, command in ipairs(cjson.decode(ARGV[1])) do
  local known, may = pcall(redis.acl_check_cmd, unpack(command))
  if known and not may then lacking[#lacking + 1] = at end
end
return lacking
`;
