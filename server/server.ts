import { randomBytes } from 'node:crypto';
import { createServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type AuthenticateHook, createAuthenticate } from './access/auth.ts';
import { Bans, refuseBanned } from './access/bans.ts';
import { demoSecret, isDemo } from './access/demo.ts';
import { limitFailures } from './access/failures.ts';
import { GuestTokens } from './access/guestTokens.ts';
import { Invitations } from './access/invitations.ts';
import { Kicks } from './access/kicks.ts';
import { type AuthorizeHook, Permissions } from './access/permissions.ts';
import { openBackend } from './backend.ts';
import { type Config, type ConfigOptions, configFromOptions } from './config.ts';
import { Connections, probeTime } from './connections/connections.ts';
import { People } from './connections/people.ts';
import { plantSong } from './demo/song.ts';
import { Arrivals } from './door/arrivals.ts';
import { keepDescriptors } from './door/descriptors.ts';
import { drain } from './door/draining.ts';
import { createHangUp } from './door/hangingUp.ts';
import { createInbox } from './door/inbox.ts';
import { cut } from './door/intake.ts';
import { acceptConnections, createIo, maxOperationParts } from './door/sockets.ts';
import { answerUpgrades } from './door/upgrades.ts';
import { createHandlers } from './events/handlers.ts';
import { createReceive } from './events/receive.ts';
import { createApp } from './http/app.ts';
import type { State } from './http/services.ts';
import { createRedisAdapter } from './instances/adapter.ts';
import { createCommands } from './instances/commands.ts';
import { Budget } from './limits/budget.ts';
import { createLimits } from './limits/limits.ts';
import { Penalties } from './limits/penalties.ts';
import { Returning } from './limits/returning.ts';
import type { Log } from './logs/log.ts';
import { createPublish } from './publishing/publish.ts';
import { createService, type Service } from './publishing/service.ts';
import { createJoin } from './rooms/joining.ts';
import { Rooms } from './rooms/rooms.ts';
import { createAudit } from './watch/audit.ts';
import { createGuard } from './watch/guard.ts';
import { createLogger } from './watch/logger.ts';
import { createMetrics } from './watch/metrics.ts';
import { Time } from './watch/time.ts';
import { Readers, watchSockets } from './wire/readers.ts';

/** What only an application can bring, and the environment can not. */
export interface Application {
  /** Where rooms are kept; without it, Redis at `redisUrl`, or LMDB in `dataDir`. */
  log?: Log;
  /** Default: one that writes to standard error at `logLevel`. */
  logger?: Logger;
  /** Looks up who a verified token is for. */
  authenticate?: AuthenticateHook;
  /** Says what someone may do in a room that the token does not name. */
  authorize?: AuthorizeHook;
}

/** The configuration, under the names of the environment's variables in camelCase, and the application's own part. */
export type ServerOptions = ConfigOptions & Application;

/**
 * How long a request may take to arrive, and the next one on the same connection to begin, in milliseconds. A balancer that
 * keeps connections for 60 s would otherwise send requests into one that ends.
 */
const patience = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
  keepAliveTimeout: 65_000,
};

/** A running server; what it does as a service it does within the tenant `""`, where tokens name none. */
export interface CollaborationServer extends Service {
  /** Where it listens, such as `http://127.0.0.1:3000`. */
  readonly url: string;
  /** What it was configured with. */
  readonly config: Config;
  /** Why the server can do only part of its work, such as a store that does not answer; undefined where it does all. */
  readonly trouble: string | undefined;
  /** The same as a service within a tenant. `user_id` is who it says it is. */
  service(sender: { org_id?: string; user_id?: string }): Service;
  /** Sends every connection away within `drainMs`, brings everything into the log, and closes it. */
  close(): Promise<void>;
}

/**
 * Starts a server and resolves when it listens. Throws ConfigError where an option makes no sense, and an Error where
 * the port or the data folder is in use.
 */
export function createCollaborationServer(options: ServerOptions = {}): Promise<CollaborationServer> {
  return startServer(configFromOptions(options), options);
}

/** The same, for a configuration that is read already. */
export async function startServer(given: Config, application: Application = {}): Promise<CollaborationServer> {
  const config = withDefaults(given);
  const metrics = createMetrics();
  const logger = application.logger ?? createLogger(config, () => metrics.dropped('log line'));
  const guard = createGuard(logger);
  const time = new Time();
  const { now } = time;
  const backend = await openBackend(config, logger, time, application.log);
  const { log, instances } = backend;
  const penalties = new Penalties(instances?.redis);
  const returning = new Returning(instances?.redis);
  const consume = createLimits({
    config,
    redis: instances?.redis,
    onFlood: (user, left) => penalties.impose(user, left),
  });
  const budget = new Budget();
  const guestTokens = new GuestTokens(config);
  const verify = createAuthenticate({
    config,
    guests: guestTokens,
    hook: application.authenticate,
    onError: (error) => logger.warn({ err: error }, 'the keys of JWKS_URL can not be had'),
    onHookFailed: (error) => logger.warn({ err: error }, 'the hook authenticate refused by an error'),
  });
  const bans = new Bans(log, (org_id, banned) => connections.endBanned(org_id, banned));
  const authenticate = limitFailures(
    refuseBanned(verify, (identity) => bans.check(identity)),
    consume,
  );
  const authenticateSocket = limitFailures(
    refuseBanned(verify, (identity) => bans.admit(identity)),
    consume,
  );
  const kicks = new Kicks(log);
  const invitations = new Invitations(log);
  const permissions = new Permissions({
    config,
    hook: application.authorize,
    kicks,
    invitations,
    onError: (error) => logger.warn({ err: error }, 'nobody said who may do what'),
  });
  let state: State = 'starting';
  const arrivals = new Arrivals({ config, consume, cut });
  const io = createIo(config, isDemo(given), arrivals, guard);
  if (instances) io.adapter(createRedisAdapter(instances.redis));
  const rooms = new Rooms({
    log,
    now,
    relay: instances?.relay,
    budget,
    consume,
    operationLimits: { max_operation_bytes: config.maxOperationBytes, max_operation_parts: maxOperationParts },
    max_document_bytes: config.maxDocumentBytes,
    max_message_bytes: config.maxMessageBytes,
    max_participants: config.maxParticipantsPerRoom,
    onAppended: metrics.appended,
    onSent: metrics.sent,
    onError: (error) => logger.error({ err: error }, 'a room has trouble'),
  });
  const readers = new Readers();
  const connections = new Connections({
    config,
    places: backend.places,
    async probeElsewhere(user) {
      if (!instances) return;
      io.serverSideEmit('command', { type: 'probe', user });
      await wait(1.1 * probeTime);
    },
    onCame: (user) => void perform({ type: 'came', user, at: Date.now() }),
    onLeft: (user) => void perform({ type: 'left', user, at: Date.now() }),
  });
  const people = new People({
    connections,
    shows: (connection, user_id) => rooms.shows(connection, user_id),
    onError: (error) => logger.error({ err: error }, 'nobody can say who is online'),
  });
  instances?.leases.onEnded(() => people.lookAtAll());
  const audit = createAudit(config, {
    onDropped: () => metrics.dropped('audit line'),
    onFailed: (reason) => logger.error({ reason }, 'the audit log can not be written, its lines are dropped'),
    onRecovered: (dropped) => logger.warn({ dropped }, 'the audit log is written again'),
  });
  const trouble = () => instances?.redis.trouble;
  metrics.watch({
    connections: () => connections.size,
    users: () => connections.userCount,
    arriving: () => arrivals.size,
    rooms: () => rooms.size,
    queued: () => rooms.queued,
    waitingBytes: () => readers.waiting,
    trouble,
    skew: () => time.skew,
    unpublished: () => instances?.redis.unpublished ?? 0,
  });
  const perform = createCommands({
    io,
    rooms,
    connections,
    people,
    many: instances !== undefined,
    permissions,
    onError: (error) => logger.error({ err: error }, 'a command was not performed'),
  });
  const publish = createPublish({
    io,
    rooms,
    once: backend.once,
    consume,
    config,
    onError: (error) => logger.error({ err: error }, 'something was not published'),
  });
  const join = createJoin(rooms, permissions, bans);
  const enterInbox = createInbox({
    join,
    onError: (error) => logger.error({ err: error }, 'an inbox was not entered'),
  });
  const services = {
    config,
    now,
    log,
    rooms,
    join,
    connections,
    readers,
    people,
    authenticate,
    bans,
    permissions,
    kicks,
    invitations,
    guestTokens,
    consume,
    budget,
    perform,
    publish,
    enterInbox,
    audit,
    metrics,
    logger,
    guard,
  };
  const instance = randomBytes(6).toString('base64url');
  const http = createServer(
    patience,
    createApp({ ...services, isDemo: isDemo(given), instance, store: backend.store, state: () => state, trouble }),
  );
  watchSockets(http, readers, (address, bytes) => {
    metrics.dropped('slow reader');
    logger.info({ address, bytes, reason: 'slow reader' }, 'dropped');
  });
  io.attach(http);
  answerUpgrades(http);
  const hangUp = createHangUp(io, http);
  keepDescriptors(http, {
    onDropped: () => metrics.dropped('no descriptor'),
    onExhausted: (connections, limit) =>
      logger.warn(
        { connections, limit },
        'no more connections: the other file descriptors are for the store and the logs',
      ),
  });
  const receive = createReceive({
    ...services,
    handlers: createHandlers({ ...services, authenticate: authenticateSocket }),
  });
  acceptConnections({ ...services, authenticate: authenticateSocket, io, receive, arrivals, penalties, returning });

  try {
    if (isDemo(given)) await plantSong(rooms);
    await listen(http, config);
  } catch (error) {
    await rooms.close();
    people.close();
    readers.close();
    kicks.close();
    invitations.close();
    await backend.close();
    throw error;
  }
  state = 'ready';
  permissions.watch(connections);
  const service: CollaborationServer['service'] = ({ org_id = '', user_id = 'server' }) =>
    createService(services, { org_id, user_id });
  return {
    ...service({}),
    service,
    url: urlOf(http),
    config,
    get trouble() {
      return trouble();
    },
    async close() {
      state = 'draining';
      await drain(io, config.drainMs);
      // At once nothing more comes in; that all have hung up may take longer, and nothing waits for it.
      const hungUp = hangUp();
      permissions.close();
      await rooms.close();
      await hungUp;
      people.close();
      readers.close();
      kicks.close();
      invitations.close();
      await bans.close();
      await backend.close();
      metrics.close();
    },
  };
}

/**
 * Without any key the server is a demo: it makes one, keeps it so that tokens outlive a restart, and is there for this
 * machine alone unless it is told otherwise.
 */
function withDefaults(config: Config): Config {
  if (!isDemo(config)) return { ...config, host: config.host ?? '0.0.0.0' };
  return { ...config, jwtSecret: [demoSecret(config.dataDir)], host: config.host ?? '127.0.0.1' };
}

function listen(http: HttpServer, { port, host }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, host, () => {
      http.off('error', reject);
      resolve();
    });
  });
}

function urlOf(http: HttpServer): string {
  const { address, port } = http.address() as AddressInfo;
  return `http://${isIPv6(address) ? `[${address}]` : address}:${port}`;
}
