import type { Role, RoomId } from '../../../shared/rooms.ts';
import { fetchToken } from './access.ts';
import { api } from './api.ts';
import { device } from './kept.ts';
import type { Visitor } from './visitor.ts';

/** An invitation to a room that is live. */
export interface Invitation {
  id: string;
  role: Role;
  by: { user_id: string; name: string };
  /** In milliseconds since the epoch. */
  expires_at: number;
  max_guests: number;
  guest_count: number;
}

/** Where the links that were made on this device are kept: the server shows each once. */
const place = 'tutti links';

/** Those of a room that the visitor may see, the newest first. Throws why there are none. */
export async function fetchInvitations(room_id: RoomId, visitor: Visitor): Promise<Invitation[]> {
  const answer = await api<{ invitations: Invitation[] }>('GET', routeOf(room_id), await fetchToken(visitor));
  return answer.invitations.reverse();
}

/** Makes one, and keeps its link. Throws why that may not be. */
export async function makeInvitation(room_id: RoomId, role: Role, visitor: Visitor): Promise<void> {
  const token = await fetchToken(visitor);
  const { id, invitation } = await api<{ id: string; invitation: string }>('POST', routeOf(room_id), token, { role });
  const link = `${location.origin}${location.pathname}#token=${invitation}`;
  device.write(place, { ...keptLinks(), [keyOf(room_id, role)]: { id, link } });
}

/** Its link lets nobody in from then on, and who came by it goes. */
export async function revokeInvitation(room_id: RoomId, id: string, visitor: Visitor): Promise<void> {
  await api('DELETE', `${routeOf(room_id)}/${id}`, await fetchToken(visitor));
}

/** Who signs out leaves no links behind. */
export function forgetLinks(): void {
  device.remove(place);
}

/** The link with a role that was made on this device, if it is among those that are live. */
export function linkAmong(live: Invitation[], room_id: RoomId, role: Role): string | undefined {
  const kept = keptLinks()[keyOf(room_id, role)];
  return live.some(({ id }) => id === kept?.id) ? kept?.link : undefined;
}

function routeOf(room_id: RoomId): string {
  return `/api/v1/rooms/${room_id}/invitations`;
}

function keyOf(room_id: RoomId, role: Role): string {
  return `${room_id} ${role}`;
}

function keptLinks(): Record<string, { id: string; link: string }> {
  return device.read(place) ?? {};
}
