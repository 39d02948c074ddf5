import { decode, encode } from '../logs/json.ts';
import type { Present, Relay, RelayListener, Source, Whisper } from '../rooms/relay.ts';
import { inTime } from './connection.ts';
import { instanceOf, type Leases } from './leases.ts';
import { type Redis, scriptOf } from './redis.ts';

/**
 * How long it is kept who is in a room, and how often an instance writes that anew, in milliseconds: what all instances
 * left behind that died at once goes by itself.
 */
const kept = { for: 24 * 60 * 60 * 1000, renewedEvery: 8 * 60 * 60 * 1000 };

/**
 * A channel for each room: instances that do not have it in memory hear nothing of it. Beside it a hash of who is in the
 * room, by lease and client, for the instance that loads the room next.
 */
export class RedisRelay implements Relay {
  readonly #redis: Redis;
  readonly #leases: Leases;
  readonly #rooms = new Map<string, RelayListener>();
  /** The rooms of which others may not know what they should. */
  readonly #untold = new Set<string>();
  readonly #timer: NodeJS.Timeout;

  constructor(redis: Redis, leases: Leases) {
    this.#redis = redis;
    this.#leases = leases;
    const tellAnew = () => {
      for (const room of this.#rooms.keys()) this.#untold.add(room);
    };
    // Whatever was said meanwhile is lost: each room tells anew what it has, and asks what others have.
    redis.onReady(tellAnew);
    leases.onBegun(tellAnew);
    leases.onBeat(() => this.#tellUntold());
    leases.onEnded((lease) => {
      for (const [room, listener] of this.#rooms) if (listener.ended(sourceOf(lease))) this.#forget(room, lease);
    });
    this.#timer = setInterval(tellAnew, kept.renewedEvery);
  }

  tell(room: string, whisper: Whisper): void {
    const { own, instance, settled } = this.#leases;
    const { all, came = [], went = [] } = whisper;
    const message = `${own} ${encode(whisper)}`;
    if (!all && came.length + went.length === 0) {
      this.#redis.publish(channelOf(room), message);
      return;
    }
    if (!settled) {
      this.#untold.add(room);
      return;
    }
    const fields = came.flatMap((present) => [fieldOf(own, present.client_id), JSON.stringify(present)]);
    const others = went.map((client_id) => fieldOf(own, client_id));
    const args = [message, String(kept.for), all ? `${instance}.` : '', String(fields.length), ...fields, ...others];
    this.#redis.run(tellScript, [presentsOf(room), channelOf(room)], args).catch(() => this.#untold.add(room));
  }

  hear(room: string, listener: RelayListener): () => void {
    this.#rooms.set(room, listener);
    const stop = this.#redis.subscriber.subscribe(channelOf(room), (message) => {
      const end = message.indexOf(' ');
      const source = sourceOf(message.toString('utf8', 0, end));
      if (source.instance === this.#leases.instance || !this.#leases.holds(source.lease)) return;
      listener.hear(decode(message.toString('utf8', end + 1)) as Whisper, source);
    });
    return () => {
      stop();
      if (this.#rooms.get(room) === listener) this.#rooms.delete(room);
    };
  }

  async reserve(room: string, present: Present, most: number): Promise<boolean> {
    const { client_id, user_id } = present;
    const args = [
      String(kept.for),
      fieldOf(this.#leases.own, client_id),
      JSON.stringify(present),
      user_id,
      String(most),
    ];
    const reserved = this.#redis.run(reserveScript, [presentsOf(room)], args);
    return reserved.then(
      (reply) => reply === 1,
      () => true,
    );
  }

  async presents(room: string): Promise<[Present, Source][]> {
    const presents: [Present, Source][] = [];
    const ended = new Set<string>();
    const read = (await this.#redis.run(readScript, [presentsOf(room)], [])) as string[];
    for (let at = 0; at < read.length; at += 2) {
      const [field = '', present = ''] = read.slice(at, at + 2);
      const source = sourceOf(field.slice(0, field.indexOf(' ')));
      if (!this.#leases.holds(source.lease)) ended.add(source.lease);
      else if (source.instance !== this.#leases.instance) presents.push([JSON.parse(present), source]);
    }
    for (const lease of ended) this.#forget(room, lease);
    return presents;
  }

  async subscribed(): Promise<void> {
    await inTime(this.#redis.subscriber.caughtUp());
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #tellUntold(): void {
    if (!this.#leases.settled) return;
    const untold = [...this.#untold];
    this.#untold.clear();
    for (const room of untold) {
      const listener = this.#rooms.get(room);
      // A room that has left memory has nobody here.
      if (listener) listener.tellAnew();
      else this.tell(room, { all: true });
    }
  }

  /** Nobody else will: the instance that held the lease has another, or is no more. */
  #forget(room: string, lease: string): void {
    this.#redis.run(forgetScript, [presentsOf(room)], [fieldOf(lease, '')]).catch(() => {});
  }
}

function channelOf(room: string): string {
  return `tutti:{${room}}:whispers`;
}

function presentsOf(room: string): string {
  return `tutti:{${room}}:presents`;
}

function fieldOf(lease: string, client_id: string): string {
  return `${lease} ${client_id}`;
}

function sourceOf(lease: string): Source {
  return { instance: instanceOf(lease), lease };
}

const forget = `
local function forget(prefix)
  for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
    if field:sub(1, #prefix) == prefix then redis.call('HDEL', KEYS[1], field) end
  end
end
`;

/** KEYS presents channel; ARGV message keptFor allOf count, so many fields with values, fields to delete */
const tellScript = scriptOf(`${forget}
if ARGV[3] ~= '' then forget(ARGV[3]) end
local last = 4 + ARGV[4]
for at = 5, last, 2 do redis.call('HSET', KEYS[1], ARGV[at], ARGV[at + 1]) end
for at = last + 1, #ARGV do redis.call('HDEL', KEYS[1], ARGV[at]) end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('PUBLISH', KEYS[2], ARGV[1])
`);

/** KEYS presents; ARGV keptFor field value user_id most. There are no more users than clients, so few need no counting. */
const reserveScript = scriptOf(`
if redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[5]) then
  local users, count = { [ARGV[4]] = true }, 1
  for _, present in ipairs(redis.call('HVALS', KEYS[1])) do
    local user_id = cjson.decode(present).user_id
    if user_id == ARGV[4] then count = 0 break end
    if not users[user_id] then count = count + 1 end
    users[user_id] = true
  end
  if count > tonumber(ARGV[5]) then return 0 end
end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
`);

/** KEYS presents */
const readScript = scriptOf(`return redis.call('HGETALL', KEYS[1])`);

/** KEYS presents; ARGV prefix */
const forgetScript = scriptOf(`${forget}
forget(ARGV[1])
`);
