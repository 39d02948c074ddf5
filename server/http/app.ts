import type { RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { cors } from 'hono/cors';
import { secureHeaders } from 'hono/secure-headers';
import { messageOf, Refusal } from '../../shared/refusals.ts';
import { addressOf } from '../door/addresses.ts';
import { isUnread, leaveUnread } from '../door/unread.ts';
import { asRefusal } from '../events/refusing.ts';
import { answerRefusal } from './answers.ts';
import { guestRoutes } from './guests.ts';
import { invitationRoutes } from './invitations.ts';
import { metricsRoute } from './metrics.ts';
import { operationRoutes } from './operations.ts';
import { pageRoutes } from './page.ts';
import { participantRoutes } from './participants.ts';
import { personalRoutes } from './personal.ts';
import { publishRoute } from './publish.ts';
import { revocationRoutes } from './revocations.ts';
import { roomRoutes } from './rooms.ts';
import type { HttpServices } from './services.ts';
import { statusRoutes } from './status.ts';
import { textRoutes } from './texts.ts';
import { createTokens, type HttpEnv, hasScope } from './tokens.ts';
import { transferRoutes } from './transfer.ts';
import { userRoutes } from './users.ts';

/** The routes that are asked over plain HTTP, and what holds for all of them: origins, headers, refusals. */
export function createApp(services: HttpServices): RequestListener {
  // HTTP/1.0 needs no Host, and balancers ask for a server's health in it.
  const options = { hostname: 'localhost', autoCleanupIncoming: false, overrideGlobalObjects: false };
  return getRequestListener(createHono(services).fetch, options);
}

/** The same, as Hono has them. */
export function createHono(services: HttpServices): Hono<HttpEnv> {
  const { config, place, checkOrigin, logger, metrics, audit } = services;
  const tokens = createTokens(services);
  const app = new Hono<HttpEnv>();

  app.onError((error, context) => {
    const { path } = context.req;
    const refusal = asRefusal(error, () => logger.error({ err: error, path }, 'a request was not handled'));
    const { error_code, message } = refusal;
    metrics.refused(error_code);
    if (path.startsWith('/api/')) {
      const user = context.get('identity');
      audit('request_refused', {
        ...(user ? tokens.by(context) : { address: addressOf(context.env.incoming, config.trustProxyHops) }),
        ...requestOf(context),
        error_code,
        reason: message,
      });
    }
    return answerRefusal(context, messageOf(refusal, Date.now()));
  });
  app.notFound(({ req: { method, path } }) => {
    throw new Refusal('not_found', `no route ${method} ${path}`);
  });

  app.use(async (context, next) => {
    const { incoming, outgoing } = context.env;
    await next();
    if (isUnread(incoming)) await leaveUnread(incoming, outgoing);
  });
  app.use(tokens.anonymous);
  // Whether all of a host is to be asked by TLS alone is for who operates it.
  app.use(secureHeaders({ strictTransportSecurity: false }));
  app.use(
    '/api/*',
    secureHeaders({
      strictTransportSecurity: false,
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    }),
  );
  app.use('/api/*', async (context, next) => {
    // Tokens, names, what was written: nothing of it is kept on the way.
    context.header('Cache-Control', 'no-store');
    await next();
    const reader = context.get('identity');
    const isRead = context.req.method === 'GET' && context.res.ok && reader && hasScope(reader, 'admin');
    if (isRead) audit('read', { ...tokens.by(context), ...requestOf(context) });
  });
  app.use(async (context, next) => {
    const trouble = checkOrigin(context.env.incoming.headers);
    if (trouble !== undefined) throw new Refusal('forbidden', trouble);
    await next();
  });
  app.use(
    cors({
      origin: (origin) => origin,
      allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'If-Match', 'If-None-Match'],
      exposeHeaders: ['ETag', 'Retry-After'],
    }),
  );

  app.route('/metrics', metricsRoute(services));
  app.route('/api/v1', statusRoutes(services, tokens));
  app.route('/api/v1', transferRoutes(services, tokens));
  app.route('/api/v1/publish', publishRoute(services, tokens));
  app.route('/api/v1/rooms', roomRoutes(services, tokens));
  app.route('/api/v1/rooms', operationRoutes(services, tokens));
  app.route('/api/v1/rooms', textRoutes(services, tokens));
  app.route('/api/v1/rooms', participantRoutes(services, tokens));
  app.route('/api/v1/rooms/:room_id/invitations', invitationRoutes(services, tokens));
  app.route('/api/v1/users', userRoutes(services, tokens));
  app.route('/api/v1/users', personalRoutes(services, tokens));
  app.route('/api/v1/tokens', revocationRoutes(services, tokens));
  app.route('/api/v1/guests', guestRoutes(services));
  app.route('/', pageRoutes(place));
  return app;
}

/** A request as the audit log has it. */
function requestOf({ req: { method, path } }: Context<HttpEnv>): { method: string; path: string } {
  return { method, path: path.slice(0, 256) };
}
