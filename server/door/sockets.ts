import type { ServerResponse } from 'node:http';
import { type BaseServer, Server as Engine } from 'engine.io';
import type { Logger } from 'pino';
import { Server, type ServerOptions } from 'socket.io';
import { WebSocketServer, type ServerOptions as WebSocketServerOptions } from 'ws';
import { protocolVersion } from '../../shared/events.ts';
import { monotonic } from '../../shared/monotonic.ts';
import { messageOf, Refusal } from '../../shared/refusals.ts';
import { type Authenticate, tokenOfHandshake } from '../access/auth.ts';
import type { Bans } from '../access/bans.ts';
import { userKeyOf } from '../access/identity.ts';
import type { Config } from '../config.ts';
import { Connection, type ConnectionOptions } from '../connections/connection.ts';
import type { Connections } from '../connections/connections.ts';
import { createHear, type TuttiIo, type TuttiSocket } from '../connections/socket.ts';
import type { Receive } from '../events/receive.ts';
import { asRefusal } from '../events/refusing.ts';
import type { Budget } from '../limits/budget.ts';
import { Flow } from '../limits/flow.ts';
import type { Consume } from '../limits/limits.ts';
import type { Penalties } from '../limits/penalties.ts';
import type { Returning } from '../limits/returning.ts';
import type { Audit } from '../watch/audit.ts';
import type { Guard } from '../watch/guard.ts';
import type { Metrics } from '../watch/metrics.ts';
import type { Encodings } from '../wire/encodings.ts';
import { longestHeartbeat } from '../wire/heartbeat.ts';
import type { Readers } from '../wire/readers.ts';
import { FrameSocket, gather } from '../wire/webSocket.ts';
import { addressOf } from './addresses.ts';
import { type Arrivals, arrivalTime } from './arrivals.ts';
import type { Entrance } from './entrance.ts';
import type { EnterInbox } from './inbox.ts';
import { cut, maxUnknownBytes } from './intake.ts';
import type { CheckOrigin } from './origins.ts';
import { beginningOf, countedOfText, mostLevels } from './readable.ts';
import { countShared, ignoreLate } from './sharedIntake.ts';
import { watchTransports } from './transports.ts';

/** How many parts an operation may have. */
export const maxOperationParts = 2_000;
/** Bytes of JSON that stand for one of UTF-8, at most: a control character, or any letter that is written `\u0041`. */
const escaped = 6;
/** Bytes that the parts of an operation, or an event's other fields, take besides. */
const envelope = 64 * 1024;
const maxContent = ({ maxOperationBytes, maxMessageBytes }: Config) => Math.max(maxOperationBytes, maxMessageBytes);
/** Bytes that a packet may have: any operation or message that is allowed fits, whatever of it is escaped. */
const maxPacketBytes = (config: Config) => escaped * maxContent(config) + envelope;

/** How much a user may send, in packets of the greatest size: at once, and each second. */
const packets = { most: 6, perSecond: 3 };

/** Fragments that a message may come in. */
const maxFragments = 64;

/** How long a client may take to answer that its WebSocket is closed, in milliseconds; @types/ws does not know it. */
const closing = { closeTimeout: 2_000 };

/** Socket.IO, with what is decided before anyone is connected: origins, packets, subprotocol. Its engine listens nowhere. */
export function createIo(
  config: Config,
  path: string,
  checkOrigin: CheckOrigin,
  arrivals: Arrivals,
  guard: Guard,
): { io: TuttiIo; engine: Engine } {
  const origins = config.corsOrigins;
  const options: Partial<ServerOptions> = {
    path,
    serveClient: false,
    maxHttpBufferSize: maxPacketBytes(config),
    pingInterval: config.heartbeatIntervalMs,
    pingTimeout: longestHeartbeat(config.heartbeatTimeoutMs, config.maxDocumentBytes),
    connectTimeout: arrivalTime,
    wsEngine: SubprotocolServer,
    ...(origins && { cors: { origin: origins.includes('*') ? true : origins, credentials: true } }),
    // CORS does not cover WebSocket: the origin is checked here for every transport.
    allowRequest: guard(async (request, answer) => {
      const trouble = await arrivals.admit(request).then(
        () => checkOrigin(request.headers),
        (error: Error) => {
          const { retry_after_ms } = error instanceof Refusal ? error.details : {};
          const { res } = request as { res?: ServerResponse };
          if (retry_after_ms) res?.setHeader('Retry-After', Math.ceil(retry_after_ms / 1_000));
          return error.message;
        },
      );
      answer(trouble ?? null, trouble === undefined);
    }),
  };
  const engine = new Engine(options);
  return { io: new Server(options).bind(engine as BaseServer) as TuttiIo, engine };
}

export interface SocketsOptions {
  entrance: Entrance;
  config: Config;
  checkOrigin: CheckOrigin;
  authenticate: Authenticate;
  bans: Bans;
  receive: Receive;
  consume: Consume;
  arrivals: Arrivals;
  penalties: Penalties;
  budget: Budget;
  returning: Returning;
  connections: Connections;
  readers: Readers;
  /** Told of a WebSocket that ends, as it takes nothing of so many bytes. */
  onStuck(address: string, bytes: number): void;
  encodings: Encodings;
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
  const {
    entrance,
    config,
    checkOrigin,
    authenticate,
    receive,
    consume,
    arrivals,
    penalties,
    budget,
    connections,
    readers,
    encodings,
    enterInbox,
  } = options;
  const { bans, audit, metrics, logger, guard, now, returning, onStuck } = options;
  const { namespace, shared } = entrance;
  const maxBytes = Math.min(maxPacketBytes(config), entrance.mostBytes);
  const flow = new Flow({ most: packets.most * maxBytes, perSecond: packets.perSecond * maxBytes });
  const maxCharacters = maxContent(config) + envelope;
  const intakes = shared
    ? undefined
    : watchTransports({ entrance, arrivals, maxBytes, maxCharacters, flow, budget, readers, onStuck, guard });

  namespace.use(
    guard(
      async (socket, next) => {
        const refused = await letIn(socket).then(
          () => undefined,
          (error) => refusedHandshake(error, socket),
        );
        const { socket: transport } = socket.conn.transport as { socket?: unknown };
        // That it is connected, the greeting, and its inbox.
        if (transport instanceof FrameSocket) transport.gather();
        next(refused);
      },
      ({ conn }, next) => (shared ? next(new Error('internal')) : cut(conn)),
    ),
  );

  namespace.on(
    'connection',
    guard(welcome, (socket) => socket.disconnect(!shared)),
  );

  const connectionOptions: ConnectionOptions = {
    expiry: { tolerance: config.jwtClockToleranceMs, closeAfter: config.tokenExpiryCloseMs },
    heartbeat: shared ? undefined : config.heartbeatTimeoutMs,
    maxRooms: config.maxRoomsPerConnection,
    shared,
    readers,
    encodings,
    onDropped(connection, reason) {
      metrics.dropped(reason);
      logger.info({ connection, reason }, 'dropped');
    },
    onFlood(connection) {
      penalties.impose(connection.userKey);
      connection.refuse(new Refusal('rate_limited', 'too many packets that are no events', { fatal: true }));
    },
    onTooLarge(connection) {
      metrics.refused('too_large');
      connection.refuse(new Refusal('too_large', `a packet may have ${maxBytes} bytes`, { fatal: true }));
    },
    onUnread(connection, packet) {
      metrics.refused('too_large');
      const most = `a packet may have ${maxCharacters} characters, counting ${countedOfText} of each text, and ${mostLevels} levels`;
      // What is attached comes behind it, and would be taken for something else.
      if (!packet.startsWith('2')) return connection.refuse(new Refusal('too_large', most, { fatal: true }));
      const { callback, ...beginning } = beginningOf(packet);
      connection.tellRefused(messageOf(new Refusal('too_large', most), Date.now(), beginning), callback);
    },
  };

  /** What each that was let in and is not connected yet gives back, should its transport close before. */
  const waiting = new WeakMap<TuttiSocket, () => void>();

  // All sockets have the same listeners: each has a small table of them, and nothing else.
  const ended = guard(function (this: TuttiSocket, reason: string) {
    connections.giveBack(userKeyOf(this.data.identity), this.data.address);
    const connection = connectionOf(this);
    if (!connection) return;
    const { id, identity, since } = connection;
    const { user_id, org_id } = identity;
    connection.ended();
    connections.remove(connection);
    if (!shared) this.conn.close();
    else if (reason === 'server namespace disconnect') ignoreLate(this);
    intakes?.get(this.conn)?.cutSoon();
    const duration_ms = Math.round(monotonic() - since);
    logger.info({ connection: id, user_id, org_id, reason, duration_ms }, 'disconnected');
  });
  // Socket.IO takes a number for the name of an event.
  const received = guard(function (this: TuttiSocket, event: unknown, ...args: unknown[]) {
    const connection = connectionOf(this);
    return connection && receive(connection, String(event), args);
  });
  const hear = createHear(received);
  function malformed(this: TuttiSocket, error: Error): void {
    logger.debug({ connection: this.id, reason: error.message }, 'malformed packet');
  }

  function welcome(socket: TuttiSocket): void {
    // First of all: whatever fails from here on, what it has taken is given back.
    socket.on('disconnect', ended);
    const giveBack = waiting.get(socket);
    if (giveBack) socket.conn.off('close', giveBack);
    waiting.delete(socket);
    hear(socket);
    const compact = asksCompact(socket);
    greet(socket, compact, config, maxBytes, now());
    const { address } = socket.data;
    const connection = new Connection(socket, compact, connectionOptions);
    Object.assign(socket, { [connected]: connection });
    // Its token may have expired just now.
    if (!socket.connected) {
      connection.ended();
      return;
    }
    if (shared) {
      const onFlood = () => connection.onFlood();
      const onUnread = (packet: string) => connection.onUnread(packet);
      countShared(socket, { user: connection.userKey, flow, maxCharacters, guard, onFlood, onUnread });
    } else forgetRequest(socket);
    arrivals.finish(socket.conn, true);
    intakes?.get(socket.conn)?.known(connection.userKey, connection);
    connections.add(connection);
    const { user_id, org_id } = connection.identity;
    logger.info(
      { connection: connection.id, user_id, org_id, address, transport: socket.conn.transport.name },
      'connected',
    );
    socket.on('error', malformed);
    audit('connected', { connection: connection.id, user_id, org_id, address });
    void enterInbox(connection);
    // It may have been banned after it was let in, and before it was known to be here.
    const banned = bans.known(org_id);
    if (banned) connection.heed(banned);
  }

  async function letIn(socket: TuttiSocket): Promise<void> {
    const { conn, data, handshake, request } = socket;
    if (shared) {
      const trouble = checkOrigin(request.headers);
      if (trouble !== undefined) throw new Refusal('forbidden', trouble);
    }
    data.address = addressOf(request, config.trustProxyHops);
    const { address } = data;
    await arrivals.ask(conn, address, async () => {
      data.identity = await authenticate({ token: tokenOfHandshake(handshake), headers: request.headers, address });
      const userKey = userKeyOf(data.identity);
      const giveBack = () => connections.giveBack(userKey, address);
      // So that its first join has not to wait for them.
      consume('joins', userKey, 0)?.catch(() => {});
      const allowed = allow(userKey, address);
      const reserving = connections.reserve(userKey, address, allowed);
      // It may be refused before it is known whether that counts.
      reserving.catch(() => {});
      await allowed.catch((error) => {
        reserving.then(giveBack).catch(() => {});
        throw error;
      });
      await reserving;
      returning.add(address, userKey);
      if (conn.readyState !== 'open') {
        giveBack();
        return;
      }
      waiting.set(socket, giveBack);
      conn.on('close', giveBack);
    });
  }

  /** Refuses `rate_limited` a user that has flooded, and where too many come from an address. */
  async function allow(userKey: string, address: string): Promise<void> {
    const [left, returns] = await Promise.all([penalties.left(userKey), returning.has(address, userKey)]);
    if (left > 0) throw new Refusal('rate_limited', 'this user has flooded', { retry_after_ms: left });
    if (!returns) await consume('connections', address);
  }

  /** A refusal as Socket.IO carries it to the client's `connect_error`, in `data`. */
  function refusedHandshake(error: unknown, { data: { address } }: TuttiSocket): Error {
    const refusal = asRefusal(error, () => logger.error({ err: error }, 'a handshake was not handled'));
    const { error_code, message } = refusal;
    metrics.refused(error_code);
    logger.info({ error_code, reason: message, address }, 'handshake refused');
    audit('refused', { error_code, reason: message, address });
    return Object.assign(new Error(message), { data: messageOf(refusal, Date.now()) });
  }
}

/** Where a socket has its connection: what it has as `data` goes to other instances. */
const connected = Symbol('connection');

function connectionOf(socket: TuttiSocket): Connection | undefined {
  return (socket as unknown as { [connected]?: Connection })[connected];
}

/** Of a handshake that nobody needs any more. */
const forgotten = Object.freeze({ auth: {}, headers: {}, query: {}, url: '', address: '', time: '', issued: 0 });

/** The handshake, its request and token included, would stay in memory as long as the connection. */
function forgetRequest(socket: TuttiSocket): void {
  Object.assign(socket, { handshake: forgotten });
  Object.assign(socket.conn, { request: null });
}

/** Whether a client understands the form of compact frames that there is. */
function asksCompact({ handshake }: TuttiSocket): boolean {
  return handshake.auth.compact === 1;
}

function greet(socket: TuttiSocket, compact: boolean, config: Config, maxBytes: number, server_time: number): void {
  const { user_id, name, org_id, expires_at } = socket.data.identity;
  socket.emit('connected', {
    protocol: protocolVersion,
    connection_id: socket.id,
    user: { user_id, name, org_id },
    server_time,
    expires_at,
    ...(compact && { compact: 1 }),
    limits: {
      max_packet_bytes: maxBytes,
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

  /** That it is a WebSocket now, and what Engine.IO says first. */
  override handleUpgrade(...args: Parameters<WebSocketServer['handleUpgrade']>): void {
    gather(args[1]);
    super.handleUpgrade(...args);
  }
}
