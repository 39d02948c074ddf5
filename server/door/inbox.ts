import { setTimeout as wait } from 'node:timers/promises';
import { Refusal } from '../../shared/refusals.ts';
import { inboxOf } from '../../shared/rooms.ts';
import type { Permissions } from '../access/permissions.ts';
import type { Connection } from '../connections/connection.ts';
import type { Rooms } from '../rooms/rooms.ts';

/** After how long another try is made where the store does not answer, in milliseconds. */
const retryAfter = 1_000;

export interface InboxOptions {
  rooms: Rooms;
  permissions: Permissions;
  onError(error: unknown): void;
}

/** Lets a connection into its user's inbox and tells it what is there, as if it had asked for it. */
export type EnterInbox = (connection: Connection) => Promise<void>;

export function createInbox({ rooms, permissions, onError }: InboxOptions): EnterInbox {
  async function enter(connection: Connection): Promise<() => void> {
    const { org_id, user_id } = connection.identity;
    const room_id = inboxOf(user_id);
    if (connection.memberships.has(room_id)) return () => {};
    const role = await permissions.roleIn(connection.identity, room_id);
    const room = await rooms.open(org_id, room_id);
    const join = await room.join(connection, { client_id: connection.id, role, since: undefined });
    return () => connection.send('room_joined', join());
  }

  return async (connection) => {
    while (connection.connected) {
      try {
        // In its turn: what the client asks for itself comes after.
        await connection.read(() => enter(connection));
        return;
      } catch (error) {
        const mayPass = error instanceof Refusal && ['unavailable', 'rate_limited'].includes(error.error_code);
        if (!mayPass && connection.connected) onError(error);
        if (!mayPass) return;
        await wait(retryAfter, undefined, { ref: false });
      }
    }
  };
}
