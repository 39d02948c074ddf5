import { Hono } from 'hono';
import { z } from 'zod';
import { Refusal } from '../../shared/refusals.ts';
import { textOf } from '../../shared/strings.ts';
import { userIdForm } from '../access/claims.ts';
import { bodyOf } from './answers.ts';
import type { HttpServices } from './services.ts';
import type { HttpEnv, Tokens } from './tokens.ts';

/** Whoever writes seconds means milliseconds. */
const milliseconds = z.int().min(1e12, 'expected milliseconds since the Unix epoch');

/** One token, or those of a user that were issued before. */
const revocation = z.union(
  [
    z.strictObject({
      jti: textOf({ least: 1, most: 256 }).refine((jti) => jti !== '__proto__', 'is no id'),
      until: milliseconds.nullish(),
    }),
    z.strictObject({ user_id: userIdForm, issued_before: milliseconds.nullish() }),
  ],
  { error: 'expected { jti, until? } or { user_id, issued_before? }, times in milliseconds' },
);

/** Revoking tokens before they expire. What was revoked stays so on every instance, and lets nobody stay who is here by it. */
export function revocationRoutes({ bans, audit }: HttpServices, tokens: Tokens): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>();

  routes.post('/revoke', tokens.withScope('admin'), async (context) => {
    const { org_id, user_id: by } = context.get('identity');
    const body = await bodyOf(context, revocation);
    if ('jti' in body) {
      const { jti, until = null } = body;
      if (until !== null && until <= Date.now()) throw new Refusal('bad_request', 'until: is past');
      await bans.record(org_id, by, { type: 'revoke', jti, until });
      audit('tokens_revoked', { ...tokens.by(context), jti, ...(until !== null && { until }) });
      return context.json({ ok: true, jti, until });
    }
    const { user_id } = body;
    const issued_before = body.issued_before ?? Date.now();
    await bans.record(org_id, by, { type: 'revoke_issued_before', user_id, at: issued_before });
    audit('tokens_revoked', { ...tokens.by(context), user_id, issued_before });
    return context.json({ ok: true, user_id, issued_before });
  });

  return routes;
}
