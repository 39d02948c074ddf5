/**
 * The contract on the wire: every event that crosses it, with its fields. The first file to read. The types of both
 * sides follow from these schemas by inference, and so does docs/PROTOCOL.md (`npm run docs`). A schema with an id is
 * listed there once, under that name.
 *
 * Conventions: Socket.IO 4, namespace `/`. Names are snake_case, times are milliseconds since the Unix epoch, positions
 * in text count Unicode code points. What clients send is checked against these schemas, unknown fields are dropped;
 * what the server sends is only typed. A change of this file is a change of the protocol: `protocolVersion` says so.
 */
import { z } from 'zod';
import { refusalCodes } from './refusals.ts';
import { type RoomId, roles } from './rooms.ts';
import { textOf } from './strings.ts';

export const protocolVersion = 1;

// ---------------------------------------------------------------- fields

const timestamp = z.number().describe('Milliseconds since the Unix epoch');
const expiresAt = timestamp
  .nullable()
  .describe('When the token expires, in milliseconds since the Unix epoch; `null`: never');
const userId = z.string().describe('The `sub` of a token');
const name = z.string().describe('The user’s name, as the token gives it');
const revision = z.int().min(0).describe('How many entries the room had: 0 is the empty document');
const sequence = z.int().min(1).describe('1, 2, 3, … for each client and room: makes a resend safe');
const role = z.enum(roles).describe('What its holder may do in the room');
const epoch = z.string().max(64).describe('Names the history that revisions count; `""` until the first operation');
const participantCount = z.int().describe('Users, not connections');

/** Any room id as a client may write it; the server reads it with parseRoomId and answers with the full form. */
const anyRoomId = z.string().min(1).max(160).describe('`<kind>:<id>`; an id without a kind is a song');
const roomId = z
  .custom<RoomId>((value) => typeof value === 'string')
  .meta({ type: 'string', description: 'The full form, `<kind>:<id>`' });

const clientId = z
  .string()
  .regex(/^[A-Za-z0-9._~-]{1,64}$/, 'expected 1 to 64 of A-Z a-z 0-9 . _ ~ -')
  .describe('Names one replica (a tab) over reconnections; the connection’s id where it is missing');

const since = z
  .object({ epoch, revision })
  .meta({ id: 'Since', description: 'Where the client stands: the epoch and revision that it knows' });

const limit = z
  .object({ points: z.int().describe('How many; 0: no limit'), seconds: z.int().describe('In how long') })
  .meta({ id: 'Limit', description: 'So many in so many seconds, per user' });

const entry = z
  .object({
    operation: z.unknown().describe('In the canonical form of the room’s document type'),
    client_id: z.string().describe('The replica that made it; `service:…` where a service published it under an id'),
    sequence: sequence.optional(),
    user_id: userId,
    timestamp,
  })
  .meta({ id: 'Entry', description: 'One committed operation. Timestamps of a room never run backwards' });

const participant = z
  .object({
    user_id: userId,
    name,
    role: role.describe('The highest of the user’s connections'),
    connections: z.int().min(1).describe('How many connections of this user are in the room'),
    joined_at: timestamp,
  })
  .meta({ id: 'Participant', description: 'A user in a room' });

const cursor = z
  .object({
    user_id: userId,
    client_id: clientId,
    position: z
      .unknown()
      .describe('`null` when hidden or gone; in a song `number | { anchor, head }`, elsewhere any JSON'),
    revision: revision.optional().describe('What the position refers to'),
    timestamp,
  })
  .meta({ id: 'Cursor', description: 'Where a client’s cursor or selection is' });

const document = z
  .object({
    type: z.string().describe('The document type: `text`, `session` or `feed`'),
    content: z.unknown().describe('Of type `text`: a string. Of `session` and `feed`: an object'),
  })
  .meta({ id: 'Document', description: 'The content of a room, whole' });

const messageId = z
  .string()
  .regex(/^[1-9]\d{0,15}$/, 'expected a revision, as a string')
  .describe('The revision that the entry made, as a string; compared as a number');

const feedEntry = z
  .object({
    message_id: messageId,
    type: z.string().describe('`message.new`, or what a service calls it, such as `task.created`'),
    text: z.string().optional().describe('Of a message that is not deleted'),
    data: z.unknown().optional().describe('JSON'),
    user_id: userId,
    timestamp,
    edited_at: timestamp.optional(),
    deleted: z.literal(true).optional().describe('`text`, `data` and reactions are gone'),
    reactions: z.record(z.string(), z.array(userId)).describe('Who reacted, by reaction'),
  })
  .meta({ id: 'FeedEntry', description: 'A message or a piece of news in a feed' });

const roomState = z
  .object({
    room_id: roomId,
    role,
    epoch,
    revision: revision.describe('The head, after everything sent here'),
    recovered: z.boolean().describe('True: `operations` brings what was missed. False: `document` brings it whole'),
    document: document.optional().describe('The content at `revision`'),
    operations: z.array(entry).optional().describe('What was missed, up to `revision`'),
    sequence: z.int().min(0).describe('The last one committed of this `client_id`, 0 if none: count on from it'),
    participants: z.array(participant).describe('The first 200'),
    participant_count: participantCount,
    cursors: z.array(cursor).describe('Those that are shown'),
    typing: z.array(userId).describe('The users who type now, the first 50'),
  })
  .meta({ id: 'RoomState', description: 'Everything about a room that a client needs to take part' });

/** Why something was declined. An event with a callback is answered `{ ok: false, error: Refusal }`. */
const refusal = z
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
    z.object({ token: z.string().max(16_384).describe('A JWT; a leading `Bearer ` is dropped') }),
    z.object({ user_id: userId, expires_at: expiresAt }),
  ),
  join_room: clientEvent(
    'Takes part in a room. The answer precedes every other news of the room on this connection; joining twice answers afresh. Without a callback: `room_joined`',
    z.object({
      room_id: anyRoomId,
      client_id: clientId.optional(),
      since: since.optional().describe('Where the client stands: it gets only what it missed'),
    }),
    roomState,
  ),
  leave_room: clientEvent(
    'Takes part no longer. Without a callback: `room_left`',
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
    z.object({
      room_id: anyRoomId,
      since: since.describe('After which revision'),
      limit: z.int().min(1).max(1000).optional().describe('How many entries at once, at most; 500 where it is missing'),
    }),
    z.object({
      epoch,
      revision: revision.describe('The one after the last entry sent'),
      operations: z.array(entry).optional().describe('In the order of their revisions, from `since` on'),
      document: document.optional().describe('In place of `operations` where the log no longer reaches back'),
      more: z.boolean().describe('True: ask again, from `revision`'),
    }),
  ),
  get_room_state: clientEvent(
    'The state of a room that one takes part in. Without a callback: `room_joined`',
    z.object({ room_id: anyRoomId }),
    roomState,
  ),
  get_history: clientEvent(
    'What is older in a feed than the entries of its document, as far as the log reaches back',
    z.object({
      room_id: anyRoomId,
      before: messageId.optional().describe('Only entries older than this one; where it is missing, the newest'),
      limit: z.int().min(1).max(200).optional().describe('How many entries at most; 50 where it is missing'),
    }),
    z.object({
      entries: z.array(feedEntry).describe('Oldest first, as they are now'),
      more: z.boolean().describe('True: ask again, before the first of them'),
    }),
  ),
  cursor_update: clientEvent(
    'Shows or (`null`) hides one’s cursor; the newest wins, older ones may be skipped',
    z.object({
      room_id: anyRoomId,
      position: z
        .unknown()
        .describe('In a song `number | { anchor, head } | null`, in code points; elsewhere any JSON up to 1 KiB'),
      revision: revision.optional().describe('What the position refers to; where missing, the head'),
    }),
    nothing,
  ),
  typing: clientEvent(
    'Says that one types, or no longer does. Ends by itself after 5 s',
    z.object({ room_id: anyRoomId, is_typing: z.boolean().describe('True again and again while it lasts') }),
    nothing,
  ),
  broadcast_message: clientEvent(
    'JSON or binary to all in the room, or to one user there; not stored',
    z.object({
      room_id: anyRoomId,
      message: z.unknown().describe('JSON, with binary anywhere in it, up to `max_message_bytes`'),
      to: userId.optional().describe('Only to this user’s connections in the room'),
    }),
    z.object({ timestamp }),
  ),
  get_participants: clientEvent(
    'The participants of a room by page, in the order of their `user_id`: the Room state has the first 200 alone',
    z.object({
      room_id: anyRoomId,
      after: userId.optional().describe('Only users behind this one'),
      limit: z.int().min(1).max(200).optional().describe('How many at most; 200 where it is missing'),
    }),
    z.object({
      participants: z.array(participant).describe('The page'),
      participant_count: participantCount,
      more: z.boolean().describe('True: ask again, after the last of them'),
    }),
  ),
  presence_subscribe: clientEvent(
    'Tells from now on when these users of one’s tenant come online (`user_online`) and go (`user_offline`), in whatever rooms they are; in place of those that were named before, so an empty list ends it. The application may refuse it',
    z.object({
      user_ids: z
        .array(textOf({ least: 1, most: 128 }))
        .max(200)
        .describe('At most 200'),
    }),
    z.object({ online: z.array(userId).describe('Those who are online now') }),
  ),
  ping: clientEvent('Asks the server’s time. Without a callback: `pong`', nothing.optional(), z.object({ timestamp })),
};

// ---------------------------------------------------------------- what the server sends

export const serverEvents = {
  connected: z
    .object({
      protocol: z.literal(protocolVersion).describe('The version of this protocol'),
      connection_id: z.string().describe('New with every connection'),
      user: z.object({ user_id: userId, name }),
      server_time: timestamp,
      expires_at: expiresAt,
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
    .describe('The first event on every connection'),
  authenticated: clientEvents.authenticate.answer.describe('Answers `authenticate`'),
  room_joined: roomState.describe(
    'Answers `join_room` and `get_room_state`. It comes by itself once after `connected`, for the inbox `user:<sub>`',
  ),
  room_left: z.object({ room_id: roomId }).describe('Answers `leave_room`'),
  collaboration_update: z
    .object({
      room_id: roomId,
      epoch,
      revision: revision.describe('The document’s before the first entry'),
      operations: z.array(entry).describe('Without gaps; after them the document is at `revision` plus their number'),
    })
    .describe(
      'New entries in the order of their revisions, one’s own among them. Entries that a client already has it skips; a gap it fills by `get_operations`; at another epoch than its own it joins again',
    ),
  cursor_moved: z
    .object({ room_id: roomId, cursors: z.array(cursor).describe('The newest of each client that moved') })
    .describe('Cursors that moved, one’s own among them'),
  user_joined: z
    .object({
      room_id: roomId,
      users: z.array(participant).describe('Who is new among the first 200'),
      participant_count: participantCount,
    })
    .describe(
      'Users came. A user’s second connection announces nothing; beyond 200 participants only their number is told',
    ),
  user_left: z
    .object({
      room_id: roomId,
      users: z.array(participant).describe('Who went of the first 200'),
      participant_count: participantCount,
    })
    .describe(
      'Users went, each with their last connection; where the count disagrees with one’s own, ask `get_room_state`',
    ),
  typing_changed: z
    .object({ room_id: roomId, user_ids: z.array(userId).describe('Who types now, the first 50') })
    .describe('Someone began or stopped typing'),
  room_message: z
    .object({
      room_id: roomId,
      user_id: userId.describe('Who sent it'),
      message: z.unknown().describe('As it was sent'),
      timestamp,
    })
    .describe('What `broadcast_message` sent'),
  room_head: z
    .object({
      room_id: roomId,
      epoch,
      revision: revision.describe('The head'),
      participant_count: participantCount,
    })
    .describe('Now and then in a quiet room: a client that stands behind it catches up'),
  user_online: z
    .object({ user_id: userId, timestamp: timestamp.describe('Since when') })
    .describe('A user that one has subscribed to has its first connection'),
  user_offline: z
    .object({ user_id: userId, timestamp: timestamp.describe('When the user was last seen') })
    .describe(
      'A user that one has subscribed to has had no connection for 5 seconds. Where a server has died, it comes within 15 seconds',
    ),
  event: z
    .object({
      type: z.string().describe('`<noun>.<verb>`, as the service calls it'),
      room_id: roomId.optional().describe('Where it was published to a song or a session'),
      data: z.unknown().describe('JSON; `null` where the service gave none'),
      sender: userId.describe('The `sub` of the service’s token'),
      timestamp,
    })
    .describe('Published by a service to this connection, to everyone, or to a song or session; not stored'),
  room_removed: z
    .object({
      room_id: roomId,
      reason: z
        .enum(['kicked', 'role_withdrawn', 'closed', 'replaced'])
        .describe(
          'Removed by a host or an administrator; its role is gone; the room was deleted; or the same client joined over another connection',
        ),
    })
    .describe('This connection is no longer in the room'),
  token_expiring: z
    .object({ expires_at: timestamp })
    .describe('A minute before the token expires: send `authenticate` with a new one'),
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
export type FeedEntry = z.infer<typeof feedEntry>;
export type Since = z.infer<typeof since>;
