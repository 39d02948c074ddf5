import type { Role } from '../../shared/rooms.ts';
import type { Connection } from '../connections/connection.ts';
import type { Membership, Participation } from '../connections/membership.ts';
import type { CompactReader } from '../wire/compact.ts';

/** A connection that takes part in a room, as one of its clients. */
export interface Member extends Participation, CompactReader {
  readonly connection: Connection;
  readonly membership: Membership;
  readonly client_id: string;
  readonly joined_at: number;
  readonly role: Role;
}
