import type { Role } from '../../shared/rooms.ts';
import type { Connection } from '../connections/connection.ts';
import type { Membership } from '../connections/membership.ts';

/** A connection in a room, as one of its clients. */
export abstract class Attendee {
  readonly connection: Connection;
  readonly membership: Membership;
  readonly client_id: string;
  readonly joined_at: number;

  constructor(connection: Connection, membership: Membership, client_id: string, joined_at: number) {
    this.connection = connection;
    this.membership = membership;
    this.client_id = client_id;
    this.joined_at = joined_at;
  }

  get role(): Role {
    return this.membership.role;
  }
}
