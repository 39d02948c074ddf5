import { inTime } from '../redis/connection.ts';
import { decode, encode } from '../redis/json.ts';
import { type Redis, scriptOf } from '../redis/redis.ts';
import type { Comer, Present, Relay, RelayListener, Reservation, Source, Whisper } from '../rooms/relay.ts';
import { instanceOf, type Leases } from './leases.ts';

/**
 * How long it is kept who is in a room, and how often an instance writes that anew, in milliseconds: what all instances
 * left behind that died at once goes by itself. And how long a reservation is kept that nobody gives back.
 */
const kept = { for: 24 * 60 * 60 * 1000, renewedEvery: 8 * 60 * 60 * 1000, reserved: 10_000 };
/** What reservations begin with, and no lease and no client_id. */
const reserved = '*';

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
  #reservations = 0;

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
      this.#redis.publish(this.#channelOf(room), message);
      return;
    }
    if (!settled) {
      this.#untold.add(room);
      return;
    }
    const fields = came.flatMap((present) => [fieldOf(own, present.client_id), JSON.stringify(present)]);
    const others = went.map((client_id) => fieldOf(own, client_id));
    const args = [message, String(kept.for), all ? `${instance}.` : '', String(fields.length), ...fields, ...others];
    this.#redis
      .run(tellScript, [this.#presentsOf(room), this.#channelOf(room)], args)
      .catch(() => this.#untold.add(room));
  }

  hear(room: string, listener: RelayListener): () => void {
    this.#rooms.set(room, listener);
    const stop = this.#redis.subscriber.subscribe(this.#channelOf(room), (message) => {
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

  async reserve(room: string, { user_id, guest }: Comer, most: number): Promise<Reservation | undefined> {
    const name = `${reserved}${this.#leases.instance} ${this.#reservations++}`;
    const args = [name, user_id, guest ? '1' : '', String(most), String(kept.reserved), String(kept.for)];
    const reply = this.#redis.run(reserveScript, [this.#presentsOf(room)], args);
    return reply.then(
      (taken) => {
        if (taken === 0) return undefined;
        return { name, ...(typeof taken === 'string' && { gives_way: taken }) };
      },
      () => ({ name }),
    );
  }

  async presents(room: string): Promise<[Present, Source][]> {
    const presents: [Present, Source][] = [];
    const ended = new Set<string>();
    const read = (await this.#redis.run(readScript, [this.#presentsOf(room)], [])) as string[];
    for (let at = 0; at < read.length; at += 2) {
      const [field = '', present = ''] = read.slice(at, at + 2);
      if (field.startsWith(reserved)) continue;
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

  #channelOf(room: string): string {
    return this.#redis.name(`{${room}}:whispers`);
  }

  #presentsOf(room: string): string {
    return this.#redis.name(`{${room}}:presents`);
  }

  /** Nobody else will: the instance that held the lease has another, or is no more. */
  #forget(room: string, lease: string): void {
    this.#redis.run(forgetScript, [this.#presentsOf(room)], [fieldOf(lease, '')]).catch(() => {});
  }
}

function fieldOf(lease: string, client_id: string): string {
  if (client_id.startsWith(reserved)) return client_id;
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

/**
 * KEYS presents; ARGV reservation user_id isGuest most reservedFor keptFor. There are no more users than clients, so few
 * need no counting. Returns 0 where there is no place, and the guest that has to give way where there was none for a user:
 * the newest who has come as a guest on all its connections, or is about to.
 */
const reserveScript = scriptOf(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local most = tonumber(ARGV[4])
local gives_way = 1
if redis.call('HLEN', KEYS[1]) >= most then
  local users, count = {}, 0
  local fields = redis.call('HGETALL', KEYS[1])
  for at = 1, #fields, 2 do
    local present = cjson.decode(fields[at + 1])
    if present.reserved_until and present.reserved_until < now then
      redis.call('HDEL', KEYS[1], fields[at])
    else
      local user = users[present.user_id]
      if not user then
        user = { guest = true, since = math.huge, fields = {} }
        users[present.user_id] = user
        count = count + 1
      end
      user.guest = user.guest and present.guest
      user.since = math.min(user.since, present.joined_at or math.huge)
      table.insert(user.fields, fields[at])
    end
  end
  if count >= most and not users[ARGV[2]] then
    if ARGV[3] ~= '' then return 0 end
    local newest
    for id, user in pairs(users) do
      if user.guest and (not newest or user.since > users[newest].since) then newest = id end
    end
    if not newest then return 0 end
    for _, field in ipairs(users[newest].fields) do redis.call('HDEL', KEYS[1], field) end
    gives_way = newest
  end
end
local reservation = { user_id = ARGV[2], reserved_until = now + ARGV[5], guest = ARGV[3] ~= '' or nil }
redis.call('HSET', KEYS[1], ARGV[1], cjson.encode(reservation))
redis.call('PEXPIRE', KEYS[1], ARGV[6])
return gives_way
`);

/** KEYS presents */
const readScript = scriptOf(`return redis.call('HGETALL', KEYS[1])`);

/** KEYS presents; ARGV prefix */
const forgetScript = scriptOf(`${forget}
forget(ARGV[1])
`);
