import { io, type Socket } from 'socket.io-client';
import type { ClientToServerEvents, ServerToClientEvents } from '../../shared/events.ts';
import {
  jwtSecret,
  type ServerProcess,
  startProcess,
  startServer,
  temporaryDirectory,
  token,
} from '../support/process.ts';
import { Random } from '../support/random.ts';
import { startRedis } from '../support/redis.ts';
import { onCore } from './machine.ts';
import type { RelayClientEvents, RelayServerEvents } from './relay.ts';
import { Wire } from './wire.ts';

/** Who a client is, and where. */
export interface Seat {
  client_id: string;
  room_id: string;
}

/** What a client tells of. */
export interface Observer {
  /** An operation of some client has arrived. */
  arrived(client_id: string, sequence: number): void;
  /** The cursor of some client has arrived where its `sequence`th move brought it. */
  moved(client_id: string, sequence: number): void;
  refused(reason: string): void;
}

export interface Client {
  /** Sends one keystroke, the client's `sequence`th. */
  type(sequence: number): void;
  /** Moves the cursor, for the `sequence`th time. */
  move(sequence: number): void;
  /** Says something that the server reads and sends to nobody. */
  tell(): void;
  /** What has come so far, in bytes and in messages of WebSocket. */
  received(): { bytes: number; messages: number };
  close(): void;
}

export type TuttiSocket = Socket<ServerToClientEvents, ClientToServerEvents>;

/** The processes of a server: one, or several instances of it. */
export interface Deployment {
  servers: ServerProcess[];
  stop(): Promise<void>;
}

/** A server that can be put under load. */
export interface Target {
  start(environment?: NodeJS.ProcessEnv): Promise<Deployment>;
  /** Resolves when the server has let a user in. */
  enter(url: string, user_id: string): Promise<{ close(): void }>;
  /** Resolves with a client that has joined its room. */
  connect(url: string, seat: Seat, observer: Observer): Promise<Client>;
}

const random = new Random(1);

/** So many instances; where Redis joins them, with one that begins empty. */
async function deploy(
  instances: number | 'alone',
  start: (environment: NodeJS.ProcessEnv) => Promise<ServerProcess>,
): Promise<Deployment> {
  const redis = instances === 'alone' ? undefined : await startRedis();
  const environment = redis ? { REDIS_URL: redis.url } : {};
  const count = instances === 'alone' ? 1 : instances;
  const servers = await Promise.all(Array.from({ length: count }, () => start(environment)));
  return {
    servers,
    async stop() {
      await Promise.all(servers.map((server) => server.stop()));
      await redis?.kill();
    },
  };
}

/** A bare relay: alone, or with the Redis adapter; one that checks tokens, or lets everyone in. */
function relay(instances: number | 'alone', { checks } = { checks: false }): Target {
  const command = [...onCore(0), process.execPath, '--import', 'tsx', 'test/bench/relay.ts'];
  const secret = checks ? { JWT_SECRET: jwtSecret } : {};
  const enter = (url: string, user_id: string) =>
    Wire.open<RelayServerEvents, RelayClientEvents>(url, checks ? credentials(user_id) : {});
  return {
    start: (given = {}) =>
      deploy(instances, (environment) => startProcess(command, { ...secret, ...given, ...environment })),
    enter,

    async connect(url, { client_id, room_id }, observer) {
      const wire = await enter(url, client_id);
      let revision = 0;
      wire.on('operation', (payload) => {
        revision += 1;
        observer.arrived(payload.client_id, payload.sequence);
      });
      wire.on('cursor', (payload) => observer.moved(payload.client_id, payload.position));
      wire.onClose(() => observer.refused('the connection was closed'));
      await wire.ask('join', room_id);
      return {
        type(sequence) {
          wire.emit('operation', { room_id, client_id, operation: keystroke(revision), revision, sequence });
        },
        move(sequence) {
          wire.emit('cursor', { room_id, client_id, position: sequence, revision });
        },
        tell: () => wire.emit('tell', { room_id, is_typing: false }),
        received: () => wire,
        close: () => wire.close(),
      };
    },
  };
}

/** This server: with everything that it does for an operation, and without limits on how many. */
function tutti(instances: number | 'alone', options: { callback: boolean }): Target {
  const enter = (url: string, user_id: string) =>
    Wire.open<ServerToClientEvents, ClientToServerEvents>(url, credentials(user_id));
  return {
    start: (given = {}) =>
      deploy(instances, (environment) => startServer({ ...withoutLimits(), ...given, ...environment }, onCore(0))),
    enter,

    async connect(url, { client_id, room_id }, observer) {
      const wire = await enter(url, client_id);
      let revision = 0;
      wire.on('collaboration_update', (update) => {
        revision = update.revision + update.operations.length;
        for (const { client_id, sequence = 0 } of update.operations) observer.arrived(client_id, sequence);
      });
      wire.on('cursor_moved', ({ cursors }) => {
        for (const { client_id, position } of cursors) observer.moved(client_id, Number(position));
      });
      wire.on('error', ({ message }) => observer.refused(message));
      wire.onClose(() => observer.refused('the connection was closed'));
      const joined = await wire.ask('join_room', { room_id, client_id });
      if (!joined.ok) throw new Error(joined.error.message);
      revision = joined.revision;
      return {
        type(sequence) {
          const payload = { room_id, operation: keystroke(revision), revision, sequence };
          if (!options.callback) wire.emit('collaboration_operation', payload);
          else {
            wire.ask('collaboration_operation', payload).then((answer) => {
              if (!answer.ok) observer.refused(answer.error.message);
            });
          }
        },
        move: (sequence) => wire.emit('cursor_update', { room_id, position: sequence, revision }),
        tell: () => wire.emit('typing', { room_id, is_typing: false }),
        received: () => wire,
        close: () => wire.close(),
      };
    },
  };
}

export const targets = {
  relay: relay('alone'),
  'relay, JWT': relay('alone', { checks: true }),
  tutti: tutti('alone', { callback: false }),
  'tutti, callback': tutti('alone', { callback: true }),
  'relay, adapter': relay(1),
  'tutti, Redis': tutti(1, { callback: false }),
  'relay, adapter, 2': relay(2),
  'tutti, Redis, 2': tutti(2, { callback: false }),
  'tutti, Redis, 3': tutti(3, { callback: false }),
};
export type TargetName = keyof typeof targets;

/** A client of this server that may write all songs. */
export async function connect(url: string, user_id: string): Promise<TuttiSocket> {
  const options = { transports: ['websocket'], forceNew: true, reconnection: false, auth: credentials(user_id) };
  const socket: TuttiSocket = io(url, options);
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('connect_error', reject));
  return socket;
}

/** What lets a machine's clients in that all come from one address. */
export const crowded = { MAX_CONNECTIONS_PER_IP: '10000' };

function credentials(user_id: string): { token: string } {
  return { token: token({ sub: user_id, rooms: { 'song:*': 'editor' } }) };
}

/** The environment of a server with an empty store that refuses nobody. */
export function withoutLimits(): NodeJS.ProcessEnv {
  return {
    DATA_DIR: temporaryDirectory(),
    LOG_LEVEL: 'warn',
    LIMIT_CONNECTIONS: '0',
    LIMIT_JOINS: '0',
    LIMIT_OPERATIONS: '0',
    LIMIT_BYTES: '0',
    LIMIT_ROOMS: '0',
    LIMIT_CLIENTS: '0',
    LIMIT_CURSORS: '0',
    LIMIT_MESSAGES: '0',
    MAX_PARTICIPANTS_PER_ROOM: '1000',
  };
}

/** One character somewhere. As every operation of a benchmark is one, a text is as long as its revision says. */
export function keystroke(revision: number): (number | string)[] {
  const position = random.between(0, revision);
  return position === 0 ? ['x'] : [position, 'x'];
}
