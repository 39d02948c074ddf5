import type { Cursor } from '../../shared/events.ts';
import type { Role } from '../../shared/rooms.ts';
import type { Connection } from '../connections/connection.ts';
import type { Membership } from '../connections/membership.ts';
import type { Member } from './member.ts';
import type { Room } from './room.ts';

/** A member, which knows the room that it is in. */
export class RoomMember implements Member {
  readonly room: Room;
  readonly connection: Connection;
  readonly membership: Membership;
  readonly client_id: string;
  readonly joined_at: number;
  agreed = 0;

  constructor(
    room: Room,
    connection: Connection,
    membership: Membership,
    client_id: string,
    joined_at: number = room.now(),
  ) {
    this.room = room;
    this.connection = connection;
    this.membership = membership;
    this.client_id = client_id;
    this.joined_at = joined_at;
  }

  get role(): Role {
    return this.membership.role;
  }

  get cursors(): Cursor[] {
    return this.room.cursors.list();
  }

  updated(role?: Role): void {
    if (role) this.connection.send('role_changed', { room_id: this.membership.room_id, role });
    this.room.members.updated(this);
  }

  withdraw(): void {
    this.room.members.dismiss(this, 'role_withdrawn');
  }

  gone(): void {
    this.room.members.remove(this);
  }
}
