import type { Payload, ServerEventName } from '../shared/events.ts';
import { Refusal } from '../shared/refusals.ts';
import { kindOf, parseRoomId, type RoomId, type RoomKind } from '../shared/rooms.ts';
import { Connection } from './connection/connection.ts';
import type { ConnectionOptions } from './connection/options.ts';
import type { Inbox } from './documents/feed.ts';
import { songs } from './documents/text.ts';
import type { Documents, Surroundings } from './documents/type.ts';
import { Presence } from './presence.ts';
import { randomId } from './randomId.ts';
import { claim } from './room/claim.ts';
import type { Shelf } from './room/cleaning.ts';
import { type Ownership, ownershipOf } from './room/ownership.ts';
import { Room } from './room/room.ts';
import { defaultStorage, type ReplicaStorage } from './room/storage.ts';

export interface ClientOptions extends ConnectionOptions {
  /** Where unsent edits outlive a reload. Default: IndexedDB in browsers, memory in Node. */
  storage?: ReplicaStorage;
  /** What rooms may hold besides songs: `sessions`, `feeds`, and what an application has made. With `feeds` there is an `inbox`. */
  documents?: readonly Documents[];
}

/** A connection, and the rooms that one takes part in over it. */
export class Client extends Connection {
  readonly #shelf: Shelf;
  readonly #ownership: Ownership;
  readonly #documents: readonly Documents[];
  readonly #rooms = new Map<RoomId, Room>();
  readonly #inbox: Inbox | undefined;
  #inboxId: RoomId = 'user:';
  #cleaned: Promise<void> | undefined;
  /** Ends when a room that was left is over: opened again it waits for that. */
  readonly #left = new Map<RoomId, Promise<unknown>>();
  /** Who of some users is online. */
  readonly presence = new Presence(this);

  constructor(url: string, { storage = defaultStorage(), documents = [], ...options }: ClientOptions = {}) {
    super(url, options);
    for (const each of documents) storage = each.keep?.(storage) ?? storage;
    this.#shelf = { storage, claim };
    this.#ownership = ownershipOf(this, storage);
    this.on('connected', () => this.#clean());
    this.#documents = [...documents, songs];
    this.#inbox = this.#of('user')?.create(
      this.#around(() => this.#inboxId),
      'user',
    ) as Inbox | undefined;
  }

  /** A room, joined from now on until its leave(): `song:42`, or `42` for short. The same object until then. */
  room(id: string): Room {
    const room_id = parseRoomId(id);
    return this.#rooms.get(room_id) ?? this.#open(room_id);
  }

  /** What came for the user, here or while away: for a client that was given `feeds`. */
  get inbox(): Inbox {
    return this.#inbox ?? missing('user');
  }

  /** Whether something that was typed is not yet known to be in the log: ask before a tab closes. */
  get hasUnsent(): boolean {
    return [...this.#rooms.values()].some((room) => room.hasUnsent);
  }

  /**
   * Deletes what is kept here of the user, who signs out: all rooms are left. Throws a Refusal (`conflict`), and changes
   * nothing, where something is unsent, unless forced.
   */
  async forget(force = false): Promise<void> {
    const { forget } = await cleaning();
    const isDone = await forget(this.#shelf, this.#ownership, [...this.#rooms.values()], force);
    if (!isDone) throw new Refusal('conflict', 'something is unsent');
  }

  /** Once: what is too old or too much goes. */
  #clean(): void {
    this.#cleaned ??= cleaning()
      .then(({ clean }) => clean(this.#shelf, Date.now()))
      .catch(() => {});
  }

  #open(room_id: RoomId): Room {
    const kind = kindOf(room_id);
    const documents = this.#of(kind) ?? missing(kind);
    const isInbox = kind === 'user';
    const create = () =>
      documents.create(
        this.#around(() => room_id),
        kind,
      );
    const room = new Room({
      connection: this,
      ...this.#shelf,
      ownership: this.#ownership,
      room_id,
      document: isInbox ? this.inbox : create(),
      documents,
      create,
      isInbox,
      before: this.#left.get(room_id),
      onLeft: (over) => {
        this.#rooms.delete(room_id);
        // What went wrong there, who left has been told.
        this.#left.set(room_id, Promise.allSettled([over]));
      },
    });
    this.#rooms.set(room_id, room);
    return room;
  }

  /** What rooms of a kind hold; undefined where connect() was given nothing of it. */
  #of(kind: RoomKind): Documents | undefined {
    return this.#documents.find(({ kinds }) => kinds.includes(kind));
  }

  #around(room_id: () => RoomId): Surroundings {
    return {
      client_id: randomId(),
      now: () => this.serverTime,
      user_id: () => this.greeting?.user.user_id,
      ask: (event, payload) => this.request(event, { room_id: room_id(), ...payload } as Payload<typeof event>),
    };
  }

  /** Rooms hear what is about them before anyone else. */
  protected override received(event: ServerEventName, payload: never): void {
    const { room_id } = payload as { room_id?: RoomId };
    if (room_id) {
      // It comes unasked for one room alone.
      if (event === 'room_joined' && this.#inbox) {
        this.#inboxId = room_id;
        this.room(room_id);
      }
      this.#rooms.get(room_id)?.received(event, payload);
    }
    super.received(event, payload);
  }
}

/** No page needs it at its start. */
const cleaning = () => import('./room/cleaning.ts');

function missing(kind: RoomKind): never {
  throw new TypeError(`a ${kind} needs connect(url, { documents })`);
}

/** Connects, and stays connected until disconnect(). `url` is where the server listens, without a path; throws a TypeError otherwise. */
export function connect(url: string, options: ClientOptions = {}): Client {
  const client = new Client(url, options);
  client.connect();
  return client;
}
