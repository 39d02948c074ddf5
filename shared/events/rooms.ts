/** Rooms: taking part in one, and no longer; what services publish there. */
import { z } from 'zod';
import { document, entry } from './documents.ts';
import {
  anyRoomId,
  clientEvent,
  clientId,
  epoch,
  participantCount,
  proof,
  revision,
  role,
  roomId,
  since,
  timestamp,
  userId,
} from './fields.ts';
import { cursor, participant } from './people.ts';

export const roomState = z
  .object({
    room_id: roomId,
    role,
    limits: z
      .object({
        max_document_bytes: z.int().optional().describe('Where it is less in rooms of this kind than elsewhere'),
        max_operation_bytes: z.int().optional().describe('The same'),
        max_message_bytes: z.int().optional().describe('The same'),
      })
      .optional(),
    epoch,
    revision: revision.describe('The head, after everything sent here'),
    proof,
    recovered: z.boolean().describe('True: `operations` brings what was missed. False: `document` brings it whole'),
    diverged: z
      .boolean()
      .optional()
      .describe(
        'True: the history that `since` tells of is not this one; what was acknowledged there may be missing here',
      ),
    document: document.optional().describe('The content at `revision`'),
    operations: z.array(entry).optional().describe('What was missed, up to `revision`'),
    sequence: z.int().min(0).describe('The last one committed of this `client_id`, 0 if none: count on from it'),
    participants: z.array(participant).describe('The first 200'),
    participant_count: participantCount,
    cursors: z.array(cursor).describe('Those that are shown'),
    typing: z.array(userId).describe('The users who type now, the first 50'),
  })
  .meta({ id: 'RoomState', description: 'Everything about a room that a client needs to take part' });

// ---------------------------------------------------------------- what clients send

export const join_room = clientEvent(
  'Takes part in a room. The answer precedes every other news of the room on this connection; joining twice answers afresh. Without a callback: `room_joined`',
  z.object({
    room_id: anyRoomId,
    client_id: clientId.optional(),
    since: since.optional().describe('Where the client stands: it gets only what it missed'),
  }),
  roomState,
);

export const leave_room = clientEvent(
  'Takes part no longer; a join of the room that is under way is refused as a `conflict`. Without a callback: `room_left`',
  z.object({ room_id: anyRoomId }),
  z.object({ room_id: roomId }),
);

export const get_room_state = clientEvent(
  'The state of a room that one takes part in. Without a callback: `room_joined`',
  z.object({ room_id: anyRoomId }),
  roomState,
);

// ---------------------------------------------------------------- what the server sends

export const room_joined = roomState.describe(
  'Answers `join_room` and `get_room_state`. It comes by itself once after `connected`, for the inbox `user:<sub>`',
);

export const room_left = z.object({ room_id: roomId }).describe('Answers `leave_room`');

export const role_changed = z
  .object({ room_id: roomId, role })
  .describe(
    'This connection’s role in a room that it is in is another one from here on. What others know of it comes as `user_joined`',
  );

export const room_removed = z
  .object({
    room_id: roomId,
    reason: z
      .enum(['kicked', 'role_withdrawn', 'closed', 'replaced', 'room_full'])
      .describe(
        'Removed by a host or an administrator; its role, or the invitation of a guest, is gone; the room was deleted; the same client joined over another connection; or a guest gave way to a user, as the room was full',
      ),
  })
  .describe('This connection is no longer in the room');

export const c = z
  .array(z.unknown())
  .describe(
    'A [compact frame](#compact-frames), in place of `collaboration_update`, `cursor_moved`, `typing_changed`, `user_joined` and `user_left`, for who has asked for them',
  );

export const event = z
  .object({
    type: z.string().describe('`<noun>.<verb>`, as the service calls it'),
    room_id: roomId.optional().describe('Where it was published to a song or a session'),
    data: z.unknown().describe('JSON; `null` where the service gave none'),
    sender: userId.describe('The `sub` of the service’s token'),
    timestamp,
  })
  .describe('Published by a service to this connection, to everyone, or to a song or session; not stored');
