import { createHash } from 'node:crypto';
import { parseRoomId, type RoomId, type RoomKind } from '../../shared/rooms.ts';

/** Characters that a room's id may have. */
const longest = 128;

/** What is for a user alone, and comes unasked. */
export function inboxOf(user_id: string): RoomId {
  return roomOfUser('user', user_id);
}

/**
 * The room of a user's own, of a kind that has such rooms: `user:<sub>`, percent-encoded; where that is too long for an id,
 * `user:~` and the sub's SHA-256 in base64url. Any sub has one, and no two have the same.
 */
export function roomOfUser(kind: RoomKind, user_id: string): RoomId {
  const plain = encodeURIComponent(user_id.toWellFormed()).replace(/^~/, '%7E');
  const hashed = () => `~${createHash('sha256').update(user_id).digest('base64url')}`;
  return parseRoomId(`${kind}:${plain.length > longest ? hashed() : plain}`);
}
