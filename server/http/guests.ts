import { createHash } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { Refusal } from '../../shared/refusals.ts';
import { textOf } from '../../shared/strings.ts';
import { parseInvitation } from '../access/invitations.ts';
import { signToken } from '../access/signing.ts';
import { addressOf } from '../door/addresses.ts';
import { bodyOf } from './answers.ts';
import type { HttpServices } from './services.ts';
import { bearerOf, type HttpEnv } from './tokens.ts';

/** How long the token of a demo's visitor is valid: the page asks for the next one in time. */
const expiresIn = '1h';

const guest = z.object({
  /** A secret of the guest's own: who has the same is the same guest. */
  key: textOf({ least: 16, most: 128 }),
  name: z
    .string()
    .trim()
    .pipe(textOf({ least: 1, most: 128 })),
});

/** Tokens for the page's visitors: for whoever has an invitation, and in demo mode for everybody and everything else. */
export function guestRoutes(services: HttpServices): Hono<HttpEnv> {
  const { config, isDemo, invitations, guestTokens, permissions, consume, audit } = services;
  const routes = new Hono<HttpEnv>();

  routes.post('/', async (context) => {
    const text = bearerOf(context);
    const token = text === undefined && isDemo ? await visitorToken(context) : await invitedToken(context, text ?? '');
    context.header('Cache-Control', 'no-store');
    return context.json({ ok: true, token });
  });

  async function visitorToken(context: Context<HttpEnv>): Promise<string> {
    const { key, name } = await bodyOf(context, guest);
    return signToken(config, { sub: subOf(key), name, rooms: { '*': 'host' } }, expiresIn);
  }

  async function invitedToken(context: Context<HttpEnv>, text: string): Promise<string> {
    const address = addressOf(context.env.incoming, config.trustProxyHops);
    const { presented, invitation } = await invitationOf(text, address);
    const { key, name } = await bodyOf(context, guest);
    const { org_id, room_id, id } = presented;
    const user_id = subOf(key);
    const role = await permissions.roleByInvitation(org_id, room_id, invitation);
    if (!Object.hasOwn(invitation.guests, user_id)) {
      await consume('guests', address);
      await invitations.use(presented, user_id);
      audit('guest', { user_id, org_id, room_id, role, invitation: id, address });
    }
    return guestTokens.sign({ user_id, name, org_id, room_id, invitation: id });
  }

  /** Counts by address as any request does whose token is refused. */
  async function invitationOf(text: string, address: string) {
    await consume('requests', address);
    try {
      const presented = parseInvitation(text);
      return { presented, invitation: await invitations.present(presented) };
    } catch (error) {
      if (error instanceof Refusal && error.error_code === 'unauthorized') await consume('refused tokens', address);
      throw error;
    }
  }

  return routes;
}

function subOf(key: string): string {
  return `guest-${createHash('sha256').update(key).digest('base64url').slice(0, 16)}`;
}
