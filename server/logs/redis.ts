import type { Entry } from '../../shared/documents/type.ts';
import { monotonic } from '../../shared/monotonic.ts';
import { Refusal } from '../../shared/refusals.ts';
import { decode, encode } from '../redis/json.ts';
import type { Redis } from '../redis/redis.ts';
import { Followers } from './followers.ts';
import { clientRecords, newEpoch, noHead } from './head.ts';
import {
  type Append,
  type Appended,
  type ClientRecord,
  type Keep,
  type Known,
  type LoadedRoom,
  type Log,
  type News,
  type Range,
  remembered,
  type Snapshot,
  type StoredRoom,
} from './log.ts';
import { appendScript, deleteScript, loadScript, readScript, renewScript, snapshotScript } from './scripts.ts';

/** The sorted set of all rooms that were ever begun, in the order of their bytes; some may be no more. */
const index = 'tutti:rooms';
/** How often followed rooms are looked at, in milliseconds: a cluster may lose what it publishes. */
const lookEvery = 10_000;

/** A room that is followed, and where its followers stand; undefined before that is known. */
interface Followed {
  stop(): void;
  followers: number;
  epoch?: string;
  revision?: number;
}

/** A log in Redis, for many instances. */
export class RedisLog implements Log {
  readonly #redis: Redis;
  readonly #epoch: () => string;
  /** Names this log in what it publishes. */
  readonly #origin = newEpoch();
  readonly #followers = new Followers();
  readonly #followed = new Map<string, Followed>();
  /** Rooms with an append under way: how many. Its answer tells of it before the channel does. */
  readonly #appending = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(redis: Redis, epoch: () => string = newEpoch) {
    this.#redis = redis;
    this.#epoch = epoch;
    const look = () => void this.#look([...this.#followed.keys()]);
    redis.onReady(look);
    this.#timer = setInterval(look, lookEvery);
  }

  async load(room: string): Promise<LoadedRoom> {
    const { head, entries, snapshot } = keysOf(room);
    const reply = (await this.#redis.run(loadScript, [head, entries, snapshot], [])) as (string | null)[];
    const [epoch, revision, timestamp, at, content, tail] = reply;
    return {
      epoch: epoch ?? '',
      revision: Number(revision),
      ...(at && content && { snapshot: { epoch: epoch ?? '', revision: Number(at), content: decode(content) } }),
      entries: decodeEntries(tail ?? ''),
      timestamp: Number(timestamp),
    };
  }

  async append(room: string, { epoch, after, entries }: Append): Promise<Appended> {
    const keys = keysOf(room);
    const records = [...clientRecords(after, entries)];
    const encoded = entries.map(encode);
    const timestamp = entries.at(-1)?.timestamp ?? 0;
    const given = [...entries];
    const { server, trusted, settlesAt } = await this.#redis.standing(keys.head);
    const settles = settlesAt - monotonic();
    if (settles > 0) throw new Refusal('unavailable', 'the store has just come back', { retry_after_ms: settles });
    const write = () =>
      this.#redis.write(
        appendScript,
        [keys.head, keys.entries, keys.clients, keys.seen],
        [
          ...[epoch, String(after), server, trusted ? '1' : '0', this.#epoch(), String(timestamp)],
          ...[keys.channel, this.#origin, String(encoded.length)],
          ...encoded,
          ...records.flatMap(([client_id, record]) => [client_id, JSON.stringify(record)]),
        ],
      );
    const begin = after === 0 ? () => this.#list(room) : () => undefined;
    const [reply] = await this.#appendingTo(room, () => Promise.all([write(), begin()]));
    const [committed, at, revision] = reply as [number, string, number];
    if (!committed) return { committed: false, epoch: at, revision };
    this.#tell(room, { epoch: at, revision: after, entries: given });
    return { committed: true, epoch: at };
  }

  async read(room: string, { epoch, after, limit, bytes }: Range): Promise<Entry[] | undefined> {
    const { head, entries } = keysOf(room);
    const { server, trusted } = await this.#redis.standing(head);
    const args = [epoch, String(after), String(limit), server, trusted ? '1' : '0', String(bytes)];
    const reply = (await this.#redis.run(readScript, [head, entries], args)) as string | null;
    return reply === null ? undefined : decodeEntries(reply);
  }

  async client(room: string, client_id: string): Promise<ClientRecord | undefined> {
    const { clients } = keysOf(room);
    const record = (await this.#redis.send(clients, ['HGET', clients, client_id])) as string | null;
    return record === null ? undefined : (JSON.parse(record) as ClientRecord);
  }

  async snapshot(room: string, { epoch, revision, content }: Snapshot, keep: Keep): Promise<boolean> {
    const { head, entries, snapshot, clients, seen } = keysOf(room);
    const limits = [String(keep.entries), String(keep.bytes), String(remembered)];
    const args = [epoch, String(revision), encode(content), ...limits];
    return (await this.#redis.write(snapshotScript, [head, entries, snapshot, clients, seen], args)) === 1;
  }

  async renew(room: string, { snapshot, timestamp, clients }: Known): Promise<string | undefined> {
    const keys = keysOf(room);
    const { server } = await this.#redis.standing(keys.head);
    const { epoch, revision, content } = snapshot;
    const reply = (await this.#redis.write(
      renewScript,
      [keys.head, keys.entries, keys.snapshot, keys.clients, keys.seen],
      [
        ...[epoch, String(revision), String(timestamp), encode(content), server, this.#epoch()],
        ...[keys.channel, this.#origin],
        ...[...clients].flatMap(([client_id, record]) => [client_id, JSON.stringify(record)]),
      ],
    )) as string | null;
    await this.#list(room);
    return reply ?? undefined;
  }

  async list({ prefix, after, limit }: { prefix: string; after: string; limit: number }): Promise<StoredRoom[]> {
    const rooms: StoredRoom[] = [];
    for (let start = after > prefix ? `(${after}` : `[${prefix}`; ; ) {
      const page = ['LIMIT', '0', String(limit)];
      const command = ['ZRANGEBYLEX', index, start, `(${prefix}\u{10ffff}`, ...page];
      const names = (await this.#redis.send(index, command)) as string[];
      const heads = await Promise.all(names.map((room) => this.#stored(room)));
      rooms.push(...heads.filter(({ revision }) => revision > 0));
      if (rooms.length >= limit || names.length < limit) return rooms.slice(0, limit);
      start = `(${names.at(-1)}`;
    }
  }

  async delete(room: string): Promise<boolean> {
    const { head, entries, snapshot, clients, seen } = keysOf(room);
    const deleted = await this.#redis.write(
      deleteScript,
      [head, entries, snapshot, clients, seen],
      [String(remembered)],
    );
    await this.#redis.send(index, ['ZREM', index, room]);
    return deleted === 1;
  }

  follow(room: string, listener: (news: News) => void): () => void {
    const unfollow = this.#followers.follow(room, listener);
    const followed = this.#followed.get(room) ?? this.#subscribe(room);
    followed.followers += 1;
    let follows = true;
    return () => {
      if (!follows) return;
      follows = false;
      unfollow();
      followed.followers -= 1;
      if (followed.followers > 0) return;
      followed.stop();
      this.#followed.delete(room);
    };
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
  }

  #subscribe(room: string): Followed {
    const stop = this.#redis.subscriber.subscribe(keysOf(room).channel, (message) => this.#hear(room, message));
    const followed = { stop, followers: 0 };
    this.#followed.set(room, followed);
    void this.#look([room]);
    return followed;
  }

  async #list(room: string): Promise<void> {
    await this.#redis.send(index, ['ZADD', index, '0', room]);
  }

  async #stored(room: string): Promise<StoredRoom> {
    const { head } = keysOf(room);
    const reply = (await this.#redis.send(head, ['HMGET', head, 'revision', 'timestamp'])) as (string | null)[];
    return { room, revision: Number(reply[0]), timestamp: Number(reply[1]) };
  }

  /** `<origin> <epoch> <revision>`, and on the next line the entries. */
  #hear(room: string, message: Buffer): void {
    const end = message.indexOf('\n');
    const [origin, epoch = '', revision] = message.toString('latin1', 0, end).split(' ');
    if (origin === this.#origin && (this.#appending.has(room) || this.#hasTold(room, epoch, Number(revision)))) return;
    this.#tell(room, { epoch, revision: Number(revision), entries: decodeEntries(message.toString('utf8', end + 1)) });
  }

  #tell(room: string, news: News): void {
    const followed = this.#followed.get(room);
    if (!followed) return;
    followed.epoch = news.epoch;
    followed.revision = news.revision + news.entries.length;
    this.#followers.tell(room, news);
  }

  #hasTold(room: string, epoch: string, after: number): boolean {
    const followed = this.#followed.get(room);
    return followed?.epoch === epoch && (followed.revision ?? 0) > after;
  }

  async #appendingTo<Result>(room: string, append: () => Promise<Result>): Promise<Result> {
    this.#appending.set(room, (this.#appending.get(room) ?? 0) + 1);
    try {
      return await append();
    } finally {
      const left = (this.#appending.get(room) ?? 1) - 1;
      if (left === 0) this.#appending.delete(room);
      else this.#appending.set(room, left);
    }
  }

  /** Tells where rooms stand whose followers seem to stand elsewhere. Where Redis does not answer, it is looked later. */
  async #look(rooms: string[]): Promise<void> {
    const { subscriber } = this.#redis;
    try {
      await subscriber.caughtUp();
      const before = rooms.map((room) => this.#followed.get(room)?.revision);
      const heads = await Promise.all(rooms.map((room) => this.#head(room)));
      // Whatever was published before that has been heard then.
      await subscriber.caughtUp();
      rooms.forEach((room, index) => {
        const followed = this.#followed.get(room);
        const { epoch, revision } = heads[index] ?? noHead;
        if (!followed || followed.revision !== before[index]) return;
        const stands = epoch === (followed.epoch ?? '') && revision === (followed.revision ?? 0);
        if (!stands) this.#followers.tell(room, { epoch, revision, entries: [] });
      });
    } catch {
      // Not there: whenever it is again, all rooms are looked at.
    }
  }

  /** Where a room stands; nowhere, where its server may have lost some of it. */
  async #head(room: string): Promise<{ epoch: string; revision: number }> {
    const { head } = keysOf(room);
    const { server, trusted } = await this.#redis.standing(head);
    const reply = (await this.#redis.send(head, ['HMGET', head, 'epoch', 'revision', 'server'])) as (string | null)[];
    const [epoch, revision, writtenTo] = reply;
    if (!trusted && writtenTo !== server) return noHead;
    return { epoch: epoch ?? '', revision: Number(revision) };
  }
}

/** The keys share a hash tag, so a cluster holds them in one place. See scripts.ts for what is in them. */
function keysOf(room: string) {
  const key = (name: string) => `tutti:{${room}}:${name}`;
  return {
    head: key('head'),
    entries: key('entries'),
    snapshot: key('snapshot'),
    clients: key('clients'),
    seen: key('seen'),
    channel: key('news'),
  };
}

function decodeEntries(joined: string): Entry[] {
  return decode(`[${joined}]`) as Entry[];
}
