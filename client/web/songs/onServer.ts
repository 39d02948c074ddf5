import type { RoomId } from '../../../shared/rooms.ts';
import { fetchTokenFor, isGuest } from '../visit/access.ts';
import { api } from '../visit/api.ts';
import type { Visitor } from '../visit/visitor.ts';

/** A room that the server keeps. */
export interface KeptRoom {
  room_id: RoomId;
  /** When it was written last, in milliseconds since the epoch. */
  timestamp: number;
}

/** Whether the visitor may see and delete all rooms: what the token says, the server checks. */
export async function isAdministrator(visitor: Visitor): Promise<boolean> {
  if (isGuest()) return false;
  try {
    const [, payload = ''] = (await tokenOf(visitor)).split('.');
    const { scope = '' } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as { scope?: string };
    return scope.split(' ').includes('admin');
  } catch {
    return false;
  }
}

/** A page of them, by name; `more` where there are others behind it. Throws why there are none. */
export async function fetchRooms(visitor: Visitor, after?: RoomId): Promise<{ rooms: KeptRoom[]; more: boolean }> {
  const query = after === undefined ? '' : `&after=${encodeURIComponent(after)}`;
  return api('GET', `/api/v1/rooms?limit=200${query}`, await tokenOf(visitor));
}

/** Deletes a room for everybody. Throws why that may not be. */
export async function deleteRoom(visitor: Visitor, room_id: RoomId): Promise<void> {
  await api('DELETE', `/api/v1/rooms/${room_id}`, await tokenOf(visitor));
}

function tokenOf(visitor: Visitor): Promise<string> {
  return fetchTokenFor(visitor, undefined);
}
