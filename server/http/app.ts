import type { RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { secureHeaders } from 'hono/secure-headers';
import { Refusal } from '../../shared/refusals.ts';
import { createOrigins } from '../door/origins.ts';
import { asRefusal } from '../events/refusing.ts';
import { answerRefusal } from './answers.ts';
import { guestRoutes } from './guests.ts';
import { invitationRoutes } from './invitations.ts';
import { metricsRoute } from './metrics.ts';
import { pageRoutes } from './page.ts';
import { participantRoutes } from './participants.ts';
import { publishRoute } from './publish.ts';
import { roomRoutes } from './rooms.ts';
import type { HttpServices } from './services.ts';
import { statusRoutes } from './status.ts';
import { createTokens, type HttpEnv } from './tokens.ts';
import { userRoutes } from './users.ts';

/** The routes that are asked over plain HTTP, and what holds for all of them: origins, headers, refusals. */
export function createApp(services: HttpServices): RequestListener {
  const { config, isDemo, logger, metrics } = services;
  const tokens = createTokens(services);
  const checkOrigin = createOrigins(config, isDemo);
  const app = new Hono<HttpEnv>();

  app.onError((error, context) => {
    const { path } = context.req;
    const refusal = asRefusal(error, () => logger.error({ err: error, path }, 'a request was not handled'));
    metrics.refused(refusal.error_code);
    return answerRefusal(context, refusal);
  });
  app.notFound(({ req: { method, path } }) => {
    throw new Refusal('not_found', `no route ${method} ${path}`);
  });

  app.use(tokens.anonymous);
  app.use(async (context, next) => {
    // Nobody reads such a body: the connection ends in place of it.
    const { headers } = context.env.incoming;
    const hasBody = Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;
    if (hasBody && context.req.method === 'GET') context.header('Connection', 'close');
    await next();
  });
  app.use(secureHeaders());
  app.use('/api/*', secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } }));
  app.use(async (context, next) => {
    const trouble = checkOrigin(context.env.incoming.headers);
    if (trouble !== undefined) throw new Refusal('forbidden', trouble);
    await next();
  });
  app.use(
    cors({
      origin: (origin) => origin,
      allowHeaders: ['Authorization', 'Content-Type'],
      exposeHeaders: ['Retry-After'],
    }),
  );

  app.route('/metrics', metricsRoute(services));
  app.route('/api/v1', statusRoutes(services, tokens));
  app.route('/api/v1/publish', publishRoute(services, tokens));
  app.route('/api/v1/rooms', roomRoutes(services, tokens));
  app.route('/api/v1/rooms', participantRoutes(services, tokens));
  app.route('/api/v1/rooms/:room_id/invitations', invitationRoutes(services, tokens));
  app.route('/api/v1/users', userRoutes(services, tokens));
  app.route('/api/v1/guests', guestRoutes(services));
  app.route('/', pageRoutes());
  return getRequestListener(app.fetch);
}
