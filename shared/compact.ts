import type { RoomId } from './rooms.ts';

/** The events that have a compact form; a frame names its event by the place that it has here. */
export const compactEvents = [
  'collaboration_update',
  'cursor_moved',
  'typing_changed',
  'user_joined',
  'user_left',
] as const;
export type CompactEventName = (typeof compactEvents)[number];

/** The room's number; or, where what was agreed about it is void, that, its id, and the time that times count from. */
export type CompactRoom = number | [number: number, room_id: RoomId, time: number];
/** One event in one room, as docs/PROTOCOL.md says under "Compact frames". */
export type CompactFrame = [event: number, room: CompactRoom, ...parts: unknown[]];

/** A user by its number; the first time by its id, which has the next number from there on. */
export type CompactUser = number | string;
/** A client likewise, with its user, and where an entry of its follows, the sequence of its last one before. */
export type CompactClient = number | [client_id: string, user: CompactUser, sequence?: number];
/** Of the same client's next sequence, so many milliseconds after the entry before. */
export type CompactEntry = [client: CompactClient, operation: unknown, elapsed: number];
/** At the revision that comes after the last entry, or so many further; so many milliseconds after that entry. */
export type CompactCursor = [client: CompactClient, position: unknown, elapsed: number, ahead?: number];
export type CompactParticipant = [user: CompactUser, name: string, role: string, connections: number, elapsed: number];
