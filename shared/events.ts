/**
 * The contract on the wire: every event that crosses it, with its fields. The first file to read. The types of both
 * sides follow from these schemas by inference, and so does docs/PROTOCOL.md (`npm run docs`).
 *
 * Conventions: Socket.IO 4, namespace `/`. Names are snake_case, times are milliseconds since the Unix epoch, positions
 * in text count Unicode code points. What clients send is checked against these schemas, unknown fields are dropped;
 * what the server sends is only typed. A change of this file is a change of the protocol: `protocolVersion` says so.
 */
import { z } from 'zod';
import { refusalCodes } from './refusals.ts';
import { type RoomId, roles } from './rooms.ts';

export const protocolVersion = 1;

// ---------------------------------------------------------------- fields

const timestamp = z.number().describe('Milliseconds since the Unix epoch');
const userId = z.string().describe('The `sub` of a token');
const revision = z.int().min(0).describe('How many entries the room had: 0 is the empty document');
const sequence = z.int().min(1).describe('1, 2, 3, … for each client and room: makes a resend safe');
const role = z.enum(roles);

/** Any room id as a client may write it; the server reads it with parseRoomId and answers with the full form. */
const anyRoomId = z.string().min(1).max(160).describe('`<kind>:<id>`; an id without a kind is a song');
const roomId = z.custom<RoomId>((value) => typeof value === 'string').describe('The full form, `<kind>:<id>`');

const clientId = z
  .string()
  .regex(/^[A-Za-z0-9._~-]{1,64}$/, 'expected 1 to 64 of A-Z a-z 0-9 . _ ~ -')
  .describe('Names one replica (a tab) over reconnections; the connection’s id where it is missing');

const since = z
  .object({ epoch: z.string().max(64), revision })
  .describe('Where the client stands: the epoch and revision that it knows');

const limit = z.object({ points: z.int(), seconds: z.int() }).describe('So many in so many seconds; 0 points: no limit');

const entry = z
  .object({
    operation: z.unknown().describe('In the canonical form of the room’s document type'),
    client_id: clientId,
    sequence: sequence.optional(),
    user_id: userId,
    timestamp,
  })
  .describe('One committed operation. Timestamps of a room never run backwards');

const participant = z.object({
  user_id: userId,
  name: z.string(),
  role,
  connections: z.int().min(1).describe('How many connections of this user are in the room'),
  joined_at: timestamp,
});

const cursor = z.object({
  user_id: userId,
  client_id: clientId,
  position: z.unknown().describe('`null` when hidden or gone; in a song `number | { anchor, head }`'),
  revision: revision.optional().describe('What the position refers to'),
  timestamp,
});

const document = z.object({ type: z.string().describe('The document type, such as `text`'), content: z.unknown() });

const roomState = z
  .object({
    room_id: roomId,
    role,
    epoch: z.string().describe('`""` until the first operation'),
    revision: revision.describe('The head, after everything sent here'),
    recovered: z.boolean().describe('True: `operations` brings what was missed. False: `document` brings it whole'),
    document: document.optional(),
    operations: z.array(entry).optional(),
    sequence: z.int().min(0).describe('The last one committed of this `client_id`, 0 if none: count on from it'),
    participants: z.array(participant).describe('The first 200'),
    participant_count: z.int().describe('Users, not connections'),
    cursors: z.array(cursor),
    typing: z.array(userId),
  })
  .describe('Everything about a room that a client needs to take part');

/** Why something was declined. An event with a callback is answered `{ ok: false, error: Refusal }`. */
const refusal = z.object({
  code: z.literal([...new Set(Object.values(refusalCodes))]),
  error_code: z.enum(Object.keys(refusalCodes) as [keyof typeof refusalCodes]),
  message: z.string().describe('For people'),
  retry_after_ms: z.number().optional().describe('Where waiting helps'),
  event: z.string().optional().describe('What was refused'),
  room_id: z.string().optional(),
  sequence: z.int().optional(),
  fatal: z.boolean().optional().describe('The server closes the connection next'),
  timestamp,
});

// ---------------------------------------------------------------- what clients send

/** An event that a client sends: its payload, and what its callback is answered with besides `ok: true`. */
interface ClientEvent<Payload extends z.ZodType, Answer extends z.ZodType> {
  payload: Payload;
  answer: Answer;
}

function clientEvent<Payload extends z.ZodType, Answer extends z.ZodType>(
  description: string,
  payload: Payload,
  answer: Answer,
): ClientEvent<Payload, Answer> {
  return { payload: payload.describe(description) as Payload, answer };
}

const nothing = z.object({});

export const clientEvents = {
  authenticate: clientEvent(
    'A new token on a live connection, of the same `sub` and `org_id`; rooms stay, roles are decided afresh in each. From `exp` on everything but this is refused. Without a callback: `authenticated` or `auth_error`',
    z.object({ token: z.string().max(16_384) }),
    z.object({ user_id: userId, expires_at: timestamp.nullable() }),
  ),
  join_room: clientEvent(
    'Takes part in a room. The answer precedes every other news of the room on this connection; joining twice answers afresh. Without a callback: `room_joined`',
    z.object({ room_id: anyRoomId, client_id: clientId.optional(), since: since.optional() }),
    roomState,
  ),
  leave_room: clientEvent(
    'Without a callback: `room_left`',
    z.object({ room_id: anyRoomId }),
    z.object({ room_id: roomId }),
  ),
  collaboration_operation: clientEvent(
    'Changes the document. Answered as soon as it is in the log; the entry itself may come before or after',
    z.object({
      room_id: anyRoomId,
      operation: z.unknown().describe('As the room’s document type takes it'),
      revision: revision.optional().describe('What the operation was made against; where missing, the head'),
      sequence: sequence.optional(),
    }),
    z.object({ revision: revision.describe('Right after this operation') }),
  ),
  get_operations: clientEvent(
    'The entries since a revision',
    z.object({ room_id: anyRoomId, since, limit: z.int().min(1).max(1000).optional() }),
    z.object({
      epoch: z.string(),
      revision: revision.describe('The one after the last entry sent'),
      operations: z.array(entry).optional(),
      document: document.optional().describe('In place of `operations` where the log no longer reaches back'),
      more: z.boolean(),
    }),
  ),
  get_room_state: clientEvent('Without a callback: `room_joined`', z.object({ room_id: anyRoomId }), roomState),
  cursor_update: clientEvent(
    'Shows or (`null`) hides one’s cursor; the newest wins, older ones may be skipped',
    z.object({ room_id: anyRoomId, position: z.unknown(), revision: revision.optional() }),
    nothing,
  ),
  typing: clientEvent(
    'Ends by itself after 5 s',
    z.object({ room_id: anyRoomId, is_typing: z.boolean() }),
    nothing,
  ),
  broadcast_message: clientEvent(
    'JSON or binary to all in the room, or to one user there; not stored',
    z.object({ room_id: anyRoomId, message: z.unknown(), to: userId.optional() }),
    z.object({ timestamp }),
  ),
  ping: clientEvent('Without a callback: `pong`', nothing.optional(), z.object({ timestamp })),
};

// ---------------------------------------------------------------- what the server sends

export const serverEvents = {
  connected: z
    .object({
      protocol: z.literal(protocolVersion),
      connection_id: z.string(),
      user: z.object({ user_id: userId, name: z.string() }),
      server_time: timestamp,
      expires_at: timestamp.nullable().describe('When the token expires; null: never'),
      limits: z.object({
        max_message_bytes: z.int(),
        max_operation_bytes: z.int(),
        max_operation_parts: z.int(),
        operations: limit,
        cursors: limit,
        messages: limit,
      }),
    })
    .describe('The first event on every connection'),
  authenticated: clientEvents.authenticate.answer.describe('Answers `authenticate`'),
  room_joined: roomState.describe('Answers `join_room`'),
  room_left: z.object({ room_id: roomId }).describe('Answers `leave_room`'),
  collaboration_update: z
    .object({ room_id: roomId, epoch: z.string(), revision, operations: z.array(entry) })
    .describe(
      'Entries in the order of their revisions. `revision` is the document’s before the first of them. Entries that a client already has it skips; a gap it fills by `get_operations`; at another epoch than its own it joins again',
    ),
  cursor_moved: z.object({ room_id: roomId, cursors: z.array(cursor) }).describe('The newest cursor of each client'),
  user_joined: z
    .object({ room_id: roomId, users: z.array(participant), participant_count: z.int() })
    .describe('A user’s second connection announces nothing'),
  user_left: z
    .object({ room_id: roomId, users: z.array(participant), participant_count: z.int() })
    .describe('With a user’s last connection; where the count disagrees with one’s own, ask `get_room_state`'),
  typing_changed: z.object({ room_id: roomId, user_ids: z.array(userId) }).describe('All who type now'),
  room_message: z
    .object({ room_id: roomId, user_id: userId, message: z.unknown(), timestamp })
    .describe('What `broadcast_message` sent'),
  room_head: z
    .object({ room_id: roomId, epoch: z.string(), revision, participant_count: z.int() })
    .describe('Now and then in a quiet room: a client that stands behind it catches up'),
  room_removed: z
    .object({ room_id: roomId, reason: z.enum(['role_withdrawn', 'replaced']) })
    .describe('This connection is no longer in the room'),
  token_expiring: z.object({ expires_at: timestamp }).describe('A minute before'),
  pong: z.object({ timestamp }).describe('Answers `ping`'),
  error: refusal.describe('A refusal of an event that had no callback'),
  auth_error: refusal.describe('A refusal of `authenticate`'),
};

// ---------------------------------------------------------------- the same as types

export type ClientEventName = keyof typeof clientEvents;
export type Payload<E extends ClientEventName> = z.infer<(typeof clientEvents)[E]['payload']>;
export type Answer<E extends ClientEventName> = z.infer<(typeof clientEvents)[E]['answer']>;
/** What a callback is called with. */
export type Acknowledgement<E extends ClientEventName> =
  | ({ ok: true } & Answer<E>)
  | { ok: false; error: z.infer<typeof refusal> };

export type ServerEventName = keyof typeof serverEvents;
export type ServerPayload<E extends ServerEventName> = z.infer<(typeof serverEvents)[E]>;

export type ClientToServerEvents = {
  [E in ClientEventName]: (payload: Payload<E>, acknowledge?: (answer: Acknowledgement<E>) => void) => void;
};
export type ServerToClientEvents = { [E in ServerEventName]: (payload: ServerPayload<E>) => void };

export type RoomState = z.infer<typeof roomState>;
export type Participant = z.infer<typeof participant>;
export type Cursor = z.infer<typeof cursor>;
export type DocumentMessage = z.infer<typeof document>;
export type Since = z.infer<typeof since>;
