import assert from 'node:assert/strict';
import { call, type HttpAnswer } from './http.ts';
import { type Client, clientOf, next, request } from './server.ts';

type Server = { url: string };

/** What is sent, as JSON; with a token or an invitation of one's own. */
export function sending(body: object, bearer?: string): RequestInit {
  return {
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', ...(bearer !== undefined && { Authorization: `Bearer ${bearer}` }) },
  };
}

export interface Made {
  invitation: string;
  id: string;
  expires_at: number;
  max_guests: number;
}

/** Invites to a room, as somebody with these claims. */
export async function invite(
  server: Server,
  claims: object,
  room_id: string,
  terms: { role?: string; expires_in_s?: number; max_guests?: number } = {},
): Promise<Made> {
  const body = { role: 'editor', ...terms };
  const answer = await call(server, `POST /api/v1/rooms/${room_id}/invitations`, claims, sending(body));
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body;
}

/** Asks to come by an invitation. The name makes the key. */
export function come(server: Server, invitation: string, name: string): Promise<HttpAnswer> {
  return call(server, 'POST /api/v1/guests', undefined, sending({ key: `known to ${name} alone`, name }, invitation));
}

/** The token of a guest. */
export async function tokenOfGuest(server: Server, invitation: string, name: string): Promise<string> {
  const { status, body } = await come(server, invitation, name);
  assert.equal(status, 200, JSON.stringify(body));
  return body.token;
}

/** A guest that the server has greeted. */
export async function guestOf(server: Server, invitation: string, name: string): Promise<Client & { user_id: string }> {
  const client = clientOf(server, { auth: { token: await tokenOfGuest(server, invitation, name) } });
  client.connect();
  const { user } = await next(client, 'connected');
  return Object.assign(client, { user_id: user.user_id });
}

/** One that is in the room. */
export async function guestIn(server: Server, room_id: string, invitation: string, name: string) {
  const guest = await guestOf(server, invitation, name);
  await request(guest, 'join_room', { room_id });
  return guest;
}
