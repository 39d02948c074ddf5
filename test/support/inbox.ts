import type { Feed } from '../../shared/documents/feed.ts';
import type { RoomState } from '../../shared/events.ts';
import { type Client, clientOf, tokenFor } from './server.ts';

/** A device, by what its user's inbox is told to have. */
export interface Device {
  client: Client;
  /** As it was entered. */
  state: RoomState;
  /** The data of all entries, in the order in which they came. */
  data: unknown[];
}

/** A device of a user, when it has been let into the inbox. Throws where something comes twice or is left out. */
export function deviceOf(server: { url: string }, sub: string): Promise<Device> {
  const client = clientOf(server, { auth: { token: tokenFor({ sub, rooms: {} }) } });
  const data: unknown[] = [];
  let reached = 0;
  client.on('collaboration_update', ({ revision, operations }) => {
    if (revision !== reached) throw new Error(`${sub} stands at ${reached}, and is told what follows ${revision}`);
    reached += operations.length;
    for (const { operation } of operations) data.push((operation as { data: unknown }).data);
  });
  return new Promise((resolve) => {
    client.once('room_joined', (state) => {
      reached = state.revision;
      const feed = state.document?.content as Feed;
      data.push(...feed.entries.map((entry) => entry.data));
      resolve({ client, state, data });
    });
    client.connect();
  });
}
