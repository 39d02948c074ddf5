import type { Cursor } from '../../shared/events.ts';
import type { Role } from '../../shared/rooms.ts';
import type { Connection } from '../connections/connection.ts';
import type { Membership } from '../connections/membership.ts';
import { Attendee } from './attendee.ts';
import type { Member } from './member.ts';
import type { Room } from './room.ts';

/** A member, which knows the room that it is in. */
export class RoomMember extends Attendee implements Member {
  readonly room: Room;
  agreed = 0;

  constructor(
    room: Room,
    connection: Connection,
    membership: Membership,
    client_id: string,
    joined_at: number = room.now(),
  ) {
    super(connection, membership, client_id, joined_at);
    this.room = room;
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
