import { parseRoomId, type RoomId } from '../../shared/rooms.ts';

/** A room's key, tenant included: in the log, and among Socket.IO's rooms. */
export function roomKey(org_id: string, room_id: RoomId): string {
  return `${tenantPrefix(org_id)}${room_id}`;
}

/** What the keys of all rooms of a tenant begin with, and no others. */
export function tenantPrefix(org_id: string): string {
  return `${encodeURIComponent(org_id)}/`;
}

/** The tenant of a room's key. */
export function tenantOfKey(key: string): string {
  return decodeURIComponent(key.slice(0, key.indexOf('/')));
}

/** The room that a key names within its tenant. */
export function roomOfKey(key: string): RoomId {
  return parseRoomId(key.slice(key.indexOf('/') + 1));
}
