import { randomBytes } from 'node:crypto';
import { createServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import type { Logger } from 'pino';
import { Arrivals } from './arrivals.ts';
import { type AuthenticateHook, createAuthenticate } from './auth.ts';
import { createCommands } from './commands.ts';
import { type Config, type ConfigOptions, configFromOptions } from './config.ts';
import { Connections } from './connections.ts';
import { demoSecret } from './demo.ts';
import { drain } from './draining.ts';
import { createHandlers } from './handlers.ts';
import { createApp } from './http/app.ts';
import type { State } from './http/status.ts';
import { createLimits, limitFailures } from './limits.ts';
import { createAudit, createLogger } from './logger.ts';
import { openLmdbLog } from './logs/lmdb.ts';
import type { Log } from './logs/log.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { type AuthorizeHook, createAuthorize } from './permissions.ts';
import { createReceive } from './receive.ts';
import { slowReaders } from './rooms/connection.ts';
import type { Broadcast } from './rooms/frame.ts';
import { Rooms } from './rooms/rooms.ts';
import { acceptConnections, createIo, maxOperationParts, type TuttiIo } from './sockets.ts';

/** What only an application can bring, and the environment can not. */
export interface Application {
  /** Where rooms are kept; without it, LMDB in `dataDir`. */
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

/** How long a request may take to arrive, in milliseconds. */
const patience = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 5_000 };

export interface CollaborationServer {
  /** Where it listens, such as `http://127.0.0.1:3000`. */
  readonly url: string;
  /** What it was configured with. */
  readonly config: Config;
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
  const config = withKey(given);
  const logger = application.logger ?? createLogger(config);
  const consume = createLimits(config);
  const authenticate = limitFailures(createAuthenticate(config, application.authenticate), consume);
  const authorize = createAuthorize(config.defaultRole, application.authorize);
  const log = application.log ?? (await openLmdbLog({ directory: config.dataDir }));

  let state: State = 'starting';
  const metrics = createMetrics();
  const arrivals = new Arrivals(config, consume);
  const io = createIo(config, arrivals);
  const rooms = new Rooms({
    log,
    broadcastTo: (key) => broadcastTo(io, key, metrics),
    operationLimits: { max_operation_bytes: config.maxOperationBytes, max_operation_parts: maxOperationParts },
    max_document_bytes: config.maxDocumentBytes,
    max_message_bytes: config.maxMessageBytes,
    max_participants: config.maxParticipantsPerRoom,
    onAppended: metrics.appended,
    onError: (error) => logger.error({ err: error }, 'a room has trouble'),
  });
  const connections = new Connections(config);
  const audit = createAudit(config);
  metrics.watch({ connections, arrivals, rooms });
  const perform = createCommands({
    io,
    rooms,
    connections,
    onError: (error) => logger.error({ err: error }, 'a command was not performed'),
  });
  const services = {
    config,
    log,
    rooms,
    connections,
    authenticate,
    authorize,
    consume,
    perform,
    audit,
    metrics,
    logger,
  };
  const instance = randomBytes(6).toString('base64url');
  const store = application.log ? 'application' : 'lmdb';
  const http = createServer(patience, createApp({ ...services, instance, store, state: () => state }));
  io.attach(http);
  const receive = createReceive({ ...services, handlers: createHandlers(services) });
  acceptConnections({ ...services, io, receive, arrivals });

  try {
    await listen(http, config);
  } catch (error) {
    await rooms.close();
    await log.close();
    throw error;
  }
  state = 'ready';
  return {
    url: urlOf(http),
    config,
    async close() {
      state = 'draining';
      await drain(io, config.drainMs);
      // At once nothing more comes in; that all have hung up may take longer, and nothing waits for it.
      const hungUp = io.close();
      await rooms.close();
      await log.close();
      await hungUp;
      metrics.close();
    },
  };
}

/** Without any key the server is a demo: it makes one, and keeps it so that tokens outlive a restart. */
function withKey(config: Config): Config {
  if (config.jwtSecret || config.jwtPublicKey !== undefined) return config;
  return { ...config, jwtSecret: [demoSecret(config.dataDir)] };
}

/** How a room speaks to its connections on this instance: encoded once, written to each. */
function broadcastTo(io: TuttiIo, key: string, metrics: Metrics): Broadcast {
  const { rooms } = io.of('/').adapter;
  return (event, payload, except = []) => {
    metrics.delivered(Math.max(0, (rooms.get(key)?.size ?? 0) - except.length));
    if ('operations' in payload) metrics.framed(payload.operations?.length ?? 0);
    const left = event === 'cursor_moved' ? slowReaders : except;
    const connections = io.local.to(key).except(left);
    // One event's payload out of the union is what Socket.IO's types cannot follow through a generic.
    (connections.emit as (event: string, payload: unknown) => boolean)(event, payload);
  };
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
