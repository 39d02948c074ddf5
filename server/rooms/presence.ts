import type { Participant, ServerEventName, ServerPayload } from '../../shared/events.ts';
import { higherRole, type RoomId } from '../../shared/rooms.ts';
import type { Member } from '../connection.ts';
import { Frame, frameInterval } from './frame.ts';

/** Sends an event to every connection of a room on this instance. */
export type Broadcast = <E extends ServerEventName>(event: E, payload: ServerPayload<E>) => void;

/** How many participants a room's state lists. */
const listed = 200;

/** Who is in a room: users, each with one connection or more. Comings and goings are announced once a frame. */
export class Presence {
  readonly #room_id: RoomId;
  readonly #broadcast: Broadcast;
  readonly #users = new Map<string, Set<Member>>();
  readonly #frame = new Frame(frameInterval.presence, () => this.#announce());
  /** What is to be announced, in the order in which it happened. */
  #changes: { event: 'user_joined' | 'user_left'; user: Participant }[] = [];

  constructor(room_id: RoomId, broadcast: Broadcast) {
    this.#room_id = room_id;
    this.#broadcast = broadcast;
  }

  /** How many users there are. */
  get count(): number {
    return this.#users.size;
  }

  has(user_id: string): boolean {
    return this.#users.has(user_id);
  }

  /** The connections of one user. */
  membersOf(user_id: string): Iterable<Member> {
    return this.#users.get(user_id) ?? [];
  }

  list(): Participant[] {
    return [...this.#users.values()].slice(0, listed).map(participant);
  }

  add(member: Member): void {
    const { user_id } = member.connection.identity;
    const members = this.#users.get(user_id);
    if (members) {
      members.add(member);
      return;
    }
    this.#users.set(user_id, new Set([member]));
    this.#change('user_joined', participant([member]));
  }

  remove(member: Member): void {
    const { user_id } = member.connection.identity;
    const members = this.#users.get(user_id);
    if (!members?.delete(member) || members.size > 0) return;
    this.#users.delete(user_id);
    this.#change('user_left', participant([member]));
  }

  close(): void {
    this.#frame.cancel();
  }

  #change(event: 'user_joined' | 'user_left', user: Participant): void {
    this.#changes.push({ event, user });
    this.#frame.request();
  }

  #announce(): void {
    const changes = this.#changes;
    this.#changes = [];
    while (changes.length > 0) {
      const event = changes[0]?.event ?? 'user_joined';
      const other = changes.findIndex((change) => change.event !== event);
      const users = changes.splice(0, other < 0 ? changes.length : other).map(({ user }) => user);
      this.#broadcast(event, { room_id: this.#room_id, users, participant_count: this.count });
    }
  }
}

function participant(members: Iterable<Member>): Participant {
  const all = [...members];
  const [first] = all;
  if (!first) throw new Error('a participant has at least one connection');
  return {
    user_id: first.connection.identity.user_id,
    name: first.connection.identity.name,
    role: all.map(({ role }) => role).reduce(higherRole),
    connections: all.length,
    joined_at: Math.min(...all.map(({ joined_at }) => joined_at)),
  };
}
