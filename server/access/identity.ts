import type { Role, RoomId } from '../../shared/rooms.ts';

/** Somebody who came by an invitation: it counts in one room, for as long as the invitation does. */
export interface Guest {
  room_id: RoomId;
  /** The invitation's id. */
  invitation: string;
}

/** Who is behind a connection. Stamped by the server, never read from a payload. */
export interface Identity {
  user_id: string;
  name: string;
  /** The tenant: rooms, users and powers end at its border. `""` where the token names none. */
  org_id: string;
  /** Roles by room pattern. */
  rooms: Record<string, Role>;
  /** What its bearer may ask of the HTTP API, within the tenant: see `scopes`. */
  scopes: string[];
  /** When the token expires, in milliseconds since the epoch; null: never. */
  expires_at: number | null;
  /** The token's `jti`, and when it was issued, in milliseconds since the epoch; as far as it says so. */
  token_id?: string | undefined;
  issued_at?: number | undefined;
  /** Where it is no user of the application's. */
  guest?: Guest;
}

/** Names a user within its tenant: what limits and caps count by. */
export function userKeyOf({ org_id, user_id }: Pick<Identity, 'org_id' | 'user_id'>): string {
  return JSON.stringify([org_id, user_id]);
}
