import type { Trial } from '../../shared/documents/type.ts';
import { Refusal } from '../../shared/refusals.ts';

/** Whose something that waits is. */
export type Owner = Pick<Trial, 'room' | 'user'>;

/** How many may wait of a user in a room, of a room, and in all. */
const most = { user: 4, room: 16, all: 256 };

/** What waits for its turn. Rooms take turns, and in each its users: nobody waits for all that somebody else has asked for. */
export class FairQueue<Item> {
  /** By room and by user, the next one first. */
  readonly #rooms = new Map<string, Map<string, Item[]>>();
  #length = 0;

  /** Refuses `rate_limited` where too many wait. */
  push({ room, user }: Owner, item: Item): void {
    const users = this.#rooms.get(room) ?? new Map<string, Item[]>();
    const items = users.get(user) ?? [];
    const inRoom = [...users.values()].reduce((sum, { length }) => sum + length, 0);
    if (items.length >= most.user) throw tooMany('yours');
    if (inRoom >= most.room) throw tooMany('this room');
    if (this.#length >= most.all) throw tooMany('all rooms');
    this.#rooms.set(room, users.set(user, [...items, item]));
    this.#length += 1;
  }

  /** The next one; undefined where none waits. */
  shift(): Item | undefined {
    const [room, users] = first(this.#rooms);
    const [user, [item, ...left] = []] = users ? first(users) : [];
    if (room === undefined || !users || user === undefined) return undefined;
    this.#length -= 1;
    // Whoever had a turn comes last.
    users.delete(user);
    if (left.length > 0) users.set(user, left);
    this.#rooms.delete(room);
    if (users.size > 0) this.#rooms.set(room, users);
    return item;
  }
}

function first<Value>(map: ReadonlyMap<string, Value>): [key: string, value: Value] | [] {
  const { value } = map.entries().next();
  return value ?? [];
}

function tooMany(whose: string): Refusal {
  return new Refusal('rate_limited', `many updates of ${whose} are being tried`, { retry_after_ms: 1_000 });
}
