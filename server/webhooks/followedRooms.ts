import type { RoomId } from '../../shared/rooms.ts';
import { roomKey, roomOfKey, tenantOfKey } from '../access/keys.ts';
import type { Kinds } from '../kinds/kinds.ts';
import type { Log } from '../logs/log.ts';
import type { Rooms } from '../rooms/rooms.ts';
import { idOf, newId } from './events.ts';
import { queueKey } from './queue.ts';
import type { Queues } from './queues.ts';

/** How long a room may be empty before that is told: whoever reloads a page is back by then. In milliseconds. */
export const grace = 5_000;
/** A document that goes on changing is told of so often, and one that has changed within so long; in milliseconds. */
export const storedEvery = 3_000;

interface Head {
  epoch: string;
  revision: number;
}

export interface FollowedRoomsOptions {
  queues: Queues;
  rooms: Rooms;
  kinds: Kinds;
  log: Log;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Notices when rooms are occupied and vacated, on whatever instances, and what their logs have. */
export class FollowedRooms {
  readonly #options: FollowedRoomsOptions;
  /** Rooms that were left, until that is told. */
  readonly #leaving = new Map<string, NodeJS.Timeout>();
  /** Documents that have changed here, until that is told. */
  readonly #changed = new Map<string, { head: Head; timer: NodeJS.Timeout }>();

  constructor(options: FollowedRoomsOptions) {
    this.#options = options;
  }

  /** A room has somebody in it, or nobody, on all instances together. */
  occupied(key: string, isOccupied: boolean, head: Head): void {
    const room_id = roomOfKey(key);
    if (this.#options.kinds.isPersonal(room_id)) return;
    clearTimeout(this.#leaving.get(key));
    this.#leaving.delete(key);
    if (isOccupied) {
      const notice = { type: 'room.occupied', id: newId(), timestamp: this.#options.now(), room_id, ...head } as const;
      this.#options.queues.add(tenantOfKey(key), 'rooms', notice);
      return;
    }
    const left = this.#options.now();
    this.#leaving.set(
      key,
      setTimeout(() => void this.#left(key, left), grace),
    );
  }

  /** Operations of this instance are in the log; they follow `before`. */
  committed(key: string, before: Head, head: Head): void {
    const room_id = roomOfKey(key);
    if (!this.#isDocument(room_id)) return;
    const changed = this.#changed.get(key);
    if (changed) {
      changed.head = head;
      return;
    }
    this.#options.queues.add(tenantOfKey(key), 'rooms', { type: 'document.changed', room_id, ...before });
    this.#changed.set(key, { head, timer: setTimeout(() => this.#stored(key), storedEvery) });
  }

  /** Tells of a tenant's rooms what nobody has told because an instance has died, or was away. */
  async lookAt(org_id: string): Promise<void> {
    const { queues, rooms, now } = this.#options;
    const { state } = await queues.of(queueKey(org_id, 'rooms'));
    for (const [id, told] of Object.entries(state.rooms)) {
      const room_id = id as RoomId;
      const key = roomKey(org_id, room_id);
      const exists = this.#changed.has(key) || !this.#isDocument(room_id) || (await this.#lookAtHead(key, told));
      const isLeft = told.occupied && !this.#leaving.has(key) && (await rooms.usersIn(key)).size === 0;
      if (isLeft || (!told.occupied && !exists)) this.#vacated(key, now());
    }
  }

  /** Tells anew of the rooms in which there is somebody here: another instance may not have seen them. */
  async lookAtOwn(): Promise<void> {
    const { queues, rooms } = this.#options;
    for (const room of [...rooms]) {
      if (room.members.size === 0 || room.kind.personal) continue;
      const { state } = await queues.of(queueKey(tenantOfKey(room.key), 'rooms'));
      if (state.rooms[room.room_id]?.occupied || room.members.size === 0) continue;
      this.occupied(room.key, true, room.head);
    }
  }

  /** Tells what is known by now. Who is in a room may be back when the server is. */
  close(): void {
    for (const key of [...this.#changed.keys()]) this.#stored(key);
    for (const timer of this.#leaving.values()) clearTimeout(timer);
  }

  async #left(key: string, at: number): Promise<void> {
    this.#leaving.delete(key);
    // Where nobody can say, it is looked again later.
    const users = await this.#options.rooms.usersIn(key).catch(() => undefined);
    if (users?.size === 0 && !this.#leaving.has(key)) this.#vacated(key, at);
  }

  #vacated(key: string, timestamp: number): void {
    if (this.#changed.has(key)) this.#stored(key);
    const notice = { type: 'room.vacated', id: newId(), timestamp, room_id: roomOfKey(key) } as const;
    this.#options.queues.add(tenantOfKey(key), 'rooms', notice);
  }

  #stored(key: string): void {
    const changed = this.#changed.get(key);
    if (!changed) return;
    clearTimeout(changed.timer);
    this.#changed.delete(key);
    // Other instances may have written since: nothing older is told after what is newer.
    this.#tellStored(key, this.#options.rooms.find(key)?.head ?? changed.head);
  }

  #tellStored(key: string, head: Head): void {
    const org_id = tenantOfKey(key);
    const room_id = roomOfKey(key);
    const id = idOf(org_id, room_id, head.epoch, head.revision);
    this.#options.queues.add(org_id, 'rooms', {
      type: 'document.stored',
      id,
      timestamp: this.#options.now(),
      room_id,
      ...head,
    });
  }

  /** Of feeds and inboxes it is told what was published there. */
  #isDocument(room_id: RoomId): boolean {
    return this.#options.kinds.find(room_id)?.news === undefined;
  }

  /** Tells of what its log has, where that is more. Resolves with whether there is such a room. */
  async #lookAtHead(key: string, told: Head): Promise<boolean> {
    const { log } = this.#options;
    const [stored] = await log.list({ prefix: key, after: '', limit: 1 });
    if (stored?.room !== key) return false;
    if (stored.revision === told.revision) return true;
    const { epoch, revision } = await log.load(key);
    this.#tellStored(key, { epoch, revision });
    return true;
  }
}
