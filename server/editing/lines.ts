import { z } from 'zod';
import { userIdForm } from '../access/claims.ts';

// A line of what is exported and imported: a room, or a part of a feed.

const timestamp = z.int().min(0).describe('Milliseconds since the Unix epoch');
const readUpTo = z.record(z.string(), z.string());

/** An entry of a feed's log. */
const entry = z.object({
  operation: z.unknown(),
  client_id: z.string().max(128),
  sequence: z.int().min(1).optional(),
  user_id: userIdForm,
  timestamp,
  redacted: z.enum(['edited', 'deleted', 'erased']).optional(),
});

const track = z.object({
  track_id: z.string(),
  title: z.string().nullable(),
  duration_ms: z.number().nullable(),
  added_by: userIdForm,
  votes: z.array(userIdForm).max(1_000),
});

const session = z.object({
  state: z.record(z.string(), z.unknown()),
  playback: z.object({
    status: z.enum(['stopped', 'playing', 'paused']),
    track_id: z.string().nullable(),
    duration_ms: z.number().optional(),
    position_ms: z.number(),
    updated_at: timestamp,
  }),
  queue: z.array(track),
  scores: z.record(z.string(), z.number()),
});

/** What a feed had where its log begins, which does not reach back to its beginning. */
const base = z.object({
  revision: z.int().min(1).max(10_000_000),
  entries: z.array(
    z.object({
      message_id: z.string(),
      type: z.string(),
      text: z.string().optional(),
      data: z.unknown().optional(),
      user_id: userIdForm,
      timestamp,
      reactions: z.record(z.string(), z.array(userIdForm)),
      deleted: z.literal(true).optional(),
    }),
  ),
  read: readUpTo,
});

/** What every line says. */
export const line = z.looseObject({ room_id: z.string(), type: z.string(), timestamp: timestamp.optional() });

export const sessionLine = z.object({ timestamp: timestamp.optional(), content: session });

/** A feed, or a part of one. */
export const feedLine = z.object({
  /** What the entries follow, where it is not the beginning. */
  after: z.object({ revision: z.int().min(1), timestamp }).optional(),
  base: base.optional(),
  entries: z.array(entry).max(10_000),
});

/** An application's events, or a part of them. */
export const eventsLine = feedLine.omit({ base: true });

export type EventsLine = z.output<typeof eventsLine>;
export type SessionLine = z.output<typeof sessionLine>;
export type FeedLine = z.output<typeof feedLine>;
