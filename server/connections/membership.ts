import type { Cursor } from '../../shared/events.ts';
import type { Role, RoomId } from '../../shared/rooms.ts';

/** A connection's place in a room, as far as whoever knows no rooms has to know it. Rooms implement it. */
export interface Membership {
  readonly room_id: RoomId;
  /** The room's key, tenant included: among Socket.IO's rooms. */
  readonly key: string;
  readonly role: Role;
  /** What is shown in the room now. */
  readonly cursors: Cursor[];
  /** Its role, or its user's name, is another one. */
  update(role: Role): void;
  /** Ends it. Says nothing to the connection. */
  leave(): void;
}
