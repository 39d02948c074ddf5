import assert from 'node:assert/strict';
import { guestIn, invite } from './guests.ts';
import { call, type HttpAnswer } from './http.ts';
import { type Client, connect, member, request } from './server.ts';

type Server = { url: string };

/** An id that nothing else is called. */
export const ann = 'ann@example.org';
export const root = { sub: 'root', rooms: {}, scope: 'admin publish' };
export const rooms = ['channel:1', 'session:1', 'song:1'] as const;
const claims = { sub: ann, name: 'Ann', rooms: { '*': 'host' } };

async function send(client: Client, room_id: string, operation: unknown): Promise<string> {
  return String((await request(client, 'collaboration_operation', { room_id, operation })).revision);
}

/** Everything that a person leaves on a server: Ann does, and Ben beside her on another one, or the same. */
export async function live(one: Server, other = one) {
  const her = await connect(one, claims);
  const ben = await connect(other, { sub: 'ben', rooms: { '*': 'host' } });
  for (const room_id of rooms) {
    await request(her, 'join_room', { room_id, client_id: 'replica-of-hers' });
    await request(ben, 'join_room', { room_id, client_id: 'replica-of-his' });
  }
  await request(her, 'collaboration_operation', { room_id: 'song:1', operation: ['She sang. '], sequence: 1 });
  await send(ben, 'song:1', ['He hummed. ']);
  const first = await send(her, 'channel:1', { type: 'message.new', text: 'her secret' });
  await send(her, 'channel:1', { type: 'message.edited', message_id: first, text: 'her other secret' });
  const second = await send(ben, 'channel:1', { type: 'message.new', text: 'his words' });
  await send(ben, 'channel:1', { type: 'message.edited', message_id: first, text: 'her secret, by him' });
  await send(ben, 'channel:1', { type: 'message.reaction', message_id: first, reaction: '+1', on: true });
  await send(her, 'channel:1', { type: 'message.reaction', message_id: second, reaction: '+1', on: true });
  await send(her, 'channel:1', { type: 'message.read', message_id: second });
  await send(ben, 'channel:1', { type: 'message.read', message_id: second });
  await send(her, 'session:1', { type: 'queue_track', track_id: 'a', title: 'A tune' });
  await send(ben, 'session:1', { type: 'queue_track', track_id: 'b' });
  for (const client of [her, ben]) await send(client, 'session:1', { type: 'vote_track', track_id: 'b', vote: 1 });
  const message = { user_id: ann, type: 'task.assigned', data: { task: 'a note to her' } };
  const body = { body: JSON.stringify(message), headers: { 'Content-Type': 'application/json' } };
  assert.equal((await call(one, 'POST /api/v1/publish', root, body)).body.ok, true);
  const { invitation, id } = await invite(one, claims, 'song:1');
  const guest = await guestIn(other, 'song:1', invitation, 'Gus');
  return { her, ben, guest, invitation: id };
}

export function erase(server: Server, query = '', user = ann): Promise<HttpAnswer> {
  return call(server, `DELETE /api/v1/users/${encodeURIComponent(user)}${query}`, root);
}

/** What is given out of a person, line by line. */
export async function exported(server: Server, who: object = root): Promise<Record<string, unknown>[]> {
  const answer = await call(server, `GET /api/v1/users/${encodeURIComponent(ann)}/export`, who);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  assert.match(answer.headers.get('content-type') ?? '', /ndjson/);
  return String(answer.body)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** The state of a room, as somebody else sees it. */
export async function stateOfRoom(server: Server, room_id: string) {
  const eve = await member(server, { sub: 'eve' }, { room_id });
  const { operations } = await request(eve, 'get_operations', { room_id, since: { epoch: '', revision: 0 } });
  const { document, epoch, revision } = await request(eve, 'get_room_state', { room_id });
  eve.disconnect();
  return { content: document?.content, operations: operations ?? [], epoch, revision };
}
