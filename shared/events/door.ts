/** The door: who is behind a connection, for how long, within which limits, and why something was declined. */
import { z } from 'zod';
import { protocolVersion } from '../protocol.ts';
import { refusalCodes } from '../refusals.ts';
import { clientEvent, expiresAt, name, nothing, timestamp, userId } from './fields.ts';

export const limit = z
  .object({ points: z.int().describe('How many; 0: no limit'), seconds: z.int().describe('In how long') })
  .meta({ id: 'Limit', description: 'So many in so many seconds, per user' });

/** Why something was declined. An event with a callback is answered `{ ok: false, error: Refusal }`. */
export const refusal = z
  .object({
    code: z.literal([...new Set(Object.values(refusalCodes))]).describe('The number of the `error_code`'),
    error_code: z.enum(Object.keys(refusalCodes) as [keyof typeof refusalCodes]).describe('What programs decide by'),
    message: z.string().describe('For people: what was wrong, with the numbers'),
    retry_after_ms: z.number().optional().describe('Where waiting helps: how long, in milliseconds'),
    event: z.string().optional().describe('What was refused'),
    room_id: z.string().optional().describe('As the refused payload had it'),
    sequence: z.int().optional().describe('As the refused payload had it'),
    fatal: z.boolean().optional().describe('True: the server closes the connection next'),
    timestamp,
  })
  .meta({ id: 'Refusal', description: 'Why something was declined' });

// ---------------------------------------------------------------- what clients send

export const authenticate = clientEvent(
  'A new token on a live connection, of the same `sub` and `org_id`; rooms stay, roles are decided afresh in each. From `exp` on everything but this is refused. Without a callback: `authenticated` or `auth_error`',
  z.object({ token: z.string().max(16_384).describe('A JWT; a leading `Bearer ` is dropped') }),
  z.object({ user_id: userId, expires_at: expiresAt }),
);

export const ping = clientEvent(
  'Asks the server’s time. Without a callback: `pong`',
  nothing.optional(),
  z.object({ timestamp }),
);

// ---------------------------------------------------------------- what the server sends

export const connected = z
  .object({
    protocol: z.literal(protocolVersion).describe('The version of this protocol'),
    connection_id: z.string().describe('New with every connection'),
    user: z.object({
      user_id: userId,
      name,
      org_id: z
        .string()
        .describe(
          'The tenant; empty where there is none. What is kept of a user on a device is kept for all three: server, tenant, user',
        ),
    }),
    server_time: timestamp,
    expires_at: expiresAt,
    compact: z
      .literal(1)
      .optional()
      .describe('There where the handshake had `auth.compact: 1`: see [Compact frames](#compact-frames)'),
    limits: z.object({
      max_packet_bytes: z
        .int()
        .describe('One packet on the wire, its attachments included: see [What is large](#what-is-large)'),
      max_message_bytes: z
        .int()
        .describe('A `message` of `broadcast_message`, and an operation elsewhere than on a song'),
      max_operation_bytes: z.int().describe('What one operation on a song inserts, in UTF-8'),
      max_operation_parts: z.int().describe('How many parts one operation may have'),
      max_document_bytes: z.int().describe('The text of a song, in UTF-8'),
      operations: limit.describe('`collaboration_operation`'),
      cursors: limit.describe('`cursor_update`'),
      messages: limit.describe('`broadcast_message` and `typing`'),
    }),
  })
  .describe('The first event on every connection');

export const authenticated = authenticate.answer.describe('Answers `authenticate`');

export const token_expiring = z
  .object({ expires_at: timestamp })
  .describe('A minute before the token expires: send `authenticate` with a new one');

export const pong = z.object({ timestamp }).describe('Answers `ping`');

export const error = refusal.describe('A refusal of an event that had no callback');

export const auth_error = refusal.describe('A refusal of `authenticate`');
