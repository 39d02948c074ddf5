import { Hono } from 'hono';
import type { RoomState } from '../../shared/events.ts';
import { Refusal } from '../../shared/refusals.ts';
import { parseRoomId, type RoomId } from '../../shared/rooms.ts';
import { talkOf } from '../../shared/talk.ts';
import { roomKey, roomOfKey, tenantPrefix } from '../access/keys.ts';
import { textShown } from '../editing/readText.ts';
import type { Encoded } from '../wire/encodings.ts';
import { numberOf, queryOf, roomIdOf } from './answers.ts';
import type { HttpServices } from './services.ts';
import { type HttpEnv, roleOf, type Tokens } from './tokens.ts';

/** Rooms: a page of them, the state of one, and deleting one. */
export function roomRoutes(
  { log, rooms, readers, encodings, permissions, perform, audit }: HttpServices,
  tokens: Tokens,
): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>();

  routes.get('/', tokens.withScope('admin'), async (context) => {
    const { org_id } = context.get('identity');
    const limit = numberOf(context, 'limit', { least: 1, most: 1000, otherwise: 100 });
    const after = queryOf(context, 'after');
    const stored = await log.list({
      prefix: tenantPrefix(org_id),
      after: after === undefined ? '' : roomKey(org_id, parseRoomId(after)),
      limit: limit + 1,
    });
    const described = stored.slice(0, limit).map(async ({ room, revision, timestamp }) => ({
      room_id: roomOfKey(room),
      revision,
      timestamp,
      participant_count: (await rooms.usersIn(room)).size,
    }));
    const page = await Promise.all(described);
    return context.json({ ok: true, rooms: page, more: stored.length > limit });
  });

  routes.get('/:room_id', tokens.signedIn, async (context) => {
    const identity = context.get('identity');
    const room_id = roomIdOf(context.req.param('room_id'));
    const role = await roleOf(permissions, identity, room_id);
    const room = await rooms.open(identity.org_id, room_id);
    const asText = context.req.query('format') === 'text';
    return readers.turn(() => {
      const state = room.reading.read('', role, identity.user_id);
      if (state.epoch === '' && state.participant_count === 0) throw noSuchRoom(room_id);
      const body = asText ? Buffer.from(textOf(state)) : wholeOf(encodings.answer({ ok: true, ...state }));
      readers.wrote(body.length);
      const type = asText ? 'text/plain; charset=UTF-8' : 'application/json';
      return context.body(body, 200, { 'content-type': type });
    });
  });

  routes.delete('/:room_id', tokens.withScope('admin'), async (context) => {
    const { org_id } = context.get('identity');
    const room_id = roomIdOf(context.req.param('room_id'));
    const key = roomKey(org_id, room_id);
    const wasStored = await log.delete(key);
    const expelled = await perform({ type: 'close', room: key });
    if (!wasStored && expelled === 0) throw noSuchRoom(room_id);
    const talk = talkOf(room_id);
    if (talk && (await log.delete(roomKey(org_id, talk))))
      await perform({ type: 'close', room: roomKey(org_id, talk) });
    audit('room_deleted', { ...tokens.by(context), room_id });
    return context.json({ ok: true, room_id });
  });

  return routes;
}

function wholeOf({ pieces, release }: Encoded) {
  const whole = Buffer.concat(pieces);
  release();
  return whole;
}

function textOf({ room_id, document }: RoomState): string {
  const text = document && textShown(document);
  if (text !== undefined) return text;
  throw new Refusal('bad_request', `format: ${room_id} is no text`);
}

function noSuchRoom(room_id: RoomId): Refusal {
  return new Refusal('not_found', `no such room: ${room_id}`);
}
