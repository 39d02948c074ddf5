import { Hono } from 'hono';
import { z } from 'zod';
import type { RoomState } from '../../shared/events.ts';
import { Refusal } from '../../shared/refusals.ts';
import { includesRole, parseRoomId, type Role, type RoomId, roles } from '../../shared/rooms.ts';
import { type Identity, userKeyOf } from '../access/identity.ts';
import { roomKey, roomOfKey, tenantPrefix } from '../access/keys.ts';
import { canSign, signToken } from '../access/signing.ts';
import { bodyOf, numberOf } from './answers.ts';
import type { HttpServices } from './services.ts';
import { type HttpEnv, hasScope, type Tokens } from './tokens.ts';

/** How long an invitation is good for. */
const invitedFor = '720h';

/** Rooms: a page of them, the state of one, inviting to one, deleting one, and kicking someone out of one. */
export function roomRoutes(
  { config, log, rooms, connections, readers, permissions, perform, audit }: HttpServices,
  tokens: Tokens,
): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>();

  routes.get('/', tokens.withScope('admin'), async (context) => {
    const { org_id } = context.get('identity');
    const limit = numberOf(context, 'limit', { least: 1, most: 1000, otherwise: 100 });
    const after = context.req.query('after');
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
    const room_id = parseRoomId(context.req.param('room_id'));
    const role = await roleOf(identity, room_id);
    const room = await rooms.open(identity.org_id, room_id);
    const asText = context.req.query('format') === 'text';
    return readers.turn(() => {
      const state = room.reading.read('', role, identity.user_id);
      if (state.epoch === '' && state.participant_count === 0) throw noSuchRoom(room_id);
      const body = asText ? textOf(state) : JSON.stringify({ ok: true, ...state });
      readers.wrote(body.length);
      return asText ? context.text(body) : context.body(body, 200, { 'content-type': 'application/json' });
    });
  });

  /** Whoever is in a room may pass on what it may do there, or less: an invitation is a token for POST /guests. */
  routes.post('/:room_id/invitations', tokens.signedIn, async (context) => {
    const identity = context.get('identity');
    const room_id = parseRoomId(context.req.param('room_id'));
    const own = await roleOf(identity, room_id);
    const { role } = await bodyOf(context, z.object({ role: z.enum(roles) }));
    if (!includesRole(own, role))
      throw new Refusal('forbidden', `needs the role ${role} in ${room_id}, this is ${own}`);
    if (!canSign(config))
      throw new Refusal('not_found', 'only the application can sign tokens: there is no JWT_SECRET');
    const content = { sub: 'invitation', org_id: identity.org_id, rooms: { [room_id]: role }, scope: 'invite' };
    audit('invited', { ...tokens.by(context), room_id, role });
    return context.json({ ok: true, room_id, role, invitation: signToken(config, content, invitedFor) });
  });

  routes.delete('/:room_id', tokens.withScope('admin'), async (context) => {
    const { org_id } = context.get('identity');
    const room_id = parseRoomId(context.req.param('room_id'));
    const key = roomKey(org_id, room_id);
    const wasStored = await log.delete(key);
    const expelled = await perform({ type: 'close', room: key });
    if (!wasStored && expelled === 0) throw noSuchRoom(room_id);
    audit('room_deleted', { ...tokens.by(context), room_id });
    return context.json({ ok: true, room_id });
  });

  routes.delete('/:room_id/participants/:user_id', tokens.signedIn, async (context) => {
    const identity = context.get('identity');
    const { org_id } = identity;
    const room_id = parseRoomId(context.req.param('room_id'));
    const user_id = context.req.param('user_id');
    if (!includesRole(await roleOf(identity, room_id), 'host')) {
      throw new Refusal('forbidden', `needs the role host in ${room_id}, or the scope admin`);
    }
    const key = roomKey(org_id, room_id);
    const user = userKeyOf({ org_id, user_id });
    // Who has just joined elsewhere is perhaps not yet known of here.
    const mayBeThere =
      (await rooms.usersIn(key)).has(user_id) ||
      connections.isJoining(user, room_id) ||
      (await connections.elsewhere(user));
    if (!mayBeThere) throw new Refusal('not_found', `nobody in ${room_id} is ${user_id}`);
    const expelled = await perform({ type: 'kick', room: key, user_id });
    audit('kicked', { ...tokens.by(context), room_id, user_id });
    return context.json({ ok: true, room_id, user_id, connections: expelled });
  });

  /** Administrators do in their tenant's rooms what hosts do. */
  function roleOf(identity: Identity, room_id: RoomId): Role | Promise<Role> {
    return hasScope(identity, 'admin') ? 'host' : permissions.roleIn(identity, room_id);
  }

  return routes;
}

function textOf({ room_id, document }: RoomState): string {
  if (document?.type === 'text' && typeof document.content === 'string') return document.content;
  throw new Refusal('bad_request', `format: ${room_id} is no text`);
}

function noSuchRoom(room_id: RoomId): Refusal {
  return new Refusal('not_found', `no such room: ${room_id}`);
}
