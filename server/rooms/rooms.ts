import { monotonic } from '../../shared/monotonic.ts';
import { Refusal } from '../../shared/refusals.ts';
import type { RoomId } from '../../shared/rooms.ts';
import { roomKey } from '../access/keys.ts';
import type { Connection } from '../connections/connection.ts';
import type { Kinds, KnownKind } from '../kinds/kinds.ts';
import { Backlog } from '../limits/backlog.ts';
import type { LoadedRoom } from '../logs/log.ts';
import { Damaged } from '../logs/proof.ts';
import { Beat, patient, prompt } from './beat.ts';
import { Dormants, type Vacant } from './dormant.ts';
import { Held } from './held.ts';
import type { RemovalReason } from './members.ts';
import type { RoomOptions } from './ofKind.ts';
import { Room } from './room.ts';

/** How long a room stays in memory when everybody has left, in milliseconds. */
const idleTime = 30_000;
/** Bytes that rooms with nobody in them may take together; the longest idle go first. */
const idleBytes = 8 * 1024 * 1024;
/** How often rooms are looked after, in milliseconds. */
const tickEvery = 1_000;

/** What all rooms of a server have in common. */
export interface RoomsOptions extends Omit<RoomOptions, 'kind' | 'limits' | 'beat' | 'backlog' | 'held'> {
  kinds: Kinds;
  /** Bytes that they may take together: see held.ts. */
  mostBytes?: number;
  /** Loads a room where that is more than a look at the log. */
  load?: ((key: string) => Promise<LoadedRoom>) | undefined;
}

/** The rooms that this instance has in memory. A room comes with the first who asks and goes when it has been idle. */
export class Rooms {
  /** Who is in rooms that are not in memory. */
  readonly dormants: Dormants;
  readonly #options: RoomsOptions;
  readonly #rooms = new Map<string, Room>();
  readonly #loading = new Map<string, Promise<Room>>();
  readonly #beat = new Beat(prompt);
  readonly #patientBeat = new Beat(patient);
  readonly #byKind = new Map<KnownKind, RoomOptions>();
  readonly #vacant = new Map<KnownKind, Vacant>();
  readonly #backlog = new Backlog();
  readonly #held: Held;
  readonly #timer: NodeJS.Timeout;
  #closed = false;

  constructor(options: RoomsOptions) {
    this.#options = options;
    const { log, now, onError, mostBytes } = options;
    this.#held = new Held(mostBytes);
    this.dormants = new Dormants({
      ...{ log, now, onError },
      find: (key) => this.find(key),
      open: (org_id, room_id) => this.open(org_id, room_id),
      vacant: (room_id) => this.#vacantOf(room_id),
    });
    this.#timer = setInterval(() => this.#tick(), tickEvery);
  }

  /** How many, but for inboxes. */
  get size(): number {
    return [...this.#rooms.values()].filter(({ kind }) => !kind.personal).length;
  }

  /** How many operations wait for their log. */
  get queued(): number {
    let queued = 0;
    for (const { writer } of this) queued += writer.queued;
    return queued;
  }

  /** The server stops: nothing is opened any more. */
  get isClosed(): boolean {
    return this.#closed;
  }

  [Symbol.iterator](): Iterator<Room> {
    return this.#rooms.values();
  }

  /**
   * A tenant's room, from memory or from its log. Refuses `not_found` where there is no such kind, and `unavailable` where those
   * in memory take as much as they may.
   */
  async open(org_id: string, room_id: RoomId): Promise<Room> {
    const key = roomKey(org_id, room_id);
    const room = this.#rooms.get(key);
    if (room) {
      room.touch();
      return room;
    }
    const kind = this.#options.kinds.of(room_id);
    const known = this.#loading.get(key);
    if (!known) this.#held.check(org_id);
    const loading = known ?? this.#load(key, room_id, kind);
    this.#loading.set(key, loading);
    return loading;
  }

  /** The room, if it is in memory. */
  find(key: string): Room | undefined {
    return this.#rooms.get(key);
  }

  /** The users that are in a room, on whatever instances, also where it is not in memory. */
  async usersIn(key: string): Promise<ReadonlySet<string>> {
    const room = this.#rooms.get(key);
    if (room) return room.presence.users;
    const presents = (await this.#options.relay?.presents(key)) ?? [];
    return new Set([...presents.map(([{ user_id }]) => user_id), ...this.dormants.usersIn(key)]);
  }

  /** Whether a connection may know of a user: a guest sees who is in its room, while it is there itself, and nobody else. */
  shows({ identity: { org_id, guest }, memberships }: Connection, user_id: string): boolean {
    if (!guest) return true;
    const room = memberships.get(guest.room_id) && this.#rooms.get(roomKey(org_id, guest.room_id));
    return room?.presence.has(user_id) ?? false;
  }

  /** Removes a user from a room, and tells it why. Returns how many connections that were here. */
  expel(key: string, reason: RemovalReason, user_id: string): number {
    const members = this.#rooms.get(key)?.members.expel(reason, user_id) ?? 0;
    return members + this.dormants.expel(key, reason, user_id);
  }

  /**
   * Lets a room go whose log was deleted, and everyone in it. What still waits to be written is refused by the log.
   * Returns how many connections were in it.
   */
  async discard(key: string): Promise<number> {
    const room = this.#rooms.get(key) ?? (await this.#loading.get(key));
    const dormant = this.dormants.expel(key, 'closed');
    if (!room) return dormant;
    this.#rooms.delete(key);
    const expelled = room.members.expel('closed');
    room.close();
    return expelled + dormant;
  }

  /** Brings everything into the log; rooms that are not in memory stay where they are. */
  async settle(): Promise<void> {
    clearInterval(this.#timer);
    this.#closed = true;
    await Promise.all([...this.#rooms.values()].map((room) => room.settled().catch(this.#options.onError)));
  }

  /** Brings everything into the log, and lets all rooms go. */
  async close(): Promise<void> {
    await this.settle();
    this.dormants.close();
    for (const room of this.#rooms.values()) room.close();
    this.#rooms.clear();
  }

  async #load(key: string, room_id: RoomId, kind: KnownKind): Promise<Room> {
    try {
      const loaded = await this.#loaded(key);
      if (this.#closed) throw new Refusal('unavailable', 'the server is stopping', { retry_after_ms: 1_000 });
      const room = new Room({ key, room_id }, this.#optionsOf(kind), loaded);
      await room.elsewhere?.learn();
      this.#rooms.set(key, room);
      this.#held.add(room.org_id, room.bytes);
      this.#options.observer?.loaded(key, room.document);
      this.dormants.wake(key);
      return room;
    } finally {
      this.#loading.delete(key);
    }
  }

  /** Throws Damaged, and tells of it, where what is kept is not what was written: nobody reads or writes in that room. */
  async #loaded(key: string): Promise<LoadedRoom> {
    const { log, load = (room) => log.load(room) } = this.#options;
    try {
      return await load(key);
    } catch (error) {
      if (error instanceof Damaged) this.#options.onError(error);
      throw error;
    }
  }

  /** The same object for all rooms of a kind. */
  #optionsOf(kind: KnownKind): RoomOptions {
    const known = this.#byKind.get(kind);
    if (known) return known;
    const shared = {
      beat: kind.type.patient ? this.#patientBeat : this.#beat,
      backlog: this.#backlog,
      held: this.#held,
    };
    const options = { ...this.#options, ...limitsOf(kind, this.#options), kind, ...shared };
    this.#byKind.set(kind, options);
    return options;
  }

  /** The same of what it tells who is in one that is not in memory: it is encoded once. */
  #vacantOf(room_id: RoomId): Vacant {
    const kind = this.#options.kinds.of(room_id);
    const known = this.#vacant.get(kind);
    if (known) return known;
    const { type } = kind;
    const { limits } = this.#optionsOf(kind);
    const vacant = { document: { type: type.name, content: type.show(type.create()) }, limits };
    this.#vacant.set(kind, vacant);
    return vacant;
  }

  #tick(): void {
    const now = monotonic();
    const idle: { room: Room; since: number }[] = [];
    for (const room of this.#rooms.values()) {
      room.tick();
      if (room.idleSince !== undefined) idle.push({ room, since: room.idleSince });
    }
    this.#held.count([...this.#rooms.values()]);
    const most = this.#held.isFull ? 0 : idleBytes;
    idle.sort((one, other) => other.since - one.since);
    let bytes = 0;
    for (const { room, since } of idle) {
      bytes += room.bytes;
      if (now - since > idleTime || bytes > most) this.#evict(room, since).catch(this.#options.onError);
    }
  }

  /** Lets a room go, unless someone asked for it while its last was brought into the log. */
  async #evict(room: Room, since: number): Promise<void> {
    await room.settled();
    if (room.idleSince !== since || this.#rooms.get(room.key) !== room) return;
    this.#rooms.delete(room.key);
    room.close();
  }
}

/** What rooms of a kind may take, in place of what all others may. */
function limitsOf({ limits }: KnownKind, { operationLimits }: RoomsOptions): Partial<RoomOptions> {
  if (!limits) return {};
  const { maxDocumentBytes, maxOperationBytes, maxMessageBytes, maxParticipantsPerRoom } = limits;
  const operation = maxOperationBytes !== undefined && { max_operation_bytes: maxOperationBytes };
  const others = {
    ...(maxDocumentBytes !== undefined && { max_document_bytes: maxDocumentBytes }),
    ...(maxMessageBytes !== undefined && { max_message_bytes: maxMessageBytes }),
  };
  return {
    ...others,
    limits: { ...operation, ...others },
    operationLimits: { ...operationLimits, ...operation },
    ...(maxParticipantsPerRoom !== undefined && { max_participants: maxParticipantsPerRoom }),
  };
}
