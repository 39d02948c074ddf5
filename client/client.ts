import type { ServerEventName, ServerPayload } from '../shared/events.ts';
import { parseRoomId, type RoomId } from '../shared/rooms.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import { Room } from './room.ts';
import { defaultStorage, type ReplicaStorage } from './storage.ts';

export interface ClientOptions extends ConnectionOptions {
  /** Where unsent edits outlive a reload. Default: IndexedDB in browsers, memory in Node. */
  storage?: ReplicaStorage;
}

/** The events that are about one room. */
const roomEvents = [
  'collaboration_update',
  'cursor_moved',
  'user_joined',
  'user_left',
  'typing_changed',
  'room_message',
  'room_head',
  'room_removed',
  'error',
] as const satisfies ServerEventName[];

/** A connection, and the rooms that one takes part in over it. */
export class Client extends Connection {
  readonly #storage: ReplicaStorage;
  readonly #rooms = new Map<RoomId, Room>();

  constructor(url: string, { storage = defaultStorage(), ...options }: ClientOptions = {}) {
    super(url, options);
    this.#storage = storage;
    for (const event of roomEvents) this.on(event, (payload) => this.#tell(event, payload));
  }

  /** A room, joined from now on until its leave(): `song:42`, or `42` for short. The same object until then. */
  room(id: string): Room {
    const room_id = parseRoomId(id);
    const known = this.#rooms.get(room_id);
    if (known) return known;
    const onLeft = () => void this.#rooms.delete(room_id);
    const room = new Room({ connection: this, storage: this.#storage, room_id, onLeft });
    this.#rooms.set(room_id, room);
    return room;
  }

  /** Whether something that was typed is not yet known to be in the log: ask before a tab closes. */
  get hasUnsent(): boolean {
    return [...this.#rooms.values()].some(({ text }) => text.status.hasUnsent);
  }

  #tell<E extends (typeof roomEvents)[number]>(event: E, payload: ServerPayload<E>): void {
    const { room_id } = payload;
    if (room_id !== undefined) this.#rooms.get(parseRoomId(room_id))?.received(event, payload);
  }
}

/** Connects, and stays connected until disconnect(). `url` is where the server listens. */
export function connect(url: string, options: ClientOptions = {}): Client {
  const client = new Client(url, options);
  client.connect();
  return client;
}
