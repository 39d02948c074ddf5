/** Documents: what changes them, and what came of it. */
import { z } from 'zod';
import {
  anyRoomId,
  clientEvent,
  epoch,
  participantCount,
  proof,
  revision,
  roomId,
  sequence,
  since,
  timestamp,
  userId,
} from './fields.ts';

export const entry = z
  .object({
    operation: z.unknown().describe('In the canonical form of the room’s document type'),
    client_id: z.string().describe('The replica that made it; `service:…` where a service published it under an id'),
    sequence: sequence.optional(),
    user_id: userId,
    timestamp,
    redacted: z
      .enum(['edited', 'deleted', 'erased'])
      .optional()
      .describe(
        'What it said is gone, as its message was edited since, or deleted, or its author erased: see [Redacted entries](#redacted-entries)',
      ),
    restores: z.literal(true).optional().describe('It was sent so'),
    again: z.literal(true).optional().describe('The same'),
  })
  .meta({ id: 'Entry', description: 'One committed operation. Timestamps of a room never run backwards' });

export const document = z
  .object({
    type: z.string().describe('The document type: `text`, `session` or `feed`'),
    content: z.unknown().describe('Of type `text`: a string. Of `session` and `feed`: an object'),
  })
  .meta({ id: 'Document', description: 'The content of a room, whole' });

export const messageId = z
  .string()
  .regex(/^[1-9]\d{0,15}$/, 'expected a revision, as a string')
  .describe('The revision that the entry made, as a string; compared as a number');

export const feedEntry = z
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

// ---------------------------------------------------------------- what clients send

export const collaboration_operation = clientEvent(
  'Changes the document. Answered as soon as it is in the log; the entry itself may come before or after',
  z.object({
    room_id: anyRoomId,
    operation: z.unknown().describe('As the room’s document type takes it'),
    revision: revision.optional().describe('What the operation was made against; where missing, the head'),
    sequence: sequence.optional(),
    restores: z
      .literal(true)
      .optional()
      .describe(
        'Brings back what another history had: a `conflict` where another such operation came since `revision`, or one that was sent `again`, as that may have brought back the same',
      ),
    again: z
      .literal(true)
      .optional()
      .describe(
        'It was sent before, and may have been seen by others in a history that is lost: a `conflict` where something that `restores` came since `revision`',
      ),
  }),
  z.object({ revision: revision.describe('Right after this operation') }),
);

export const get_operations = clientEvent(
  'The entries since a revision',
  z.object({
    room_id: anyRoomId,
    since: since.describe('After which revision'),
    limit: z.int().min(1).max(1000).optional().describe('How many entries at once, at most; 500 where it is missing'),
  }),
  z.object({
    epoch,
    revision: revision.describe('The one after the last entry sent'),
    proof: proof.optional().describe('Of the history up to `revision`; missing where it is not known'),
    operations: z.array(entry).optional().describe('In the order of their revisions, from `since` on'),
    document: document.optional().describe('In place of `operations` where the log no longer reaches back'),
    more: z.boolean().describe('True: ask again, from `revision`'),
  }),
);

export const get_history = clientEvent(
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
);

// ---------------------------------------------------------------- what the server sends

export const collaboration_update = z
  .object({
    room_id: roomId,
    epoch,
    revision: revision.describe('The document’s before the first entry'),
    operations: z.array(entry).describe('Without gaps; after them the document is at `revision` plus their number'),
    proof: proof.describe('Of the history after the last of them'),
  })
  .describe(
    'New entries in the order of their revisions, one’s own among them. Entries that a client already has it skips; a gap it fills by `get_operations`; at another epoch than its own, and where there are no entries, it joins again',
  );

export const room_head = z
  .object({
    room_id: roomId,
    epoch,
    revision: revision.describe('The head'),
    proof,
    participant_count: participantCount,
  })
  .describe('Now and then in a quiet room: a client that stands behind it catches up');
