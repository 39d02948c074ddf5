import { Hono } from 'hono';
import { z } from 'zod';
import { Refusal } from '../../shared/refusals.ts';
import { parseRoomId, roles } from '../../shared/rooms.ts';
import { signToken } from '../cli/keys.ts';
import type { HttpServices } from './app.ts';
import type { HttpEnv } from './tokens.ts';

const query = z.object({
  sub: z.string().min(1).max(128),
  name: z.string().min(1).max(128),
  room_id: z.string().transform(parseRoomId).optional(),
  role: z.enum(roles).default('host'),
});

/** In demo mode whoever asks gets a token, for the page: a link may ask for less than everything in one room. */
export function demoRoutes({ config, isDemo }: HttpServices): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>();
  routes.get('/', (context) => {
    if (!isDemo) throw new Refusal('not_found', 'a key is configured: tokens come from the application');
    const asked = query.safeParse(context.req.query());
    if (!asked.success) {
      const [issue] = asked.error.issues;
      throw new Refusal('bad_request', `${issue?.path.join('.')}: ${issue?.message}`);
    }
    const { sub, name, room_id, role } = asked.data;
    const rooms = { '*': 'host', ...(room_id && { [room_id]: role }) } as const;
    context.header('Cache-Control', 'no-store');
    return context.json({ token: signToken(config, { sub, name, rooms }, '1h') });
  });
  return routes;
}
