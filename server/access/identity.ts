import type { Role } from '../../shared/rooms.ts';

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
}

/** Names a user within its tenant: what limits and caps count by. */
export function userKeyOf({ org_id, user_id }: Pick<Identity, 'org_id' | 'user_id'>): string {
  return JSON.stringify([org_id, user_id]);
}
