import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { createAuthenticate } from './access/auth.ts';
import { Bans, refuseBanned } from './access/bans.ts';
import { demoSecret, isDemo } from './access/demo.ts';
import { limitFailures } from './access/failures.ts';
import { GuestTokens } from './access/guestTokens.ts';
import { Invitations } from './access/invitations.ts';
import { Permissions } from './access/permissions.ts';
import { createHeaders } from './access/signature.ts';
import type { Application, CollaborationServer, ServerOptions } from './application.ts';
import { openBackend } from './backend.ts';
import { kindsOf } from './builtInKinds.ts';
import { type Config, configFromOptions, pathsOf } from './config.ts';
import { Connections, probeTime } from './connections/connections.ts';
import { People } from './connections/people.ts';
import type { TuttiIo } from './connections/socket.ts';
import { plantSong } from './demo/song.ts';
import { Arrivals } from './door/arrivals.ts';
import { keepDescriptors } from './door/descriptors.ts';
import { drain } from './door/draining.ts';
import { ownEntrance, sharedEntrance } from './door/entrance.ts';
import { watchOpen } from './door/hangingUp.ts';
import { createInbox } from './door/inbox.ts';
import { cut } from './door/intake.ts';
import { createOrigins } from './door/origins.ts';
import { acceptConnections, createIo, maxOperationParts } from './door/sockets.ts';
import { createImport } from './editing/importing.ts';
import { createWriting } from './editing/writing.ts';
import { createHandlers } from './events/handlers.ts';
import { createReceive } from './events/receive.ts';
import { createHooked } from './hooks/hooked.ts';
import { createApp } from './http/app.ts';
import type { State } from './http/services.ts';
import { createRedisAdapter, giveAdapter } from './instances/adapter.ts';
import { createCommands } from './instances/commands.ts';
import { ownDuty, RedisDuty } from './instances/duty.ts';
import { Budget } from './limits/budget.ts';
import { createLimits } from './limits/limits.ts';
import { Penalties } from './limits/penalties.ts';
import { Returning } from './limits/returning.ts';
import { createHttpServer, listen, urlOf } from './listening.ts';
import { Damaged } from './logs/proof.ts';
import { mount, type WebServer } from './mount.ts';
import { createPublish } from './publishing/publish.ts';
import { createService } from './publishing/service.ts';
import { createJoin } from './rooms/joining.ts';
import { together } from './rooms/observer.ts';
import { Rooms } from './rooms/rooms.ts';
import { createRoutes } from './routes.ts';
import { createAudit } from './watch/audit.ts';
import { createGuard } from './watch/guard.ts';
import { createLogger } from './watch/logger.ts';
import { createMetrics } from './watch/metrics.ts';
import { Time } from './watch/time.ts';
import { watchTrouble } from './watch/trouble.ts';
import { Webhooks } from './webhooks/webhooks.ts';
import { Encodings } from './wire/encodings.ts';
import { createWatchSocket, Readers } from './wire/readers.ts';

/**
 * Starts a server and resolves when it listens. Throws ConfigError where an option makes no sense, and an Error where
 * the port or the data folder is in use.
 */
export function createCollaborationServer(options: ServerOptions = {}): Promise<CollaborationServer> {
  return startServer(configFromOptions(options), options);
}

/** Adds a collaboration server to an HTTP server that an application has. Throws as createCollaborationServer does. */
export function attach(server: WebServer, options: ServerOptions = {}): Promise<CollaborationServer> {
  return createCollaborationServer({ ...options, server });
}

/** The same, for a configuration that is read already. */
export async function startServer(given: Config, application: Application = {}): Promise<CollaborationServer> {
  const demo = isDemo(given, application);
  const config = withDefaults(given, application);
  const paths = pathsOf(config);
  const kinds = kindsOf(config, application.kinds);
  const metrics = createMetrics();
  const logger = application.logger ?? createLogger(config, () => metrics.dropped('log line'));
  if (demo && (application.server || application.io)) {
    logger.warn('no key is set: whoever reaches the application may write and read all songs');
  }
  const checkOrigin = createOrigins(config, demo, logger);
  const shared = application.io && sharedEntrance(application.io as unknown as TuttiIo, application.namespace);
  const guard = createGuard(logger);
  const time = new Time();
  const { now } = time;
  const backend = await openBackend(config, logger, time, application.log, metrics.incomplete).catch(async (error) => {
    metrics.close();
    await shared?.close();
    throw error;
  });
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
    onHookFailed(error) {
      metrics.hookFailed('authenticate');
      logger.warn({ err: error }, 'the hook authenticate refused by an error');
    },
    onUrlFailed: (error) => logger.warn({ err: error }, 'AUTHENTICATE_URL does not say who somebody is'),
  });
  const bans = new Bans(log, (org_id, banned) => {
    connections.endBanned(org_id, banned);
    void permissions.noticeGuests(connections, org_id, banned);
  });
  const authenticate = limitFailures(
    refuseBanned(verify, (identity) => bans.check(identity)),
    consume,
  );
  const authenticateSocket = limitFailures(
    refuseBanned(verify, (identity) => bans.admit(identity)),
    consume,
  );
  const invitations = new Invitations(log, consume);
  const permissions = new Permissions({
    config,
    hook: application.authorize,
    kinds,
    bans,
    invitations,
    guard,
    onError: (error) => logger.warn({ err: error }, 'nobody said who may do what'),
  });
  let state: State = 'starting';
  const arrivals = new Arrivals({ config, consume, cut });
  const entrance =
    shared ?? ownEntrance(createIo(config, paths.socketPath, checkOrigin, arrivals, guard), application.namespace);
  const { namespace } = entrance;
  if (instances) giveAdapter(namespace, createRedisAdapter(instances.redis));
  const operationLimits = { max_operation_bytes: config.maxOperationBytes, max_operation_parts: maxOperationParts };
  const hooked = createHooked({
    hooks: application,
    kinds,
    config,
    operationLimits,
    log,
    now,
    leases: instances?.leases,
    find: (key) => rooms.find(key)?.document,
    metrics,
    logger,
  });
  const observer = together(hooked.observer, {
    occupied: (key, head, isOccupied) => webhooks?.occupied(key, head, isOccupied),
    changed: (key, _held, news, here) => here && webhooks?.committed(key, news),
  });
  const rooms: Rooms = new Rooms({
    log,
    kinds,
    now,
    load: hooked.load,
    observer,
    namespace: namespace.name,
    relay: instances?.relay,
    budget,
    consume,
    operationLimits,
    max_document_bytes: config.maxDocumentBytes,
    max_message_bytes: config.maxMessageBytes,
    max_participants: config.maxParticipantsPerRoom,
    onAppended: metrics.appended,
    onSent: metrics.sent,
    onError(error) {
      if (error instanceof Damaged) metrics.damaged();
      logger.error({ err: error }, 'a room has trouble');
    },
  });
  const readers = new Readers();
  const encodings = new Encodings();
  const connections = new Connections({
    config,
    places: backend.places,
    async probeElsewhere(user) {
      if (!instances) return;
      namespace.serverSideEmit('command', { type: 'probe', user });
      await wait(1.1 * probeTime);
    },
    onCame(user) {
      void perform({ type: 'came', user, at: Date.now() });
      webhooks?.came(user);
    },
    onLeft(user) {
      void perform({ type: 'left', user, at: Date.now() });
      webhooks?.left(user);
    },
  });
  const people = new People({
    connections,
    shows: (connection, user_id) => rooms.shows(connection, user_id),
    onError: (error) => logger.error({ err: error }, 'nobody can say who is online'),
  });
  const headersOf = createHeaders(config.webhookSecret);
  const webhooks =
    config.webhookUrl === undefined
      ? undefined
      : new Webhooks({
          config,
          url: config.webhookUrl,
          headersOf,
          log,
          rooms,
          kinds,
          connections,
          duty: instances ? new RedisDuty(instances.redis, 'webhooks', instances.leases.instance) : ownDuty(),
          metrics: metrics.webhooks,
          logger,
          now,
          tellQueued: (queue) => void perform({ type: 'queued', queue }),
        });
  instances?.leases.onEnded(() => {
    people.lookAtAll();
    webhooks?.lookAtAll();
    void hooked.sweep();
  });
  const audit = createAudit(config, {
    onDropped: () => metrics.dropped('audit line'),
    onFailed: (reason) => logger.error({ reason }, 'the audit log can not be written, its lines are dropped'),
    onRecovered: (dropped) => logger.warn({ dropped }, 'the audit log is written again'),
  });
  const storeTrouble = () => log.trouble ?? instances?.redis.trouble;
  const trouble = () => storeTrouble() ?? hooked.trouble;
  metrics.watch({
    connections: () => connections.size,
    users: () => connections.userCount,
    arriving: () => arrivals.size,
    rooms: () => rooms.size,
    queued: () => rooms.queued,
    waitingBytes: () => readers.waiting,
    trouble: storeTrouble,
    skew: () => time.skew,
    unstored: () => hooked.unstored,
    unpublished: () => instances?.redis.unpublished ?? 0,
    webhooks: () => webhooks?.waiting ?? { events: 0, bytes: 0 },
  });
  const perform = createCommands({
    namespace,
    rooms,
    connections,
    people,
    many: instances !== undefined,
    permissions,
    onQueued: (queue) => webhooks?.queued(queue),
    onError: (error) => logger.error({ err: error }, 'a command was not performed'),
  });
  const publish = createPublish({
    namespace,
    rooms,
    kinds,
    once: backend.once,
    perform,
    consume,
    config,
    onPublished: webhooks && ((entry) => webhooks.published(entry)),
    onError: (error) => logger.error({ err: error }, 'something was not published'),
  });
  const writing = createWriting({ rooms, consume, limits: operationLimits, onWritten: metrics.committed });
  const importLine = createImport({
    log,
    now,
    rooms,
    observer,
    kinds,
    writing,
    perform,
    consume,
    limits: operationLimits,
    max_document_bytes: config.maxDocumentBytes,
  });
  const join = createJoin(rooms, permissions, bans);
  const enterInbox = createInbox({
    join,
    onError: (error) => logger.error({ err: error }, 'an inbox was not entered'),
  });
  const services = {
    config,
    now,
    checkOrigin,
    log,
    kinds,
    rooms,
    join,
    connections,
    readers,
    encodings,
    people,
    authenticate,
    bans,
    permissions,
    invitations,
    guestTokens,
    consume,
    budget,
    perform,
    publish,
    writing,
    importLine,
    enterInbox,
    audit,
    metrics,
    logger,
    guard,
  };
  const instance = randomBytes(6).toString('base64url');
  const onStuck = (address: string, bytes: number) => {
    metrics.dropped('slow reader');
    logger.info({ address, bytes, reason: 'slow reader' }, 'dropped');
  };
  const routes = createRoutes({
    paths,
    app: createApp({
      ...services,
      place: { ...paths, socketPath: shared?.io.path() ?? paths.socketPath, namespace: namespace.name },
      isDemo: demo,
      instance,
      store: backend.store,
      state: () => state,
      trouble,
    }),
    engine: entrance.engine,
    sharedPath: shared?.io.path(),
    watchSocket: createWatchSocket(readers, onStuck),
  });
  const receive = createReceive({
    ...services,
    handlers: createHandlers({ ...services, authenticate: authenticateSocket }),
  });
  acceptConnections({
    ...services,
    entrance,
    onStuck,
    authenticate: authenticateSocket,
    receive,
    arrivals,
    penalties,
    returning,
  });
  const ownHttp = application.server || application.io ? undefined : createHttpServer();
  const http = application.server ?? ownHttp;
  const cutOff = ownHttp && watchOpen(ownHttp);
  if (ownHttp)
    keepDescriptors(ownHttp, {
      onDropped: () => metrics.dropped('no descriptor'),
      onExhausted: (connections, limit) =>
        logger.warn(
          { connections, limit },
          'no more connections: the other file descriptors are for the store and the logs',
        ),
    });
  let unmount: (() => void) | undefined;
  /** At once nothing more comes in; that all have hung up may take longer. */
  const hangUp = async () => {
    unmount?.();
    const ended = cutOff?.();
    await Promise.all([ownHttp && new Promise((resolve) => ownHttp.close(resolve)), entrance.close()]);
    ended?.();
  };
  /** Brings everything into the log; nothing more is done here. */
  const end = async () => {
    const hungUp = hangUp();
    permissions.close();
    await rooms.settle();
    await hooked.close();
    await rooms.close();
    await hungUp;
    await webhooks?.close();
    people.close();
    readers.close();
    invitations.close();
    await bans.close();
    await backend.close();
    metrics.close();
  };

  try {
    unmount = http && mount(http, routes);
    if (demo) await plantSong(rooms);
    // Nobody is let in who would miss what others say.
    if (instances && !trouble()) await instances.relay.subscribed().catch(() => {});
    if (ownHttp) await listen(ownHttp, config);
  } catch (error) {
    await end();
    throw error;
  }
  state = 'ready';
  // Of Redis its own connection tells.
  const unwatch = watchTrouble(() => (backend.store === 'redis' ? undefined : log.trouble), logger);
  permissions.watch(connections);
  const ownUrl = ownHttp && urlOf(ownHttp);
  hooked.watch();
  const service: CollaborationServer['service'] = ({ org_id = '', user_id = 'server' }) =>
    createService(services, { org_id, user_id });
  return {
    ...service({}),
    service,
    get url() {
      return ownUrl ?? urlOf(http ?? entrance.io.httpServer);
    },
    io: entrance.io,
    handler: routes.request,
    config,
    failed: backend.failed,
    get trouble() {
      return trouble();
    },
    async close() {
      state = 'draining';
      unwatch();
      await drain(entrance, config.drainMs);
      await end();
    },
  };
}

/**
 * Without any key, and with no hook to say who somebody is, the server is a demo: it makes one, keeps it so that tokens
 * outlive a restart, and is there for this machine alone unless it is told otherwise.
 */
function withDefaults(given: Config, application: Application): Config {
  const config = { ...given, ...pathsOf(given, application.server || application.io ? '/tutti' : '') };
  if (!isDemo(config, application)) return { ...config, host: config.host ?? '0.0.0.0' };
  return { ...config, jwtSecret: [demoSecret(config.dataDir)], host: config.host ?? '127.0.0.1' };
}
