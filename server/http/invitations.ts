import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { Refusal } from '../../shared/refusals.ts';
import { includesRole, type RoomId, roles } from '../../shared/rooms.ts';
import type { Identity } from '../access/identity.ts';
import type { Identified } from '../access/invitations.ts';
import { roomKey } from '../access/keys.ts';
import { bodyOf, roomIdOf } from './answers.ts';
import type { HttpServices } from './services.ts';
import { type HttpEnv, hasScope, memberIn, type Tokens } from './tokens.ts';

const days = 24 * 60 * 60;

const terms = z.object({
  role: z.enum(roles),
  expires_in_s: z
    .int()
    .min(60)
    .max(365 * days)
    .default(30 * days),
  max_guests: z.int().min(1).max(1_000).default(100),
});

/**
 * Invitations to a room: whoever is in it may pass on what it may do there, or less. Hosts and administrators see and
 * revoke all of them, others their own.
 */
export function invitationRoutes(services: HttpServices, tokens: Tokens): Hono<HttpEnv> {
  const { invitations, guestTokens, permissions, perform, audit } = services;
  const routes = new Hono<HttpEnv>();

  routes.post('/', tokens.signedIn, async (context) => {
    const { identity, room_id, role: own } = await inviterIn(context);
    const { role, expires_in_s, max_guests } = await bodyOf(context, terms);
    if (!includesRole(own, role))
      throw new Refusal('forbidden', `needs the role ${role} in ${room_id}, this is ${own}`);
    if (!guestTokens.canSign)
      throw new Refusal('not_found', 'only the application can sign tokens: there is no JWT_SECRET');
    const { user_id, name, org_id } = identity;
    const by = { user_id, name, ...(hasScope(identity, 'admin') && { admin: true as const }) };
    const granted = await permissions.roleByInvitation(org_id, room_id, { by, role });
    if (granted !== role) throw new Refusal('forbidden', `needs the role ${role} in ${room_id}, this is ${granted}`);
    const until = Date.now() + 1_000 * expires_in_s;
    const { id, text } = await invitations.make(org_id, room_id, by, { role, until, most: max_guests });
    audit('invited', { ...tokens.by(context), room_id, role, invitation: id });
    return context.json({ ok: true, room_id, role, invitation: text, id, expires_at: until, max_guests });
  });

  routes.get('/', tokens.signedIn, async (context) => {
    const { identity, room_id, isHost } = await inviterIn(context);
    const all = await invitations.list(identity.org_id, room_id);
    const visible = all.filter(({ by }) => isHost || by.user_id === identity.user_id);
    return context.json({ ok: true, room_id, invitations: visible.map(described) });
  });

  routes.get('/:id', tokens.signedIn, async (context) => {
    const { room_id, invitation } = await visibleIn(context);
    const guests = Object.entries(invitation.guests).map(([user_id, at]) => ({ user_id, at }));
    return context.json({ ok: true, room_id, ...described(invitation), guests });
  });

  routes.delete('/:id', tokens.signedIn, async (context) => {
    const { identity, room_id, invitation } = await visibleIn(context);
    const { org_id } = identity;
    const { id } = invitation;
    await invitations.revoke(identity, room_id, id);
    const removed = await perform({ type: 'uninvite', room: roomKey(org_id, room_id), invitation: id });
    audit('uninvited', { ...tokens.by(context), room_id, invitation: id });
    return context.json({ ok: true, room_id, id, connections: removed });
  });

  /** Who asks, who may invite. Refuses `forbidden`: guests may not. */
  async function inviterIn(context: Context<HttpEnv>) {
    const identity: Identity = context.get('identity');
    const room_id: RoomId = roomIdOf(context.req.param('room_id') ?? '');
    const role = await memberIn(permissions, identity, room_id);
    return { identity, room_id, role, isHost: includesRole(role, 'host') };
  }

  /** The invitation that is asked for. Refuses `not_found` also where it is not for who asks. */
  async function visibleIn(context: Context<HttpEnv>) {
    const { identity, room_id, isHost } = await inviterIn(context);
    const id = context.req.param('id') ?? '';
    const invitation = await invitations.find(identity.org_id, room_id, id);
    if (invitation && (isHost || invitation.by.user_id === identity.user_id)) return { identity, room_id, invitation };
    throw new Refusal('not_found', `no such invitation to ${room_id}`);
  }

  return routes;
}

function described({ id, role, by, at, until, most, guests }: Identified) {
  return {
    id,
    role,
    by: { user_id: by.user_id, name: by.name },
    created_at: at,
    expires_at: until,
    max_guests: most,
    guest_count: Object.keys(guests).length,
  };
}
