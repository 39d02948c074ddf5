import { type Context, Hono } from 'hono';
import { Refusal } from '../../shared/refusals.ts';
import { includesRole } from '../../shared/rooms.ts';
import { userKeyOf } from '../access/identity.ts';
import { roomKey } from '../access/keys.ts';
import { roomIdOf } from './answers.ts';
import type { HttpServices } from './services.ts';
import { type HttpEnv, memberIn, type Tokens } from './tokens.ts';

/** Who may be in a room: a host kicks someone out of it, and lets them in again. */
export function participantRoutes(services: HttpServices, tokens: Tokens): Hono<HttpEnv> {
  const { kinds, rooms, connections, permissions, bans, perform, audit } = services;
  const routes = new Hono<HttpEnv>();

  routes.get('/:room_id/kicked', tokens.signedIn, async (context) => {
    const { identity, room_id } = await hostIn(context);
    return context.json({ ok: true, room_id, kicked: await bans.kickedFrom(identity.org_id, room_id) });
  });

  routes.delete('/:room_id/participants/:user_id', tokens.signedIn, async (context) => {
    const { identity, room_id, user_id } = await hostIn(context);
    const { org_id } = identity;
    const room = roomKey(org_id, room_id);
    const user = userKeyOf({ org_id, user_id });
    // Who has just joined elsewhere is perhaps not yet known of here.
    const mayBeThere =
      (await rooms.usersIn(room)).has(user_id) ||
      connections.isJoining(user, room_id) ||
      (await connections.elsewhere(user));
    if (!mayBeThere) throw new Refusal('not_found', `nobody in ${room_id} is ${user_id}`);
    // An inbox is its user's, who comes back to it.
    if (!kinds.isPersonal(room_id)) await bans.record(org_id, identity.user_id, { type: 'kick', room_id, user_id });
    const expelled = await perform({ type: 'kick', room, user_id });
    audit('kicked', { ...tokens.by(context), room_id, user_id });
    return context.json({ ok: true, room_id, user_id, connections: expelled });
  });

  routes.put('/:room_id/participants/:user_id', tokens.signedIn, async (context) => {
    const { identity, room_id, user_id } = await hostIn(context);
    await bans.record(identity.org_id, identity.user_id, { type: 'let_in', room_id, user_id });
    audit('let_in', { ...tokens.by(context), room_id, user_id });
    return context.json({ ok: true, room_id, user_id });
  });

  /** Who asks, who is a host or does what hosts do. Refuses `forbidden`. */
  async function hostIn(context: Context<HttpEnv>) {
    const identity = context.get('identity');
    const room_id = roomIdOf(context.req.param('room_id') ?? '');
    if (!includesRole(await memberIn(permissions, identity, room_id), 'host')) {
      throw new Refusal('forbidden', `needs the role host in ${room_id}, or the scope admin`);
    }
    return { identity, room_id, user_id: context.req.param('user_id') ?? '' };
  }

  return routes;
}
