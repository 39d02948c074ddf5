import { Hono } from 'hono';
import { userKeyOf } from '../access/identity.ts';
import type { HttpServices } from './services.ts';
import type { HttpEnv, Tokens } from './tokens.ts';

/** Users: whether one is there, and disconnecting one. A user of another tenant is a user who is not there. */
export function userRoutes({ connections, perform, audit }: HttpServices, tokens: Tokens): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>();

  routes.get('/:user_id/presence', tokens.withScope('publish', 'admin'), async (context) => {
    const { org_id } = context.get('identity');
    const user_id = context.req.param('user_id');
    const count = await connections.countOf(userKeyOf({ org_id, user_id }));
    return context.json({ ok: true, user_id, online: count > 0, connections: count });
  });

  routes.delete('/:user_id/connections', tokens.withScope('admin'), async (context) => {
    const { org_id, user_id: by } = context.get('identity');
    const user_id = context.req.param('user_id');
    const count = await perform({ type: 'disconnect', user: userKeyOf({ org_id, user_id }) });
    audit('disconnected', { by, org_id, user_id });
    return context.json({ ok: true, user_id, connections: count });
  });

  return routes;
}
