import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import { Server } from 'socket.io';
import { WebSocketServer, type ServerOptions as WebSocketServerOptions } from 'ws';
import { type ClientToServerEvents, protocolVersion, type ServerToClientEvents } from '../shared/events.ts';
import { Refusal } from '../shared/refusals.ts';
import { type Authenticate, tokenOfHandshake, userKeyOf } from './auth.ts';
import type { Config } from './config.ts';
import { asRefusal, type Receive } from './receive.ts';
import { Connection, type InterServerEvents, type SocketData, type TuttiSocket } from './rooms/connection.ts';

export type TuttiIo = Server<ClientToServerEvents, ServerToClientEvents, InterServerEvents, SocketData>;

/** How many parts an operation may have. */
export const maxOperationParts = 2_000;
/**
 * Bytes that a message may have before its connection is closed: so much above the largest operation that one which is
 * too large, or is escaped, is still read and refused with its reason.
 */
const maxPacketBytes = (config: Config) => 2 * config.maxOperationBytes + 64 * 1024;

/** How long a client may take to answer that its WebSocket is closed, in milliseconds; @types/ws does not know it. */
const closing = { closeTimeout: 2_000 };

/** Socket.IO on an HTTP server, with what is decided before anyone is connected: origins, packets, subprotocol. */
export function createIo(http: HttpServer, config: Config): TuttiIo {
  const origins = config.corsOrigins;
  return new Server(http, {
    serveClient: false,
    maxHttpBufferSize: maxPacketBytes(config),
    pingInterval: config.heartbeatIntervalMs,
    pingTimeout: config.heartbeatTimeoutMs,
    wsEngine: SubprotocolServer,
    ...(origins && { cors: { origin: origins.includes('*') ? true : origins, credentials: true } }),
    // CORS does not cover WebSocket: the origin is checked here for every transport.
    allowRequest: (request, answer) => {
      const allowed = isAllowedOrigin(request, origins);
      answer(allowed ? null : `origin ${request.headers.origin} is not among CORS_ORIGINS`, allowed);
    },
  });
}

export interface SocketsOptions {
  io: TuttiIo;
  config: Config;
  authenticate: Authenticate;
  receive: Receive;
  logger: Logger;
}

/** Lets connections in: who they are, whether there is room for them, and what they send. */
export function acceptConnections({ io, config, authenticate, receive, logger }: SocketsOptions): void {
  const connectionsOf = new Map<string, number>();

  io.use((socket, next) => {
    authenticate(tokenOfHandshake(socket.handshake))
      .then((identity) => {
        const count = connectionsOf.get(userKeyOf(identity)) ?? 0;
        if (count >= config.maxConnectionsPerUser) {
          throw new Refusal('too_many_connections', `${count} connections of this user, which is all it may`);
        }
        socket.data.identity = identity;
      })
      .then(
        () => next(),
        (error) => next(refusedHandshake(error, logger)),
      );
  });

  io.on('connection', (socket) => {
    greet(socket, config);
    const options = { closeAfterExpiry: config.tokenExpiryCloseMs, maxRooms: config.maxRoomsPerConnection };
    const connection = new Connection(socket, options);
    const { userKey } = connection;
    const others = connectionsOf.get(userKey) ?? 0;
    connectionsOf.set(userKey, others + 1);
    logger.info({ connection: connection.id, user_id: connection.identity.user_id }, 'connected');
    socket.onAny((event: string, ...args: unknown[]) => void receive(connection, event, args));
    socket.on('disconnect', (reason) => {
      connection.ended();
      const left = (connectionsOf.get(userKey) ?? 1) - 1;
      if (left === 0) connectionsOf.delete(userKey);
      else connectionsOf.set(userKey, left);
      logger.info({ connection: connection.id, reason }, 'disconnected');
    });
  });
}

function greet(socket: TuttiSocket, config: Config): void {
  const { user_id, name, expires_at } = socket.data.identity;
  socket.emit('connected', {
    protocol: protocolVersion,
    connection_id: socket.id,
    user: { user_id, name },
    server_time: Date.now(),
    expires_at,
    limits: {
      max_message_bytes: config.maxMessageBytes,
      max_operation_bytes: config.maxOperationBytes,
      max_operation_parts: maxOperationParts,
      operations: config.limitOperations,
      cursors: config.limitCursors,
      messages: config.limitMessages,
    },
  });
}

/** A refusal as Socket.IO carries it to the client's `connect_error`, in `data`. */
function refusedHandshake(error: unknown, logger: Logger): Error {
  const refusal = asRefusal(error, () => logger.error({ err: error }, 'a handshake was not handled'));
  logger.info({ error_code: refusal.error_code, reason: refusal.message }, 'handshake refused');
  return Object.assign(new Error(refusal.message), { data: refusal.toMessage(Date.now()) });
}

/** Without a list: the origin of the page is the host that it asks. Whatever is no browser sends no origin. */
function isAllowedOrigin(request: IncomingMessage, origins: string[] | undefined): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined || origins?.includes('*')) return true;
  if (origins) return origins.includes(origin);
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** Selects a subprotocol that is not the token: `ws` would echo the first one offered, which may carry it. */
class SubprotocolServer extends WebSocketServer {
  constructor(options: WebSocketServerOptions) {
    super({
      ...options,
      ...closing,
      handleProtocols: (offered) => [...offered].find((protocol) => !protocol.startsWith('token.')) ?? false,
    });
  }
}
