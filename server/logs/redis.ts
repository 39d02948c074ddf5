import { LargeJson } from '../../shared/documents/largeJson.ts';
import type { Entry } from '../../shared/documents/type.ts';
import { monotonic } from '../../shared/monotonic.ts';
import { Refusal } from '../../shared/refusals.ts';
import { decode, encode } from '../redis/json.ts';
import { type Redis, sha1 } from '../redis/redis.ts';
import { Followers } from './followers.ts';
import { clientRecords, type Head, isOther, loadedFrom, newEpoch, noHead, renamed } from './head.ts';
import { textInTurns } from './inTurns.ts';
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
  type Redaction,
  remembered,
  type Snapshot,
  type StoredRoom,
} from './log.ts';
import { checkRead, noProof, type Proved, proofsOf } from './proof.ts';
import { redactScript, restartScript } from './redactionScripts.ts';
import {
  appendScript,
  deleteScript,
  headScript,
  loadScript,
  proofScript,
  readScript,
  renewScript,
  repairScript,
  snapshotScript,
} from './scripts.ts';

/** How often followed rooms are looked at, in milliseconds: a cluster may lose what it publishes. */
const lookEvery = 10_000;

/** A proof that is not known, or of no entry. */
const none = '-';

/** A room that is followed, and where its followers stand; undefined before that is known. */
interface Followed {
  stop(): void;
  followers: number;
  epoch?: string;
  revision?: number;
  proof?: string | undefined;
}

/** When to ask again for a room that is not whole, in milliseconds: an instance that has it brings it back sooner. */
const incompleteRetry = 5_000;
/** How many rooms are remembered that are not whole, so that each is told once. */
const mostTold = 10_000;

export interface RedisLogOptions {
  /** Names a new history. */
  epoch?: () => string;
  /** Told once of a room that Redis has lost a part of. */
  onIncomplete?(room: string): void;
}

/** A log in Redis, for many instances. */
export class RedisLog implements Log {
  readonly #redis: Redis;
  /** The sorted set of all rooms that were ever begun, in the order of their bytes; some may be no more. */
  readonly #index: string;
  /** The channel on which rooms are named that begin. */
  readonly #firsts: string;
  readonly #epoch: () => string;
  readonly #onIncomplete: (room: string) => void;
  /** Rooms that are not whole, as far as this instance was told. */
  readonly #incomplete = new Set<string>();
  /** Names this log in what it publishes. */
  readonly #origin = newEpoch();
  readonly #followers = new Followers();
  readonly #followed = new Map<string, Followed>();
  #hearsFirsts = false;
  /** Rooms with an append under way: how many. Its answer tells of it before the channel does. */
  readonly #appending = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(redis: Redis, { epoch = newEpoch, onIncomplete = () => {} }: RedisLogOptions = {}) {
    this.#redis = redis;
    this.#index = redis.name('rooms');
    this.#firsts = redis.name('firsts');
    this.#epoch = epoch;
    this.#onIncomplete = onIncomplete;
    const look = () => void this.#look([...this.#followed.keys()]);
    redis.onReady(look);
    redis.onReady(() => this.#followers.tellFirst());
    this.#timer = setInterval(() => {
      look();
      if (redis.isCluster) this.#followers.tellFirst();
    }, lookEvery);
  }

  get trouble(): string | undefined {
    return this.#redis.trouble;
  }

  async load(room: string): Promise<LoadedRoom> {
    const { head, entries, snapshot, clients } = this.#keysOf(room);
    const keys = [head, entries, snapshot, clients];
    const reply = (await this.#redis.run(loadScript, keys, [])) as (string | null)[] | null;
    if (reply === null) throw this.#askForWhole(room);
    this.#incomplete.delete(room);
    const [name, revision, timestamp, proof, at, content, kept, tail, proofs] = reply;
    const epoch = name ?? '';
    const [keptAt, keptProof] = kept?.split(' ') ?? [];
    const known = keptAt === at && keptProof !== undefined && keptProof !== none && { proof: keptProof };
    const stored = at && content && { epoch, revision: Number(at), content: decode(content), ...known };
    const ends = { epoch, revision: Number(revision), timestamp: Number(timestamp), proof: proof ?? undefined };
    return loadedFrom(room, ends, stored || undefined, provedEntries(tail ?? '', proofs ?? ''));
  }

  async head(room: string): Promise<{ epoch: string; revision: number }> {
    const { epoch, revision, isWhole } = await this.#headOf(room);
    if (!isWhole) throw this.#askForWhole(room);
    return { epoch, revision };
  }

  async append(room: string, { epoch, after, entries, proofs }: Append): Promise<Appended> {
    const keys = this.#keysOf(room);
    const records = [...clientRecords(after, entries)];
    const encoded = entries.map(encode);
    const timestamp = entries.at(-1)?.timestamp ?? 0;
    const given = [...entries];
    const proved = proofs ?? (await this.#prove(room, epoch, after, given));
    const { server, trusted, settlesAt } = await this.#redis.standing(keys.head);
    const settles = settlesAt - monotonic();
    if (settles > 0) throw new Refusal('unavailable', 'the store has just come back', { retry_after_ms: settles });
    const write = () =>
      this.#redis.write(
        appendScript,
        [keys.head, keys.entries, keys.clients, keys.seen, keys.snapshot],
        [
          ...[epoch, String(after), server, trusted ? '1' : '0', this.#epoch(), String(timestamp)],
          ...[keys.channel, this.#firsts, this.#origin, String(encoded.length)],
          proved.map((proof) => proof || none).join(' '),
          ...encoded,
          ...records.flatMap(([client_id, record]) => [client_id, JSON.stringify(record)]),
        ],
      );
    const begin = after === 0 ? () => this.#list(room) : () => undefined;
    const [reply] = await this.#appendingTo(room, () => Promise.all([write(), begin()]));
    const [committed, at, revision] = reply as [number, string, number];
    if (committed < 0) {
      this.#notWhole(room);
      return { committed: false, epoch: noHead.epoch, revision: noHead.revision };
    }
    if (!committed) return { committed: false, epoch: at, revision };
    this.#tell(room, { epoch: at, revision: after, entries: given, proofs: proved });
    return { committed: true, epoch: at };
  }

  async read(room: string, { epoch, after, limit, bytes }: Range): Promise<Entry[] | undefined> {
    const { head, entries, snapshot, clients } = this.#keysOf(room);
    const { server, trusted } = await this.#redis.standing(head);
    const args = [epoch, String(after), String(limit), server, trusted ? '1' : '0', String(bytes)];
    const reply = (await this.#redis.run(readScript, [head, entries, snapshot, clients], args)) as
      | [string, string]
      | null;
    return reply === null ? undefined : checkRead(room, after, provedEntries(...reply));
  }

  async proof(room: string, { epoch, revision }: { epoch: string; revision: number }): Promise<string | undefined> {
    if (revision === 0) return noProof;
    const { head, entries, snapshot } = this.#keysOf(room);
    const reply = await this.#redis.run(proofScript, [head, entries, snapshot], [epoch, String(revision)]);
    return typeof reply === 'string' && reply !== none ? reply : undefined;
  }

  async client(room: string, client_id: string): Promise<ClientRecord | undefined> {
    const { clients } = this.#keysOf(room);
    const record = (await this.#redis.send(clients, ['HGET', clients, client_id])) as string | null;
    return record === null ? undefined : (JSON.parse(record) as ClientRecord);
  }

  async snapshot(room: string, { epoch, revision, content, proof = none }: Snapshot, keep: Keep): Promise<boolean> {
    const { head, entries, snapshot, clients, seen } = this.#keysOf(room);
    const limits = [String(keep.entries), String(keep.bytes), String(remembered)];
    const text = content instanceof LargeJson ? await textInTurns(content) : encode(content);
    const args = [epoch, String(revision), text, ...limits, proof];
    return (await this.#redis.write(snapshotScript, [head, entries, snapshot, clients, seen], args)) === 1;
  }

  async renew(room: string, { snapshot, timestamp, proofAt, clients }: Known): Promise<string | undefined> {
    const keys = this.#keysOf(room);
    const [at, proved] = (await this.#redis.send(keys.head, ['HMGET', keys.head, 'revision', 'proof'])) as (
      | string
      | null
    )[];
    // What is there is not a part of what is known here, but another history.
    if (proved && isOther(proofAt(Number(at)), proved)) return undefined;
    const { server } = await this.#redis.standing(keys.head);
    const { epoch, revision, content, proof = none } = snapshot;
    const reply = (await this.#redis.write(
      renewScript,
      [keys.head, keys.entries, keys.snapshot, keys.clients, keys.seen],
      [
        ...[epoch, String(revision), String(timestamp), encode(content), server, this.#epoch()],
        ...[keys.channel, this.#firsts, this.#origin, proof, `${Number(at)} ${proved ?? none}`],
        ...[...clients].flatMap(([client_id, record]) => [client_id, JSON.stringify(record)]),
      ],
    )) as string | null;
    await this.#list(room);
    if (reply !== null) this.#incomplete.delete(room);
    return reply ?? undefined;
  }

  /**
   * Has a room that is not whole go on from what is left of it, in a new epoch; an instance that knows more of it brings
   * that in. Resolves with the revision that it had, as far as that is known, and the one that is left; `undefined` where
   * it is whole.
   */
  async repair(room: string): Promise<{ had: number; left: number } | undefined> {
    const { head, entries, snapshot, clients, seen, channel } = this.#keysOf(room);
    const { server } = await this.#redis.standing(head);
    const args = [this.#epoch(), server, channel, this.#origin];
    const reply = await this.#redis.write(repairScript, [head, entries, snapshot, clients, seen], args);
    if (reply === null) return undefined;
    await this.#list(room);
    const [had = 0, left = 0] = reply as number[];
    return { had, left };
  }

  /** The rooms that were ever begun and of which a part is lost. */
  async *incomplete(): AsyncGenerator<string> {
    for (let start = '-'; ; ) {
      const names = (await this.#redis.send(this.#index, [
        ...['ZRANGEBYLEX', this.#index, start, '+', 'LIMIT', '0', '1000'],
      ])) as string[];
      for (const room of names) if (!(await this.#headOf(room)).isWhole) yield room;
      if (names.length < 1000) return;
      start = `(${names.at(-1)}`;
    }
  }

  async list({ prefix, after, limit }: { prefix: string; after: string; limit: number }): Promise<StoredRoom[]> {
    const rooms: StoredRoom[] = [];
    for (let start = after > prefix ? `(${after}` : `[${prefix}`; ; ) {
      const page = ['LIMIT', '0', String(limit)];
      const command = ['ZRANGEBYLEX', this.#index, start, `(${prefix}\u{10ffff}`, ...page];
      const names = (await this.#redis.send(this.#index, command)) as string[];
      const heads = await Promise.all(names.map((room) => this.#stored(room)));
      rooms.push(...heads.filter(({ revision }) => revision > 0));
      if (rooms.length >= limit || names.length < limit) return rooms.slice(0, limit);
      start = `(${names.at(-1)}`;
    }
  }

  async delete(room: string): Promise<boolean> {
    const { head, entries, snapshot, clients, seen } = this.#keysOf(room);
    const deleted = await this.#redis.write(
      deleteScript,
      [head, entries, snapshot, clients, seen],
      [String(remembered)],
    );
    await this.#redis.send(this.#index, ['ZREM', this.#index, room]);
    return deleted === 1;
  }

  async wasDeleted(room: string, epoch?: string): Promise<boolean> {
    const { head } = this.#keysOf(room);
    const deleted = await this.#redis.send(head, ['HGET', head, 'deleted']);
    return deleted !== null && deleted === (epoch ?? deleted);
  }

  async redact(room: string, { epoch, entries: redacted, author }: Redaction): Promise<boolean> {
    const { head, entries, clients, redacting } = this.#keysOf(room);
    const known = author ? await this.#clientsOf(room) : new Map<string, ClientRecord>();
    const args = [
      ...[epoch, String(redacted.size)],
      ...[...redacted].flatMap(([revision, { from, to }]) => [String(revision), sha1(encode(from)), encode(to)]),
      ...[...renamed(known, author)].flatMap(([client_id, record]) => [
        ...[client_id, JSON.stringify(known.get(client_id)), JSON.stringify(record)],
      ]),
    ];
    return (await this.#redis.write(redactScript, [head, entries, clients, redacting], args)) === 1;
  }

  async restart(room: string, { epoch, revision, content, proof = none }: Snapshot): Promise<boolean> {
    const { head, snapshot, channel } = this.#keysOf(room);
    const { server, trusted } = await this.#redis.standing(head);
    const stands = [epoch, String(revision), server, trusted ? '1' : '0'];
    const args = [...stands, this.#epoch(), encode(content), channel, this.#origin, proof];
    return (await this.#redis.write(restartScript, [head, snapshot], args)) === 1;
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

  followFirsts(listener: (room?: string) => void): () => void {
    if (!this.#hearsFirsts) this.#subscribeFirsts();
    this.#hearsFirsts = true;
    return this.#followers.followFirsts(listener);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
  }

  #subscribe(room: string): Followed {
    const stop = this.#redis.subscriber.subscribe(this.#keysOf(room).channel, (message) => this.#hear(room, message));
    const followed = { stop, followers: 0 };
    this.#followed.set(room, followed);
    void this.#look([room]);
    return followed;
  }

  #subscribeFirsts(): void {
    const { subscriber } = this.#redis;
    subscriber.subscribe(this.#firsts, (channel) => this.#hearFirst(channel));
    // Some may have begun before it heard. Where Redis is not there, it tells of that when it is.
    subscriber.caughtUp().then(
      () => this.#followers.tellFirst(),
      () => {},
    );
  }

  async #list(room: string): Promise<void> {
    await this.#redis.send(this.#index, ['ZADD', this.#index, '0', room]);
  }

  async #clientsOf(room: string): Promise<Map<string, ClientRecord>> {
    const { clients } = this.#keysOf(room);
    const reply = (await this.#redis.send(clients, ['HGETALL', clients])) as Record<string, string>;
    const records = Object.entries(reply);
    return new Map(records.map(([client_id, record]) => [client_id, JSON.parse(record) as ClientRecord]));
  }

  async #stored(room: string): Promise<StoredRoom> {
    const { head } = this.#keysOf(room);
    const reply = (await this.#redis.send(head, ['HMGET', head, 'revision', 'timestamp'])) as (string | null)[];
    return { room, revision: Number(reply[0]), timestamp: Number(reply[1]) };
  }

  /** The proofs of the head and of entries that are to follow it. */
  async #prove(room: string, epoch: string, revision: number, entries: readonly Entry[]): Promise<string[]> {
    const before = (await this.proof(room, { epoch, revision })) ?? noProof;
    return [before, ...proofsOf(before, entries)];
  }

  /** `<origin> <epoch> <revision> <proof>…`, and on the next line the entries, unless they are too long. */
  #hear(room: string, message: Buffer): void {
    const end = message.indexOf('\n');
    const [origin, epoch = '', revision, ...given] = message.toString('latin1', 0, end).split(' ');
    if (origin === this.#origin && (this.#appending.has(room) || this.#hasTold(room, epoch, Number(revision)))) return;
    const proofs = given.map((proof) => (proof === none ? noProof : proof));
    const entries = decodeEntries(message.toString('utf8', end + 1));
    // Of entries that are not told where they end.
    const untold = entries.length === 0 ? Math.max(0, proofs.length - 1) : 0;
    const known = proofs.slice(untold);
    this.#tell(room, {
      epoch,
      revision: Number(revision) + untold,
      entries,
      ...(known.length > 0 && { proofs: known }),
    });
  }

  /** The channel of a room that begins. */
  #hearFirst(channel: Buffer): void {
    const [before = '', after = ''] = this.#keysOf('\n').channel.split('\n');
    const name = channel.toString();
    this.#followers.tellFirst(name.slice(before.length, name.length - after.length));
  }

  #tell(room: string, news: News): void {
    const followed = this.#followed.get(room);
    if (!followed) return;
    // Where a log stands is told again until something follows: whoever was told may have failed to look.
    if (news.entries.length > 0) {
      followed.epoch = news.epoch;
      followed.revision = news.revision + news.entries.length;
      followed.proof = news.proofs?.at(-1);
    }
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
        const { epoch, revision, proof, isWhole } = heads[index] ?? { ...noHead, isWhole: true };
        if (!followed || followed.revision !== before[index]) return;
        const isSame = epoch === (followed.epoch ?? '') && !isOther(proof, followed.proof);
        if (isSame && isWhole && revision === (followed.revision ?? 0)) return;
        this.#followers.tell(room, { epoch, revision, entries: [], ...(proof && { proofs: [proof] }) });
      });
    } catch {
      // Not there: whenever it is again, all rooms are looked at.
    }
  }

  /** Where a room stands; nowhere, where its server has lost some of it, or may have. */
  async #head(room: string): Promise<Omit<Head, 'timestamp'> & { isWhole: boolean }> {
    const { server, trusted } = await this.#redis.standing(this.#keysOf(room).head);
    const { writtenTo, isWhole, ...head } = await this.#headOf(room);
    if (!isWhole) this.#notWhole(room);
    if (!isWhole || (!trusted && writtenTo !== server)) return { ...noHead, isWhole };
    return { ...head, isWhole };
  }

  async #headOf(room: string) {
    const { head, entries, snapshot, clients } = this.#keysOf(room);
    const reply = await this.#redis.run(headScript, [head, entries, snapshot, clients], []);
    const [epoch, revision, writtenTo, isWhole] = reply as [string, string, string, number];
    return { epoch, revision: Number(revision), writtenTo, isWhole: isWhole === 1 };
  }

  /** Has whoever has the room in memory look at it, and bring it back. Returns why nobody reads it until then. */
  #askForWhole(room: string): Refusal {
    this.#notWhole(room);
    // Who follows it here has just tried.
    if (!this.#followed.has(room))
      this.#redis.publish(this.#keysOf(room).channel, `${this.#origin} ${noHead.epoch} ${noHead.revision}\n`);
    return new Refusal('unavailable', 'the store has lost a part of this room', { retry_after_ms: incompleteRetry });
  }

  #notWhole(room: string): void {
    if (this.#incomplete.has(room)) return;
    if (this.#incomplete.size >= mostTold) this.#incomplete.clear();
    this.#incomplete.add(room);
    this.#onIncomplete(room);
  }

  /** The keys share a hash tag, so a cluster holds them in one place. See scripts.ts for what is in them. */
  #keysOf(room: string) {
    const key = (name: string) => this.#redis.name(`{${room}}:${name}`);
    return {
      head: key('head'),
      entries: key('entries'),
      snapshot: key('snapshot'),
      clients: key('clients'),
      seen: key('seen'),
      redacting: key('redacting'),
      channel: key('news'),
    };
  }
}

/** Entries and their proofs, as scripts answer them. */
function provedEntries(joined: string, proofs: string): Proved[] {
  const all = proofs.split(' ');
  return decodeEntries(joined).map((entry, index) => {
    const proof = all[index] === none ? undefined : all[index];
    return { entry, proof };
  });
}

function decodeEntries(joined: string): Entry[] {
  return decode(`[${joined}]`) as Entry[];
}
