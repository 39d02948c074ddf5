import type { Logger } from 'pino';
import { Server } from 'socket.io';
import { WebSocketServer, type ServerOptions as WebSocketServerOptions } from 'ws';
import { type ClientToServerEvents, protocolVersion, type ServerToClientEvents } from '../shared/events.ts';
import { Refusal } from '../shared/refusals.ts';
import { addressOf } from './addresses.ts';
import type { Audit } from './audit.ts';
import { type Authenticate, tokenOfHandshake } from './auth.ts';
import type { Config } from './config.ts';
import type { Connections } from './connections.ts';
import { createOrigins } from './origins.ts';
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

/** Socket.IO, with what is decided before anyone is connected: origins, packets, subprotocol. */
export function createIo(config: Config): TuttiIo {
  const allows = createOrigins(config);
  return new Server({
    serveClient: false,
    maxHttpBufferSize: maxPacketBytes(config),
    pingInterval: config.heartbeatIntervalMs,
    pingTimeout: config.heartbeatTimeoutMs,
    wsEngine: SubprotocolServer,
    ...(config.corsOrigins && { cors: { origin: true, credentials: true } }),
    // CORS does not cover WebSocket: the origin is checked here for every transport.
    allowRequest: ({ headers: { origin, host } }, answer) => {
      const allowed = allows(origin, host);
      answer(allowed ? null : `origin ${origin} is not among CORS_ORIGINS`, allowed);
    },
  });
}

export interface SocketsOptions {
  io: TuttiIo;
  config: Config;
  authenticate: Authenticate;
  receive: Receive;
  connections: Connections;
  audit: Audit;
  logger: Logger;
}

/** Lets connections in, once Socket.IO is attached: who they are, whether there is room for them, and what they send. */
export function acceptConnections({
  io,
  config,
  authenticate,
  receive,
  connections,
  audit,
  logger,
}: SocketsOptions): void {
  io.engine.on('headers', (headers) => {
    headers['X-Content-Type-Options'] = 'nosniff';
  });

  io.use((socket, next) => {
    letIn(socket).then(
      () => next(),
      (error) => next(refusedHandshake(error, socket)),
    );
  });

  io.on('connection', (socket) => {
    greet(socket, config);
    const { address } = socket.data;
    const options = { address, closeAfterExpiry: config.tokenExpiryCloseMs, maxRooms: config.maxRoomsPerConnection };
    const connection = new Connection(socket, options);
    forgetRequest(socket);
    connections.add(connection);
    const { user_id, org_id } = connection.identity;
    const since = Date.now();
    logger.info(
      { connection: connection.id, user_id, org_id, address, transport: socket.conn.transport.name },
      'connected',
    );
    audit('connected', { connection: connection.id, user_id, org_id, address });
    socket.onAny((event: string, ...args: unknown[]) => void receive(connection, event, args));
    socket.on('disconnect', (reason) => {
      connection.ended();
      connections.remove(connection);
      socket.conn.close();
      logger.info(
        { connection: connection.id, user_id, org_id, reason, duration_ms: Date.now() - since },
        'disconnected',
      );
    });
  });

  async function letIn(socket: TuttiSocket): Promise<void> {
    const { conn, data, handshake, request } = socket;
    if (arriving.has(conn)) throw new Refusal('bad_request', 'a connection connects once');
    arriving.add(conn);
    data.address = addressOf(request, config.trustProxyHops);
    data.identity = await authenticate(tokenOfHandshake(handshake), data.address);
    const giveBack = await connections.reserve(data.identity, data.address);
    if (conn.readyState === 'open') conn.once('close', giveBack);
    else giveBack();
  }

  /** A refusal as Socket.IO carries it to the client's `connect_error`, in `data`. */
  function refusedHandshake(error: unknown, { data: { address } }: TuttiSocket): Error {
    const refusal = asRefusal(error, () => logger.error({ err: error }, 'a handshake was not handled'));
    const { error_code, message } = refusal;
    logger.info({ error_code, reason: message, address }, 'handshake refused');
    audit('refused', { error_code, reason: message, address });
    return Object.assign(new Error(message), { data: refusal.toMessage(Date.now()) });
  }
}

/** Engine.IO connections that have asked to connect: each may once, whether or not it is let in. */
const arriving = new WeakSet<object>();

/** The request of the handshake, its token included, would stay in memory as long as the connection. */
function forgetRequest(socket: TuttiSocket): void {
  Object.assign(socket.handshake, { auth: {}, headers: {}, query: {}, url: '' });
  Object.assign(socket.conn, { request: null });
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

/** Selects a subprotocol that is not the token: `ws` would echo the first one offered, which may carry it. */
class SubprotocolServer extends WebSocketServer {
  constructor(options: WebSocketServerOptions) {
    super({
      ...options,
      handleProtocols: (offered) => [...offered].find((protocol) => !protocol.startsWith('token.')) ?? false,
    });
  }
}
