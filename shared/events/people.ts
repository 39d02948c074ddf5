/** People: who is there, where they are in the document, and what they tell each other. */
import { z } from 'zod';
import { textOf } from '../strings.ts';
import {
  anyRoomId,
  clientEvent,
  clientId,
  name,
  nothing,
  participantCount,
  revision,
  role,
  roomId,
  timestamp,
  userId,
} from './fields.ts';

export const participant = z
  .object({
    user_id: userId,
    name,
    role: role.describe('The highest of the user’s connections'),
    connections: z.int().min(1).describe('How many connections of this user are in the room'),
    joined_at: timestamp,
    guest: z.literal(true).optional().describe('Came by an invitation, and is no user of the application’s'),
  })
  .meta({ id: 'Participant', description: 'A user in a room' });

export const cursor = z
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

// ---------------------------------------------------------------- what clients send

export const cursor_update = clientEvent(
  'Shows or (`null`) hides one’s cursor; the newest wins, older ones may be skipped',
  z.object({
    room_id: anyRoomId,
    position: z
      .unknown()
      .describe('In a song `number | { anchor, head } | null`, in code points; elsewhere any JSON up to 1 KiB'),
    revision: revision.optional().describe('What the position refers to; where missing, the head'),
  }),
  nothing,
);

export const typing = clientEvent(
  'Says that one types, or no longer does. Ends by itself after 5 s',
  z.object({ room_id: anyRoomId, is_typing: z.boolean().describe('True again and again while it lasts') }),
  nothing,
);

export const broadcast_message = clientEvent(
  'JSON or binary to all in the room, or to one user there; not stored',
  z.object({
    room_id: anyRoomId,
    message: z.unknown().describe('JSON, with binary anywhere in it, up to `max_message_bytes`'),
    to: userId.optional().describe('Only to this user’s connections in the room'),
  }),
  z.object({ timestamp }),
);

export const get_participants = clientEvent(
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
);

export const presence_subscribe = clientEvent(
  'Tells from now on when these users of one’s tenant come online (`user_online`) and go (`user_offline`), in whatever rooms they are; in place of those that were named before, so an empty list ends it. The application may refuse it',
  z.object({
    user_ids: z
      .array(textOf({ least: 1, most: 128 }))
      .max(200)
      .describe('At most 200'),
  }),
  z.object({ online: z.array(userId).describe('Those who are online now') }),
);

// ---------------------------------------------------------------- what the server sends

export const cursor_moved = z
  .object({ room_id: roomId, cursors: z.array(cursor).describe('The newest of each client that moved') })
  .describe('Cursors that moved, one’s own among them');

export const user_joined = z
  .object({
    room_id: roomId,
    users: z.array(participant).describe('Who is new among the first 200, or another than before'),
    participant_count: participantCount,
  })
  .describe(
    'Users came, or have another role or name: what is told of a user takes the place of what was known. A second connection that changes neither announces nothing; beyond 200 participants only their number is told',
  );

export const user_left = z
  .object({
    room_id: roomId,
    users: z.array(participant).describe('Who went of the first 200'),
    participant_count: participantCount,
  })
  .describe(
    'Users went, each with their last connection; where the count disagrees with one’s own, ask `get_room_state`',
  );

export const typing_changed = z
  .object({ room_id: roomId, user_ids: z.array(userId).describe('Who types now, the first 50') })
  .describe('Someone began or stopped typing');

export const room_message = z
  .object({
    room_id: roomId,
    user_id: userId.describe('Who sent it'),
    message: z.unknown().describe('As it was sent'),
    timestamp,
  })
  .describe('What `broadcast_message` sent');

export const user_online = z
  .object({ user_id: userId, timestamp: timestamp.describe('Since when') })
  .describe('A user that one has subscribed to has its first connection');

export const user_offline = z
  .object({ user_id: userId, timestamp: timestamp.describe('When the user was last seen') })
  .describe(
    'A user that one has subscribed to has had no connection for 5 seconds. Where a server has died, it comes within 15 seconds',
  );
