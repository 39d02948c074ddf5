import type { Cursor, RoomState, Since } from '../../shared/events.ts';
import { Refusal } from '../../shared/refusals.ts';
import { includesRole, parseRoomId, type Role, type RoomId } from '../../shared/rooms.ts';
import type { Permissions } from '../access/permissions.ts';
import type { Connection } from '../connections/connection.ts';
import type { Membership } from '../connections/membership.ts';
import type { Member } from './member.ts';
import type { Room } from './room.ts';
import type { Rooms } from './rooms.ts';

/** How someone joins: see `join_room` in shared/events.ts. */
export interface Joining {
  client_id: string;
  since?: Since | undefined;
}

/**
 * Lets a connection into a room. The function that it resolves with makes it a member, and returns the state: call it in
 * the moment of answering. Both refuse, also where the connection has left the room meanwhile.
 */
export type Join = (connection: Connection, room_id: RoomId, joining: Joining) => Promise<() => RoomState>;

export function createJoin(rooms: Rooms, permissions: Permissions): Join {
  return (connection, room_id, { client_id, since }) => {
    const { user_id, org_id } = connection.identity;
    const membership = connection.memberships.ask(room_id);
    return membership.prepare(async () => {
      await permissions.decide(connection, membership);
      membership.check();
      const room = await rooms.open(org_id, room_id);
      membership.check();
      const release = await room.expect(user_id, client_id, since);
      const enter = () => room.admit(new RoomMember(room, connection, membership, client_id), since);
      return { enter, release };
    });
  };
}

/** A member, which knows the room that it is in. */
export class RoomMember implements Member {
  readonly room: Room;
  readonly connection: Connection;
  readonly membership: Membership;
  readonly client_id: string;
  readonly joined_at = Date.now();

  constructor(room: Room, connection: Connection, membership: Membership, client_id: string) {
    this.room = room;
    this.connection = connection;
    this.membership = membership;
    this.client_id = client_id;
  }

  get role(): Role {
    return this.membership.role;
  }

  get cursors(): Cursor[] {
    return this.room.cursors.list();
  }

  updated(): void {
    this.room.members.updated(this);
  }

  withdraw(): void {
    this.room.members.dismiss(this, 'role_withdrawn');
  }

  gone(): void {
    this.room.members.remove(this);
  }
}

/** A connection's place in a room. Refuses `not_found` where it has not joined, `forbidden` where its role is too low. */
export function memberOf(connection: Connection, raw: string, needed: Role): RoomMember {
  const room_id = parseRoomId(raw);
  const member = connection.memberships.get(room_id);
  if (!(member instanceof RoomMember)) throw new Refusal('not_found', `not joined: ${room_id}`);
  if (includesRole(member.role, needed)) return member;
  throw new Refusal('forbidden', `needs the role ${needed} in ${room_id}, this is ${member.role}`);
}
