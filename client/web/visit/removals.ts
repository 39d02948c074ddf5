import type { RoomId } from '../../../shared/rooms.ts';
import { fetchToken } from './access.ts';
import { api } from './api.ts';
import type { Visitor } from './visitor.ts';

/** Who is kept out of a room, the newest last. Throws why that is not for the visitor. */
export async function fetchRemoved(room_id: RoomId, visitor: Visitor): Promise<string[]> {
  const route = `/api/v1/rooms/${room_id}/kicked`;
  const { kicked } = await api<{ kicked: { user_id: string }[] }>('GET', route, await fetchToken(visitor));
  return kicked.map(({ user_id }) => user_id);
}

/** Keeps somebody out of a room until they are let in again. Throws why that may not be. */
export async function removePerson(room_id: RoomId, user_id: string, visitor: Visitor): Promise<void> {
  await api('DELETE', routeOf(room_id, user_id), await fetchToken(visitor));
}

export async function letIn(room_id: RoomId, user_id: string, visitor: Visitor): Promise<void> {
  await api('PUT', routeOf(room_id, user_id), await fetchToken(visitor));
}

function routeOf(room_id: RoomId, user_id: string): string {
  return `/api/v1/rooms/${room_id}/participants/${encodeURIComponent(user_id)}`;
}
