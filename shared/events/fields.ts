/** What the events of several subjects have in common. */
import { z } from 'zod';
import { type RoomId, roles } from '../rooms.ts';

export const timestamp = z.number().describe('Milliseconds since the Unix epoch');
export const expiresAt = timestamp
  .nullable()
  .describe('When the token expires, in milliseconds since the Unix epoch; `null`: never');
export const userId = z.string().describe('The `sub` of a token');
export const name = z.string().describe('The user’s name, as the token gives it');
export const revision = z.int().min(0).describe('How many entries the room had: 0 is the empty document');
export const sequence = z.int().min(1).describe('1, 2, 3, … for each client and room: makes a resend safe');
export const role = z.enum(roles).describe('What its holder may do in the room');
export const epoch = z
  .string()
  .max(64)
  .describe('Names the history that revisions count; `""` until the first operation');
export const proof = z
  .string()
  .max(64)
  .describe(
    'Of the history up to the revision: a digest of its entries, `""` where there are none. Return it in `since`',
  );
export const participantCount = z.int().describe('Users, not connections');

/** Any room id as a client may write it; the server reads it with parseRoomId and answers with the full form. */
export const anyRoomId = z.string().min(1).max(160).describe('`<kind>:<id>`; an id without a kind is a song');

export const roomId = z
  .custom<RoomId>((value) => typeof value === 'string')
  .meta({ type: 'string', description: 'The full form, `<kind>:<id>`' });

export const clientId = z
  .string()
  .regex(/^[A-Za-z0-9._~-]{1,64}$/, 'expected 1 to 64 of A-Z a-z 0-9 . _ ~ -')
  .describe('Names one replica (a tab) over reconnections; the connection’s id where it is missing');

export const since = z
  .object({
    epoch,
    revision,
    proof: proof
      .optional()
      .describe('The one that came with the revision: it tells whether the history is still the same'),
  })
  .meta({ id: 'Since', description: 'Where the client stands: the epoch and revision that it knows, and the proof' });

export const nothing = z.object({});

/** An event that a client sends: its payload, and what its callback is answered with besides `ok: true`. */
export interface ClientEvent<Payload extends z.ZodType, Answer extends z.ZodType> {
  payload: Payload;
  answer: Answer;
}

export function clientEvent<Payload extends z.ZodType, Answer extends z.ZodType>(
  description: string,
  payload: Payload,
  answer: Answer,
): ClientEvent<Payload, Answer> {
  return { payload: payload.describe(description) as Payload, answer };
}
