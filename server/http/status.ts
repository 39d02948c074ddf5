import { type Context, Hono } from 'hono';
import { monotonic } from '../../shared/monotonic.ts';
import { userKeyOf } from '../access/identity.ts';
import { tenantPrefix } from '../access/keys.ts';
import { version } from '../version.ts';
import type { HttpServices, State } from './services.ts';
import { type HttpEnv, hasScope, type Tokens } from './tokens.ts';

/** How the server is: for who restarts it, for who balances it, and for who wants to know. */
export function statusRoutes(
  { state, trouble, now, instance, connections, rooms, store }: HttpServices,
  tokens: Tokens,
): Hono<HttpEnv> {
  const started = monotonic();
  const routes = new Hono<HttpEnv>();

  routes.get('/health', (context) =>
    context.json({ status: 'ok', version, uptime_ms: Math.round(monotonic() - started) }),
  );

  // With a store that is lost it stays in the balancer: else all instances would leave it together.
  routes.get('/ready', (context) => context.json({ status: condition() }, state() === 'ready' ? 200 : 503));

  /** More for who has a token, most for administrators: of their own tenant only. */
  routes.get('/status', async (context) => {
    const totals = { connections: connections.size, users: connections.userCount, rooms: rooms.size };
    const known = context.req.header('authorization') === undefined ? {} : await details(context);
    return context.json({ status: condition(), server_time: now(), ...totals, instance, store, ...known });
  });

  function condition(): State | 'degraded' {
    return state() === 'ready' && trouble() !== undefined ? 'degraded' : state();
  }

  async function details(context: Context<HttpEnv>) {
    const identity = await tokens.identityOf(context);
    const own = { own_connections: connections.of(userKeyOf(identity)).map(({ id }) => id) };
    if (!hasScope(identity, 'admin')) return own;
    const users: Record<string, number> = {};
    for (const { identity: user } of connections) {
      if (user.org_id === identity.org_id) users[user.user_id] = (users[user.user_id] ?? 0) + 1;
    }
    const prefix = tenantPrefix(identity.org_id);
    const live = [...rooms].filter(({ key, kind }) => key.startsWith(prefix) && !kind.personal);
    const per_room = live.map(({ room_id, presence }) => ({ room_id, participant_count: presence.count }));
    return {
      ...own,
      per_room,
      per_user: Object.entries(users).map(([user_id, count]) => ({ user_id, connections: count })),
    };
  }

  return routes;
}
