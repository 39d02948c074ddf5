import type { Answer, Participant } from '../../shared/events.ts';
import { higherRole, type RoomId } from '../../shared/rooms.ts';
import { Groups } from '../collections/groups.ts';
import { LazyMap } from '../collections/lazyMap.ts';
import { type Broadcast, Frame, presenceInterval } from './frame.ts';
import type { Member } from './member.ts';
import type { Present } from './relay.ts';

/** How many participants a room's state lists, and of how many it is told that they come and go. */
const most = 200;
/** How often a room tells how many participants there are beyond those, in milliseconds. */
const countInterval = 1_000;

/** Someone came, went, or has another role or name; and how many users there were then. */
interface Change {
  kind: 'came' | 'went' | 'changed';
  user: Participant;
  count: number;
}

/** A connection here, or one of another instance. */
type Place = Member | Present;
/** What is told of a member. */
type Here = Pick<Member, 'connection' | 'client_id' | 'joined_at' | 'role'>;

export interface PresenceEvents {
  /** Somebody is there and nobody was before, or the other way round. */
  onOccupied(isOccupied: boolean): void;
}

/**
 * Who is in a room: users, each with one connection or more, on whatever instances. Comings, goings and changes are
 * announced once a frame, those of the first 200 by name and of the rest by number, so that what a crowd costs is linear in
 * people.
 */
export class Presence {
  readonly #room_id: RoomId;
  readonly #broadcast: Broadcast;
  readonly #events: PresenceEvents | undefined;
  readonly #users = new Groups<Place>();
  /** Those who are announced, as they were last. Another one takes the place of one who went. */
  readonly #listed = new LazyMap<string, Participant>();
  #frame: Frame | undefined;
  #countFrame: Frame | undefined;
  /** What is to be announced, in the order in which it happened. */
  #changes: Change[] = [];
  #toldCount = 0;
  /** How many connections there are here to be told. */
  #listeners = 0;

  constructor(room_id: RoomId, broadcast: Broadcast, events?: PresenceEvents) {
    this.#room_id = room_id;
    this.#broadcast = broadcast;
    this.#events = events;
  }

  /** How many users there are. */
  get count(): number {
    return this.#users.size;
  }

  get users(): ReadonlySet<string> {
    return new Set(this.#users.keys());
  }

  has(user_id: string): boolean {
    return this.#users.has(user_id);
  }

  /** The connections of one user on this instance. */
  membersOf(user_id: string): Member[] {
    return this.#placesOf(user_id).filter(isMember);
  }

  list(): Participant[] {
    return [...this.#listed.keys()].map((user_id) => participant(this.#placesOf(user_id)));
  }

  /** Up to `limit` participants behind one of them, in the order of their ids. */
  page(after: string | undefined, limit: number): Answer<'get_participants'> {
    const behind = [...this.#users.keys()].filter((user_id) => after === undefined || user_id > after).sort();
    return {
      participants: behind.slice(0, limit).map((user_id) => participant(this.#placesOf(user_id))),
      participant_count: this.count,
      more: behind.length > limit,
    };
  }

  /** The guest that came last: of several in one moment the same one on all instances. */
  get newestGuest(): string | undefined {
    let newest: Participant | undefined;
    for (const user_id of this.#users.keys()) {
      const user = participant(this.#placesOf(user_id));
      if (user.guest && (!newest || isNewer(user, newest))) newest = user;
    }
    return newest?.user_id;
  }

  add(place: Place): void {
    const { user_id } = presentOf(place);
    if (isMember(place)) this.#listeners += 1;
    const wasThere = this.#users.has(user_id);
    this.#users.add(user_id, place);
    if (wasThere) {
      this.look(user_id);
      return;
    }
    if (this.count === 1) this.#events?.onOccupied(true);
    if (this.#listed.size >= most) {
      this.#requestCount();
      return;
    }
    this.#change('came', participant([place]));
  }

  remove(place: Place): void {
    const { user_id } = presentOf(place);
    if (!this.#users.delete(user_id, place)) return;
    if (isMember(place)) this.#listeners -= 1;
    if (this.#users.has(user_id)) {
      this.look(user_id);
      return;
    }
    if (this.count === 0) this.#events?.onOccupied(false);
    const wasListed = this.#listed.delete(user_id);
    if (wasListed) this.#change('went', participant([place]));
    if (!wasListed || this.count > this.#listed.size) this.#requestCount();
  }

  /** A user's role or name may be another one: where it is, that is announced. */
  look(user_id: string): void {
    const told = this.#listed.get(user_id);
    if (!told) return;
    const user = participant(this.#placesOf(user_id));
    if (user.role !== told.role || user.name !== told.name) this.#change('changed', user);
  }

  close(): void {
    this.#frame?.cancel();
    this.#countFrame?.cancel();
  }

  #placesOf(user_id: string): Place[] {
    return this.#users.of(user_id);
  }

  #change(kind: Change['kind'], user: Participant): void {
    if (kind !== 'went') this.#listed.set(user.user_id, user);
    if (this.#listeners === 0) {
      this.#toldCount = this.count;
      return;
    }
    this.#changes.push({ kind, user, count: this.count });
    this.#frame ??= new Frame(presenceInterval, () => this.#announce());
    this.#frame.request();
  }

  #announce(): void {
    const changes = this.#changes;
    this.#changes = [];
    this.#toldCount = changes.at(-1)?.count ?? this.#toldCount;
    while (changes.length > 0) {
      const kind = changes[0]?.kind;
      const other = changes.findIndex((change) => change.kind !== kind);
      const alike = changes.splice(0, other < 0 ? changes.length : other);
      if (kind === 'came') this.#announceCame(alike);
      else this.#broadcast(kind === 'went' ? 'user_left' : 'user_joined', this.#announcement(alike));
    }
    if (this.#toldCount !== this.count) this.#requestCount();
  }

  /** Those who came know of themselves, and of who came before, from their answer: they hear of who came after. */
  #announceCame(changes: Change[]): void {
    const newcomers = changes.map(({ user }) => this.membersOf(user.user_id).map(({ connection }) => connection));
    const except = newcomers.flat().map(({ id }) => id);
    this.#broadcast('user_joined', this.#announcement(changes), except);
    for (const [index, connections] of newcomers.slice(0, -1).entries()) {
      for (const connection of connections)
        connection.send('user_joined', this.#announcement(changes.slice(index + 1)));
    }
  }

  /** Lists others in place of those who went, and tells how many there are where nothing else did. */
  #announceCount(): void {
    const free = most - this.#listed.size;
    const unlisted = free === 0 ? [] : [...this.#users.keys()].filter((user_id) => !this.#listed.has(user_id));
    const listed = unlisted.slice(0, free);
    const users = listed.map((user_id) => participant(this.#placesOf(user_id)));
    for (const user of users) this.#listed.set(user.user_id, user);
    if (listed.length === 0 && this.count === this.#toldCount) return;
    const event = listed.length > 0 || this.count > this.#toldCount ? 'user_joined' : 'user_left';
    this.#toldCount = this.count;
    this.#broadcast(event, { room_id: this.#room_id, users, participant_count: this.count });
  }

  #requestCount(): void {
    this.#countFrame ??= new Frame(countInterval, () => this.#announceCount());
    this.#countFrame.request();
  }

  #announcement(changes: Change[]) {
    const users = changes.map(({ user }) => user);
    return { room_id: this.#room_id, users, participant_count: changes.at(-1)?.count ?? this.count };
  }
}

/** A member as other instances are told of it. */
export function presentOf(place: Here | Present): Present {
  if (!('connection' in place)) return place;
  const { connection, client_id, role, joined_at } = place;
  const { user_id, name, guest } = connection.identity;
  return { user_id, client_id, name, role, joined_at, ...(guest && { guest: true }) };
}

function isMember(place: Place): place is Member {
  return 'connection' in place;
}

function isNewer(one: Participant, other: Participant): boolean {
  return one.joined_at > other.joined_at || (one.joined_at === other.joined_at && one.user_id > other.user_id);
}

/** A user by its connections, of which there is one at least. */
export function participant(places: readonly (Here | Present)[]): Participant {
  const presents = places.map(presentOf);
  const [first] = presents;
  if (!first) throw new Error('a participant has at least one connection');
  return {
    user_id: first.user_id,
    name: first.name,
    role: presents.map(({ role }) => role).reduce(higherRole),
    connections: presents.length,
    joined_at: Math.min(...presents.map(({ joined_at }) => joined_at)),
    ...(presents.every(({ guest }) => guest) && { guest: true }),
  };
}
