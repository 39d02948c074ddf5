import { createServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import { type Logger, pino } from 'pino';
import { type AuthenticateHook, createAuthenticate } from './auth.ts';
import { type Config, type ConfigOptions, configFromOptions } from './config.ts';
import { demoSecret } from './demo.ts';
import { drain } from './draining.ts';
import { createHandlers } from './handlers.ts';
import { createApp, type State } from './http/app.ts';
import { createLimits } from './limits.ts';
import { openLmdbLog } from './logs/lmdb.ts';
import type { Log } from './logs/log.ts';
import { RedisLog } from './logs/redis.ts';
import { type AuthorizeHook, createAuthorize } from './permissions.ts';
import { createReceive } from './receive.ts';
import { Redis } from './redis/redis.ts';
import type { Broadcast } from './rooms/frame.ts';
import { Rooms } from './rooms/rooms.ts';
import { acceptConnections, createIo, maxOperationParts, type TuttiIo } from './sockets.ts';

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

export interface CollaborationServer {
  /** Where it listens, such as `http://127.0.0.1:3000`. */
  readonly url: string;
  /** What it was configured with. */
  readonly config: Config;
  /** Why the server can do only part of its work, such as a store that does not answer; undefined where it does all. */
  readonly trouble: string | undefined;
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
  const logger = application.logger ?? pino({ level: config.logLevel }, pino.destination({ fd: 2, sync: true }));
  const authenticate = createAuthenticate(config, application.authenticate);
  const authorize = createAuthorize(config.defaultRole, application.authorize);
  const redis = connectRedis(config, logger);
  const log = application.log ?? (redis ? new RedisLog(redis) : await openLmdbLog({ directory: config.dataDir }));

  let state: State = 'starting';
  const http = createServer(createApp(() => state));
  const io = createIo(http, config);
  const rooms = new Rooms({
    log,
    broadcastTo: (key) => broadcastTo(io, key),
    operationLimits: { max_operation_bytes: config.maxOperationBytes, max_operation_parts: maxOperationParts },
    max_document_bytes: config.maxDocumentBytes,
    max_participants: config.maxParticipantsPerRoom,
    onError: (error) => logger.error({ err: error }, 'a room has trouble'),
  });
  const handlers = createHandlers({ rooms, authenticate, authorize, config });
  acceptConnections({
    io,
    config,
    authenticate,
    receive: createReceive(handlers, createLimits(config), logger),
    logger,
  });

  try {
    await listen(http, config);
  } catch (error) {
    await rooms.close();
    await log.close();
    redis?.close();
    throw error;
  }
  state = 'ready';
  return {
    url: urlOf(http),
    config,
    get trouble() {
      return redis?.trouble;
    },
    async close() {
      state = 'draining';
      await drain(io, config.drainMs);
      // At once nothing more comes in; that all have hung up may take longer, and nothing waits for it.
      const hungUp = io.close();
      await rooms.close();
      await log.close();
      redis?.close();
      await hungUp;
    },
  };
}

/** Without any key the server is a demo: it makes one, and keeps it so that tokens outlive a restart. */
function withKey(config: Config): Config {
  if (config.jwtSecret || config.jwtPublicKey !== undefined) return config;
  return { ...config, jwtSecret: [demoSecret(config.dataDir)] };
}

function connectRedis({ redisUrl, redisWaitReplicas }: Config, logger: Logger): Redis | undefined {
  if (!redisUrl) return undefined;
  const onTrouble = (reason: string | undefined) => {
    if (reason === undefined) logger.info('Redis answers');
    else logger.warn({ reason }, 'Redis does not do its work');
  };
  return new Redis({ urls: redisUrl, waitReplicas: redisWaitReplicas, onTrouble });
}

/** How a room speaks to its connections on this instance: encoded once, written to each. */
function broadcastTo(io: TuttiIo, key: string): Broadcast {
  return (event, payload, except = []) => {
    const connections = io.local.to(key).except(except);
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
