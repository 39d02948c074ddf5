import type { RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { secureHeaders } from 'hono/secure-headers';
import type { Logger } from 'pino';
import { Refusal } from '../../shared/refusals.ts';
import type { Authenticate } from '../access/auth.ts';
import type { Permissions } from '../access/permissions.ts';
import type { Perform } from '../commands.ts';
import type { Config } from '../config.ts';
import type { Connections } from '../connections.ts';
import type { Consume } from '../limits/limits.ts';
import type { Audit } from '../logger.ts';
import type { Log } from '../logs/log.ts';
import type { Metrics } from '../metrics.ts';
import type { Publish } from '../publishing/publish.ts';
import { asRefusal } from '../receive.ts';
import type { Rooms } from '../rooms/rooms.ts';
import { createOrigins } from '../sockets/origins.ts';
import { answerRefusal } from './answers.ts';
import { guestRoutes } from './guests.ts';
import { metricsRoute } from './metrics.ts';

import { pageRoutes } from './page.ts';
import { publishRoute } from './publish.ts';
import { roomRoutes } from './rooms.ts';
import { type State, statusRoutes } from './status.ts';
import { createTokens, type HttpEnv } from './tokens.ts';
import { userRoutes } from './users.ts';

/** What routes have to do with. */
export interface HttpServices {
  config: Config;
  /** Whether no key was configured: everybody may come in. */
  isDemo: boolean;
  /** Names this process among the instances. */
  instance: string;
  /** What rooms are kept in. */
  store: string;
  state(): State;
  /** Why the store does not do its work; undefined where it does. */
  trouble(): string | undefined;
  log: Log;
  rooms: Rooms;
  connections: Connections;
  authenticate: Authenticate;
  permissions: Permissions;
  consume: Consume;
  perform: Perform;
  publish: Publish;
  audit: Audit;
  metrics: Metrics;
  logger: Logger;
}

/** The routes that are asked over plain HTTP, and what holds for all of them: origins, headers, refusals. */
export function createApp(services: HttpServices): RequestListener {
  const { config, logger, metrics } = services;
  const tokens = createTokens(services);
  const allows = createOrigins(config);
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

  app.use(secureHeaders());
  app.use('/api/*', secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } }));
  app.use(async (context, next) => {
    const origin = context.req.header('origin');
    if (!allows(origin, context.req.header('host')))
      throw new Refusal('forbidden', `origin ${origin} is not among CORS_ORIGINS`);
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
  app.route('/api/v1/users', userRoutes(services, tokens));
  app.route('/api/v1/guests', guestRoutes(services, tokens));
  app.route('/', pageRoutes());
  return getRequestListener(app.fetch);
}
