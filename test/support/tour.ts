import assert from 'node:assert/strict';
import { come, guestIn, invite, sending } from './guests.ts';
import { call } from './http.ts';
import { administrator } from './revocation.ts';
import { ask, type Client, clientOf, connect, member, next, refusedHandshake, request, tokenFor } from './server.ts';
import { until } from './until.ts';

type Server = { url: string };

/** What the tour needs of the servers' configuration. */
export const tourOptions = { limitMessages: '3/60', maxParticipantsPerRoom: 2 };

const service = { sub: 'service', scope: 'publish' };
const root = { sub: 'root', rooms: {}, scope: 'admin' };

/**
 * All that two instances do with what they have in common, one thing after the other: songs, who is there, limits, places,
 * what is published, invitations, kicks and bans, an erasure, a list and an end. Each must come out well.
 */
export async function tour(one: Server, other: Server): Promise<void> {
  const room_id = 'song:tour';
  const ada = await member(one, { sub: 'ada' }, { room_id });
  const ben = await member(other, { sub: 'ben' }, { room_id });
  await write(ada, ben, room_id);
  await publishing(one, other, ben);
  await people(one, other, ben);
  await limits(one, ben, room_id);
  await invitations(one, other, [ada, ben]);
  const removed = next(ben, 'room_removed');
  await done(call(one, `DELETE /api/v1/rooms/${room_id}/participants/ben`, root));
  assert.deepEqual(await removed, { room_id, reason: 'kicked' });
  await bans(one, other);
  await done(call(other, 'DELETE /api/v1/users/ada?after=&limit=', root));
  const { body } = await call(other, 'GET /api/v1/rooms', root);
  assert.ok(body.rooms.some((room: { room_id: string }) => room.room_id === room_id));
  await done(call(other, `DELETE /api/v1/rooms/${room_id}`, root));
}

async function write(ada: Client, ben: Client, room_id: string): Promise<void> {
  const heard = [next(ben, 'collaboration_update'), next(ben, 'cursor_moved'), next(ben, 'room_message')];
  await request(ada, 'collaboration_operation', { room_id, operation: ['La la'], sequence: 1 });
  ada.emit('cursor_update', { room_id, position: 2 });
  await request(ada, 'broadcast_message', { room_id, message: 'Hello' });
  await Promise.all(heard);
  const { epoch } = await request(ben, 'get_room_state', { room_id });
  const { operations } = await request(ben, 'get_operations', { room_id, since: { epoch, revision: 0 } });
  assert.equal(operations?.length, 1);
}

async function publishing(one: Server, other: Server, ben: Client): Promise<void> {
  const feed = await member(other, { sub: 'ben' }, { room_id: 'channel:tour' });
  const publish = (message: object) => done(call(one, 'POST /api/v1/publish', service, sending(message)));
  const added = next(feed, 'collaboration_update');
  await publish({ room_id: 'channel:tour', type: 'song.played', data: {}, id: 'x' });
  await added;
  const events = next(ben, 'event');
  await publish({ room_id: 'song:tour', type: 'song.played', data: {}, id: 'y' });
  assert.equal((await events).type, 'song.played');
  const toAll = next(ben, 'event');
  await publish({ all: true, type: 'news.came', data: {}, id: 'z' });
  assert.equal((await toAll).type, 'news.came');
  await publish({ user_id: 'ben', type: 'news.came', data: {} });
  const { entries } = await request(feed, 'get_history', { room_id: 'channel:tour', limit: 10 });
  assert.equal(entries.length, 1);
}

async function people(one: Server, other: Server, ben: Client): Promise<void> {
  await request(ben, 'presence_subscribe', { user_ids: ['eve'] });
  const online = next(ben, 'user_online');
  const eve = await connect(one, { sub: 'eve' });
  assert.equal((await online).user_id, 'eve');
  assert.equal((await call(other, 'GET /api/v1/users/eve/presence', service)).body.connections, 1);
  eve.disconnect();
}

async function limits(one: Server, ben: Client, room_id: string): Promise<void> {
  await until(async () => !(await ask(ben, 'broadcast_message', { room_id, message: 1 })).ok);
  const max = await member(one, { sub: 'max' }, { room_id: 'song:flood' });
  const ended = new Promise((resolve) => max.once('disconnect', resolve));
  for (let sent = 0; sent < 80; sent++) max.emit('broadcast_message', { room_id: 'song:flood', message: sent });
  await ended;
}

async function invitations(one: Server, other: Server, [ada, ben]: [Client, Client]): Promise<void> {
  const { invitation, id } = await invite(one, { sub: 'ada', rooms: { '*': 'host' } }, 'song:tour');
  // In a full room a guest finds no place; where one has left, it does.
  const guest = await guestIn(other, 'song:flood', (await invite(one, root, 'song:flood')).invitation, 'Gil');
  guest.disconnect();
  assert.equal((await come(other, invitation, 'Gil')).status, 200);
  await done(call(one, `DELETE /api/v1/rooms/song:tour/invitations/${id}`, { sub: 'ada', rooms: { '*': 'host' } }));
  for (const client of [ada, ben]) await request(client, 'ping', {});
}

async function bans(one: Server, other: Server): Promise<void> {
  const eve = await connect(other, { sub: 'eve' });
  const ended = next(eve, 'error');
  await administrator(one).block('eve');
  assert.equal((await ended).fatal, true);
  const again = clientOf(other, { auth: { token: tokenFor({ sub: 'eve' }) } });
  assert.equal((await refusedHandshake(again)).error_code, 'forbidden');
  await administrator(one).unblock('eve');
}

async function done(call: Promise<{ status: number; body: unknown }>): Promise<void> {
  const { status, body } = await call;
  assert.equal(status, 200, JSON.stringify(body));
}
