import type { RoomState, Since } from '../../shared/events.ts';
import { Refusal } from '../../shared/refusals.ts';
import { includesRole, parseRoomId, type Role, type RoomId } from '../../shared/rooms.ts';
import type { Bans } from '../access/bans.ts';
import { roomKey } from '../access/keys.ts';
import type { Permissions } from '../access/permissions.ts';
import type { Connection } from '../connections/connection.ts';
import type { Admission, Membership, Participation } from '../connections/membership.ts';
import { Dormant } from './dormant.ts';
import type { Older } from './missed.ts';
import type { Room } from './room.ts';
import { RoomMember } from './roomMember.ts';
import type { Rooms } from './rooms.ts';

/** How someone joins: see `join_room` in shared/events.ts. */
export interface Joining {
  client_id: string;
  since?: Since | undefined;
  /** A room that was never written is not brought into memory for it. */
  unasked?: true;
}

/**
 * Lets a connection into a room. The function that it resolves with fetches what may take much memory; and what that one
 * resolves with makes it a member, and returns the state: call it in the moment of answering. All refuse, also where the
 * connection has left the room meanwhile.
 */
export type Join = (
  connection: Connection,
  room_id: RoomId,
  joining: Joining,
) => Promise<() => Promise<() => RoomState>>;

export function createJoin(rooms: Rooms, permissions: Permissions, bans: Bans): Join {
  return (connection, room_id, joining) => {
    const { org_id } = connection.identity;
    const { client_id, unasked } = joining;
    const membership = connection.memberships.ask(room_id);
    return membership.prepare(async () => {
      // It may have been let in while nobody could say.
      await bans.check(connection.identity);
      await permissions.decide(connection, membership);
      membership.check();
      const dormant =
        unasked && (await rooms.dormants.expect(roomKey(org_id, room_id), connection, membership, client_id));
      if (dormant) return dormant;
      const room = await rooms.open(org_id, room_id);
      membership.check();
      return new Entrance(room, connection, membership, joining);
    });
  };
}

/** The door of a room, open for one who is expected there. */
class Entrance implements Admission {
  readonly #room: Room;
  readonly #connection: Connection;
  readonly #membership: Membership;
  readonly #joining: Joining;
  /** Resolves with how to expect the client no longer. */
  readonly #expected: Promise<() => void>;
  #older: Older = { entries: [] };
  #giveBack: (() => void) | undefined;

  constructor(room: Room, connection: Connection, membership: Membership, joining: Joining) {
    this.#room = room;
    this.#connection = connection;
    this.#membership = membership;
    this.#joining = joining;
    this.#expected = room.members.expect(joining.client_id);
    // Its refusal is the join's, where that still waits for it.
    this.#expected.catch(() => {});
  }

  async ready(): Promise<void> {
    const { user_id, guest } = this.#connection.identity;
    this.#older = await this.#room.reading.older(this.#joining.since, user_id);
    // Both at once: with Redis that is one way there and back.
    const reserved = this.#room.elsewhere?.reserve({ user_id, ...(guest && { guest: true }) });
    const reserving = reserved?.then((giveBack) => {
      this.#giveBack = giveBack;
    });
    await Promise.allSettled([this.#expected, reserving]);
    await Promise.all([this.#expected, reserving]);
    await this.#room.settledOf(this.#joining.client_id);
  }

  enter(): RoomState {
    const { client_id, since } = this.#joining;
    const member = new RoomMember(this.#room, this.#connection, this.#membership, client_id);
    return this.#room.admit(member, since, this.#older);
  }

  release(): void {
    this.#expected.then((release) => release()).catch(() => {});
    this.#giveBack?.();
  }
}

/**
 * Does something as the member that a connection is of a room: at once, or where the room is not in memory, when it is. Refuses
 * `not_found` where it has not joined, `forbidden` where its role is too low.
 */
export function asMember<Result>(
  connection: Connection,
  raw: string,
  needed: Role,
  act: (member: RoomMember) => Result | Promise<Result>,
): Result | Promise<Result> {
  const room_id = parseRoomId(raw);
  const inIt = () => connection.memberships.get(room_id);
  const found = inIt();
  if (!(found instanceof Dormant)) return act(memberIn(found, room_id, needed));
  return found.wake().then(() => act(memberIn(inIt(), room_id, needed)));
}

function memberIn(member: Participation | undefined, room_id: RoomId, needed: Role): RoomMember {
  if (!(member instanceof RoomMember)) throw new Refusal('not_found', `not joined: ${room_id}`);
  if (includesRole(member.role, needed)) return member;
  throw new Refusal('forbidden', `needs the role ${needed} in ${room_id}, this is ${member.role}`);
}
