import { z } from 'zod';
import { defineEvents, type SharedEvents, sharedEvents } from '../../client/events.ts';
import { Client, type ClientOptions } from '../../client/index.ts';
import type { CollaborationServer } from '../../server/application.ts';
import type { FollowedEvent } from '../../server/editing/following.ts';
import type { StandardSchema } from '../../shared/index.ts';
import { cleanup } from './cleanup.ts';
import { tokenFor } from './server.ts';

/** A text of at most ten letters, as a Standard Schema by hand. */
const word: StandardSchema<string> = {
  '~standard': {
    version: 1,
    vendor: 'tests',
    validate: (value) =>
      typeof value === 'string' && value.length <= 10
        ? { value }
        : { issues: [{ message: 'at most ten letters', path: [{ key: 'word' }] }] },
  },
};

/** What happens where people play together. */
export const jam = defineEvents({
  note: { schema: z.object({ pitch: z.int().min(0).max(127), on: z.string().default('piano') }), durable: true },
  clap: { schema: word, durable: true, role: 'viewer' },
  end: { schema: z.undefined(), durable: true, role: 'service' },
  wave: { schema: z.object({ x: z.number() }) },
  nod: { schema: word, role: 'viewer' },
});
export const jams = sharedEvents(jam, 'jam');
export const kinds = { jam: { type: jam } };
export type Jam = typeof jam.events;

/** Someone who plays along in a room of kind `jam`. It ends with the test. */
export interface Player {
  client: Client;
  events: SharedEvents<Jam>;
  /** The notes that were heard, and the gaps between them. */
  heard: (number | 'gap')[];
  leave(): Promise<void>;
}

/** `hears`: from the beginning on, or it only plays. */
export function player(
  server: { url: string },
  claims: object,
  {
    hears = true,
    room_id = 'jam:1',
    documents = jams,
    ...options
  }: Omit<ClientOptions, 'documents'> & { hears?: boolean; room_id?: string; documents?: typeof jams } = {},
): Player {
  const client = new Client(server.url, { token: tokenFor(claims), documents: [documents], ...options });
  client.connect();
  cleanup(() => client.disconnect());
  const room = client.room(room_id);
  const events = room.document(documents);
  const heard: Player['heard'] = [];
  if (hears) hear({ events, heard });
  return {
    client,
    events,
    heard,
    async leave() {
      await room.leave();
      client.disconnect();
    },
  };
}

/** Follows the events of the room `jam:1` on a server. Returns how to end it. */
export function follow(
  { room }: Pick<CollaborationServer, 'room'>,
  take: (event: FollowedEvent<Jam>) => void,
): () => Promise<void> {
  const ending = new AbortController();
  const following = (async () => {
    for await (const event of room('jam:1').events(jam).follow({ signal: ending.signal })) take(event);
  })();
  return async () => {
    ending.abort();
    await following;
  };
}

/** Hears notes from now on. */
export function hear({ events, heard }: Pick<Player, 'events' | 'heard'>): void {
  events.on('note', ({ data }) => heard.push(data.pitch));
  events.on('gap', () => heard.push('gap'));
}
