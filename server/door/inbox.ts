import { setTimeout as wait } from 'node:timers/promises';
import { Refusal } from '../../shared/refusals.ts';
import type { Connection } from '../connections/connection.ts';
import type { Join } from '../rooms/joining.ts';

/** After how long another try is made where the store does not answer, in milliseconds. */
const retryAfter = 1_000;

export interface InboxOptions {
  join: Join;
  onError(error: unknown): void;
}

/** Lets a connection into its user's inbox and tells it what is there, as if it had asked for it. */
export type EnterInbox = (connection: Connection) => Promise<void>;

export function createInbox({ join, onError }: InboxOptions): EnterInbox {
  async function enter(connection: Connection): Promise<void> {
    const { inbox: room_id } = connection;
    if (connection.memberships.get(room_id)) return;
    const prepare = await join(connection, room_id, { client_id: connection.id, unasked: true });
    await connection.read(async () => {
      const enterNow = await prepare();
      return () => connection.send('room_joined', enterNow());
    });
  }

  return async (connection) => {
    while (connection.connected) {
      try {
        await enter(connection);
        return;
      } catch (error) {
        const mayPass = error instanceof Refusal && ['unavailable', 'rate_limited'].includes(error.error_code);
        // Its client may have left it meanwhile.
        const left = error instanceof Refusal && error.error_code === 'conflict';
        if (!mayPass && !left && connection.connected) onError(error);
        if (!mayPass) return;
        await wait(retryAfter, undefined, { ref: false });
      }
    }
  };
}
