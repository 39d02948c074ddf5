import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import { z } from 'zod';
import { Refusal } from '../../shared/refusals.ts';
import type { RoomGrants } from '../../shared/rooms.ts';
import { textOf } from '../../shared/strings.ts';
import { signToken } from '../access/signing.ts';
import { bodyOf } from './answers.ts';
import type { HttpServices } from './services.ts';
import { type HttpEnv, hasScope, type Tokens } from './tokens.ts';

/** How long a guest's token is valid: the page asks for the next one in time. */
const expiresIn = '1h';

const guest = z.object({
  /** A secret of the guest's own: who has the same is the same guest. */
  key: textOf({ least: 16, most: 128 }),
  name: z
    .string()
    .trim()
    .pipe(textOf({ least: 1, most: 128 })),
});

/**
 * Tokens for the page's visitors: for whoever has an invitation (a token with the scope `invite`, see rooms.ts) to what
 * it names, and in demo mode for everybody and everything else.
 */
export function guestRoutes({ config, isDemo }: HttpServices, tokens: Tokens): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>();

  routes.post('/', async (context) => {
    const isInvited = !isDemo || context.req.header('authorization') !== undefined;
    const invitation = isInvited ? await tokens.identityOf(context) : undefined;
    if (invitation && !hasScope(invitation, 'invite')) {
      throw new Refusal('forbidden', 'needs an invitation: a token with the scope invite');
    }
    const { key, name } = await bodyOf(context, guest);
    const rooms: RoomGrants = { ...(isDemo && { '*': 'host' }), ...invitation?.rooms };
    const sub = `guest-${createHash('sha256').update(key).digest('base64url').slice(0, 16)}`;
    context.header('Cache-Control', 'no-store');
    return context.json({
      ok: true,
      token: signToken(config, { sub, name, org_id: invitation?.org_id ?? '', rooms }, expiresIn),
    });
  });

  return routes;
}
