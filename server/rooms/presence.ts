import type { Participant } from '../../shared/events.ts';
import { higherRole, type RoomId } from '../../shared/rooms.ts';
import type { Member } from './connection.ts';
import { type Broadcast, Frame, frameInterval } from './frame.ts';

/** How many participants a room's state lists. */
const listed = 200;

/** Someone came or went, and how many users there were then. */
interface Change {
  event: 'user_joined' | 'user_left';
  user: Participant;
  count: number;
}

/** Who is in a room: users, each with one connection or more. Comings and goings are announced once a frame. */
export class Presence {
  readonly #room_id: RoomId;
  readonly #broadcast: Broadcast;
  readonly #users = new Map<string, Set<Member>>();
  readonly #frame = new Frame(frameInterval.presence, () => this.#announce());
  /** What is to be announced, in the order in which it happened. */
  #changes: Change[] = [];

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

  #change(event: Change['event'], user: Participant): void {
    this.#changes.push({ event, user, count: this.count });
    this.#frame.request();
  }

  #announce(): void {
    const changes = this.#changes;
    this.#changes = [];
    while (changes.length > 0) {
      const event = changes[0]?.event ?? 'user_joined';
      const other = changes.findIndex((change) => change.event !== event);
      const alike = changes.splice(0, other < 0 ? changes.length : other);
      if (event === 'user_joined') this.#announceJoined(alike);
      else this.#broadcast(event, this.#announcement(alike));
    }
  }

  /** Those who came know of themselves, and of who came before, from their answer: they hear of who came after. */
  #announceJoined(changes: Change[]): void {
    const newcomers = changes.map(({ user }) => [...this.membersOf(user.user_id)].map(({ connection }) => connection));
    const except = newcomers.flat().map(({ id }) => id);
    this.#broadcast('user_joined', this.#announcement(changes), except);
    for (const [index, connections] of newcomers.slice(0, -1).entries()) {
      for (const connection of connections)
        connection.send('user_joined', this.#announcement(changes.slice(index + 1)));
    }
  }

  #announcement(changes: Change[]) {
    const users = changes.map(({ user }) => user);
    return { room_id: this.#room_id, users, participant_count: changes.at(-1)?.count ?? this.count };
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
