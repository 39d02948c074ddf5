import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { Server } from 'socket.io';
import { WebSocketServer, type ServerOptions as WebSocketServerOptions } from 'ws';
import { type ClientToServerEvents, protocolVersion, type ServerToClientEvents } from '../../shared/events.ts';
import { monotonic } from '../../shared/monotonic.ts';
import { Refusal } from '../../shared/refusals.ts';
import { type Authenticate, tokenOfHandshake } from '../access/auth.ts';
import type { Bans } from '../access/bans.ts';
import { userKeyOf } from '../access/identity.ts';
import type { Config } from '../config.ts';
import { Connection } from '../connections/connection.ts';
import type { Connections } from '../connections/connections.ts';
import type { InterServerEvents, SocketData, TuttiSocket } from '../connections/socket.ts';
import type { Receive } from '../events/receive.ts';
import { asRefusal } from '../events/refusing.ts';
import { Flow } from '../limits/flow.ts';
import type { Consume } from '../limits/limits.ts';
import type { Penalties } from '../limits/penalties.ts';
import type { Returning } from '../limits/returning.ts';
import type { Audit } from '../watch/audit.ts';
import type { Guard } from '../watch/guard.ts';
import type { Metrics } from '../watch/metrics.ts';
import type { Transported } from '../wire/outbox.ts';
import type { Readers } from '../wire/readers.ts';
import { FrameSocket } from '../wire/webSocket.ts';
import { addressOf } from './addresses.ts';
import { type Arrivals, arrivalTime } from './arrivals.ts';
import type { EnterInbox } from './inbox.ts';
import { cut, Intake, maxUnknownBytes } from './intake.ts';
import { createOrigins } from './origins.ts';

export type TuttiIo = Server<ClientToServerEvents, ServerToClientEvents, InterServerEvents, SocketData>;

/** How many parts an operation may have. */
export const maxOperationParts = 2_000;
/** Bytes of JSON that stand for one of UTF-8, at most: a control character, or any letter that is written `\u0041`. */
const escaped = 6;
/** Bytes that the parts of an operation, or an event's other fields, take besides. */
const envelope = 64 * 1024;
/** Bytes that a packet may have: any operation or message that is allowed fits, whatever of it is escaped. */
const maxPacketBytes = ({ maxOperationBytes, maxMessageBytes }: Config) =>
  escaped * Math.max(maxOperationBytes, maxMessageBytes) + envelope;

/** How much a user may send, in packets of the greatest size: at once, and each second. */
const packets = { most: 6, perSecond: 3 };

/** Fragments that a message may come in. */
const maxFragments = 64;

/** A request as Engine.IO's middleware gets it: with its query. */
type EngineRequest = IncomingMessage & { _query: { sid?: string; transport?: string } };

/** How long a client may take to answer that its WebSocket is closed, in milliseconds; @types/ws does not know it. */
const closing = { closeTimeout: 2_000 };

/** Socket.IO, with what is decided before anyone is connected: origins, packets, subprotocol. */
export function createIo(config: Config, isDemo: boolean, arrivals: Arrivals, guard: Guard): TuttiIo {
  const origins = config.corsOrigins;
  const checkOrigin = createOrigins(config, isDemo);
  return new Server({
    serveClient: false,
    maxHttpBufferSize: maxPacketBytes(config),
    pingInterval: config.heartbeatIntervalMs,
    pingTimeout: config.heartbeatTimeoutMs,
    connectTimeout: arrivalTime,
    wsEngine: SubprotocolServer,
    ...(origins && { cors: { origin: origins.includes('*') ? true : origins, credentials: true } }),
    // CORS does not cover WebSocket: the origin is checked here for every transport.
    allowRequest: guard(async (request, answer) => {
      const trouble = await arrivals.admit(request).then(
        () => checkOrigin(request.headers),
        (error: Error) => error.message,
      );
      answer(trouble ?? null, trouble === undefined);
    }),
  });
}

export interface SocketsOptions {
  io: TuttiIo;
  config: Config;
  authenticate: Authenticate;
  bans: Bans;
  receive: Receive;
  consume: Consume;
  arrivals: Arrivals;
  penalties: Penalties;
  returning: Returning;
  connections: Connections;
  readers: Readers;
  enterInbox: EnterInbox;
  audit: Audit;
  metrics: Metrics;
  logger: Logger;
  guard: Guard;
  /** The time that the server tells. */
  now(): number;
}

/** Lets connections in, once Socket.IO is attached: who they are, whether there is room for them, and what they send. */
export function acceptConnections(options: SocketsOptions): void {
  const { io, config, authenticate, receive, consume, arrivals, penalties, connections, readers, enterInbox } = options;
  const { bans, audit, metrics, logger, guard, now, returning } = options;
  io.engine.on('headers', (headers) => {
    headers['X-Content-Type-Options'] = 'nosniff';
  });

  const maxBytes = maxPacketBytes(config);
  const flow = new Flow({ most: packets.most * maxBytes, perSecond: packets.perSecond * maxBytes });
  const intakes = new WeakMap<Transported, Intake>();
  const begin = (conn: Transported) => {
    intakes.set(conn, new Intake(conn, { maxBytes, flow, guard }));
    arrivals.begin(conn);
  };
  io.engine.on('connection', guard(begin, cut));

  // Whom Engine.IO knows it does not tell its users.
  const { clients } = io.engine as unknown as { clients: Record<string, Transported> };
  const count = (request: EngineRequest, response: ServerResponse, next: () => void) => {
    // What is asked for a session is counted where it is admitted.
    if (asksForSession(request)) return next();
    const { sid } = request._query;
    const conn = sid !== undefined && Object.hasOwn(clients, sid) ? clients[sid] : undefined;
    const turn = (conn && intakes.get(conn)?.turn(request)) ?? arrivals.count(request);
    return turn.then(next, () => response.writeHead(429).end());
  };
  io.engine.use(guard(count, (_request, response) => response.destroy()));

  io.use(
    guard(
      async (socket, next) => {
        const refused = await letIn(socket).then(
          () => undefined,
          (error) => refusedHandshake(error, socket),
        );
        next(refused);
      },
      (socket) => cut(socket.conn),
    ),
  );

  io.on(
    'connection',
    guard(welcome, (socket) => socket.disconnect(true)),
  );

  function welcome(socket: TuttiSocket): void {
    greet(socket, config, now());
    const { address } = socket.data;
    const connection = new Connection(socket, {
      address,
      expiry: { tolerance: config.jwtClockToleranceMs, closeAfter: config.tokenExpiryCloseMs },
      maxRooms: config.maxRoomsPerConnection,
      readers,
      onDropped: (reason) => {
        metrics.dropped(reason);
        logger.info({ connection: socket.id, reason }, 'dropped');
      },
    });
    forgetRequest(socket);
    arrivals.finish(socket.conn);
    const intake = intakes.get(socket.conn);
    intake?.known(connection.userKey, {
      onFlood: () => {
        penalties.impose(connection.userKey);
        connection.refuse(new Refusal('rate_limited', 'too many packets that are no events', { fatal: true }));
      },
      onTooLarge: () => {
        metrics.refused('too_large');
        connection.refuse(new Refusal('too_large', `a packet may have ${maxBytes} bytes`, { fatal: true }));
      },
    });
    const { user_id, org_id } = connection.identity;
    const since = monotonic();
    // First of all: whatever fails from here on, what it has taken is given back.
    const end = (reason: string) => {
      connection.ended();
      connections.remove(connection);
      socket.conn.close();
      intake?.cutSoon();
      logger.info(
        { connection: connection.id, user_id, org_id, reason, duration_ms: Math.round(monotonic() - since) },
        'disconnected',
      );
    };
    socket.on('disconnect', guard(end));
    connections.add(connection);
    logger.info(
      { connection: connection.id, user_id, org_id, address, transport: socket.conn.transport.name },
      'connected',
    );
    // Socket.IO takes a number for the name of an event.
    socket.onAny(guard((event: unknown, ...args: unknown[]) => receive(connection, String(event), args)));
    socket.on('error', (error) =>
      logger.debug({ connection: connection.id, reason: error.message }, 'malformed packet'),
    );
    audit('connected', { connection: connection.id, user_id, org_id, address });
    void enterInbox(connection);
    // It may have been banned after it was let in, and before it was known to be here.
    const banned = bans.known(org_id);
    if (banned) connection.heed(banned);
  }

  async function letIn({ conn, data, handshake, request }: TuttiSocket): Promise<void> {
    data.address = addressOf(request, config.trustProxyHops);
    const { address } = data;
    await arrivals.ask(conn, address, async () => {
      data.identity = await authenticate(tokenOfHandshake(handshake), address);
      const userKey = userKeyOf(data.identity);
      const [left, returns] = await Promise.all([penalties.left(userKey), returning.has(address, userKey)]);
      if (left > 0) throw new Refusal('rate_limited', 'this user has flooded', { retry_after_ms: left });
      if (!returns) await consume('connections', address);
      const giveBack = await connections.reserve(data.identity, address);
      returning.add(address, userKey);
      if (conn.readyState === 'open') conn.once('close', giveBack);
      else giveBack();
    });
  }

  /** A refusal as Socket.IO carries it to the client's `connect_error`, in `data`. */
  function refusedHandshake(error: unknown, { data: { address } }: TuttiSocket): Error {
    const refusal = asRefusal(error, () => logger.error({ err: error }, 'a handshake was not handled'));
    const { error_code, message } = refusal;
    metrics.refused(error_code);
    logger.info({ error_code, reason: message, address }, 'handshake refused');
    audit('refused', { error_code, reason: message, address });
    return Object.assign(new Error(message), { data: refusal.toMessage(Date.now()) });
  }
}

/** Whether Engine.IO will ask createIo's allowRequest; it refuses whatever else has no session. */
function asksForSession({ method, headers, _query: { sid, transport } }: EngineRequest): boolean {
  if (sid || method !== 'GET') return false;
  return transport === (headers.upgrade === undefined ? 'polling' : 'websocket');
}

/** The request of the handshake, its token included, would stay in memory as long as the connection. */
function forgetRequest(socket: TuttiSocket): void {
  Object.assign(socket.handshake, { auth: {}, headers: {}, query: {}, url: '' });
  Object.assign(socket.conn, { request: null });
}

function greet(socket: TuttiSocket, config: Config, server_time: number): void {
  const { user_id, name, expires_at } = socket.data.identity;
  socket.emit('connected', {
    protocol: protocolVersion,
    connection_id: socket.id,
    user: { user_id, name },
    server_time,
    expires_at,
    limits: {
      max_packet_bytes: maxPacketBytes(config),
      max_message_bytes: config.maxMessageBytes,
      max_operation_bytes: config.maxOperationBytes,
      max_operation_parts: maxOperationParts,
      max_document_bytes: config.maxDocumentBytes,
      operations: config.limitOperations,
      cursors: config.limitCursors,
      messages: config.limitMessages,
    },
  });
}

/**
 * Selects a subprotocol that is not the token: `ws` would echo the first one offered, which may carry it. Messages are
 * small until it is known who sends them: see Intake.
 */
class SubprotocolServer extends WebSocketServer {
  constructor(options: WebSocketServerOptions) {
    super({
      ...options,
      ...closing,
      maxPayload: maxUnknownBytes,
      maxFragments,
      WebSocket: FrameSocket,
      handleProtocols: (offered) => [...offered].find((protocol) => !protocol.startsWith('token.')) ?? false,
    });
  }
}
