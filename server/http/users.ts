import { type Context, Hono } from 'hono';
import { Refusal } from '../../shared/refusals.ts';
import { userIdForm } from '../access/claims.ts';
import { userKeyOf } from '../access/identity.ts';
import type { HttpServices } from './services.ts';
import type { HttpEnv, Tokens } from './tokens.ts';

/**
 * Users: whether one is there, disconnecting one, and keeping one out. A user of another tenant is a user who is not there.
 */
export function userRoutes({ connections, perform, bans, audit }: HttpServices, tokens: Tokens): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>();

  routes.get('/:user_id/presence', tokens.withScope('publish', 'admin'), async (context) => {
    const { org_id } = context.get('identity');
    const user_id = context.req.param('user_id');
    const count = await connections.countOf(userKeyOf({ org_id, user_id }));
    return context.json({ ok: true, user_id, online: count > 0, connections: count });
  });

  routes.delete('/:user_id/connections', tokens.withScope('admin'), async (context) => {
    const { org_id } = context.get('identity');
    const user_id = context.req.param('user_id');
    const count = await perform({ type: 'disconnect', user: userKeyOf({ org_id, user_id }) });
    audit('disconnected', { ...tokens.by(context), user_id });
    return context.json({ ok: true, user_id, connections: count });
  });

  routes.put('/:user_id/block', tokens.withScope('admin'), (context) => change(context, 'block'));
  routes.delete('/:user_id/block', tokens.withScope('admin'), (context) => change(context, 'unblock'));

  async function change(context: Context<HttpEnv>, type: 'block' | 'unblock'): Promise<Response> {
    const { org_id, user_id: by } = context.get('identity');
    const parsed = userIdForm.safeParse(context.req.param('user_id'));
    if (!parsed.success) throw new Refusal('bad_request', 'user_id: nobody can have this one');
    const user_id = parsed.data;
    if (user_id === by) throw new Refusal('bad_request', 'user_id: nobody blocks oneself');
    await bans.record(org_id, by, { type, user_id });
    audit(type === 'block' ? 'blocked' : 'unblocked', { ...tokens.by(context), user_id });
    return context.json({ ok: true, user_id, blocked: type === 'block' });
  }

  return routes;
}
