import { io, type Socket } from 'socket.io-client';
import type { ClientToServerEvents, ServerToClientEvents } from '../../shared/events.ts';
import { type ServerProcess, startProcess, startServer, temporaryDirectory, token } from '../support/process.ts';
import { Random } from '../support/random.ts';
import { startRedis } from '../support/redis.ts';
import { onCore } from './machine.ts';
import type { RelayClientEvents, RelayServerEvents } from './relay.ts';

/** Who a client is, and where. */
export interface Seat {
  client_id: string;
  room_id: string;
}

/** What a client tells of. */
export interface Observer {
  /** An operation of some client has arrived. */
  arrived(client_id: string, sequence: number): void;
  refused(reason: string): void;
}

export interface Client {
  /** Sends one keystroke, the client's `sequence`th. */
  type(sequence: number): void;
  close(): void;
}

export type TuttiSocket = Socket<ServerToClientEvents, ClientToServerEvents>;

/** The processes of a server: one, or several instances of it. */
export interface Deployment {
  urls: string[];
  pids: number[];
  stop(): Promise<void>;
}

/** A server that can be put under load. */
export interface Target {
  start(): Promise<Deployment>;
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
    urls: servers.map(({ url }) => url),
    pids: servers.map(({ pid }) => pid),
    async stop() {
      await Promise.all(servers.map((server) => server.stop()));
      await redis?.kill();
    },
  };
}

/** A bare relay: alone, or with the Redis adapter. */
function relay(instances: number | 'alone'): Target {
  const command = [...onCore(0), process.execPath, '--import', 'tsx', 'test/bench/relay.ts'];
  return {
    start: () => deploy(instances, (environment) => startProcess(command, environment)),

    async connect(url, { client_id, room_id }, observer) {
      const socket: Socket<RelayServerEvents, RelayClientEvents> = io(url, connectionOptions);
      let revision = 0;
      socket.on('operation', (payload) => {
        revision += 1;
        observer.arrived(payload.client_id, payload.sequence);
      });
      await connected(socket);
      await new Promise<void>((resolve) => socket.emit('join', room_id, resolve));
      return {
        type(sequence) {
          socket.emit('operation', { room_id, client_id, operation: keystroke(revision), revision, sequence });
        },
        close: () => socket.close(),
      };
    },
  };
}

/** This server: with everything that it does for an operation, and without limits on how many. */
function tutti(instances: number | 'alone', options: { callback: boolean }): Target {
  return {
    start: () => deploy(instances, (environment) => startServer({ ...withoutLimits(), ...environment }, onCore(0))),

    async connect(url, { client_id, room_id }, observer) {
      const socket = await connect(url, client_id);
      let revision = 0;
      socket.on('collaboration_update', (update) => {
        revision = update.revision + update.operations.length;
        for (const { client_id, sequence = 0 } of update.operations) observer.arrived(client_id, sequence);
      });
      socket.on('error', ({ message }) => observer.refused(message));
      const joined = await socket.emitWithAck('join_room', { room_id, client_id });
      if (!joined.ok) throw new Error(joined.error.message);
      revision = joined.revision;
      return {
        type(sequence) {
          const payload = { room_id, operation: keystroke(revision), revision, sequence };
          if (!options.callback) socket.emit('collaboration_operation', payload);
          else {
            socket.emit('collaboration_operation', payload, (answer) => {
              if (!answer.ok) observer.refused(answer.error.message);
            });
          }
        },
        close: () => socket.close(),
      };
    },
  };
}

export const targets = {
  relay: relay('alone'),
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
  const auth = { token: token({ sub: user_id, rooms: { 'song:*': 'editor' } }) };
  const socket: TuttiSocket = io(url, { ...connectionOptions, auth });
  await connected(socket);
  return socket;
}

/** The environment of a server with an empty store that refuses nobody. */
export function withoutLimits(): NodeJS.ProcessEnv {
  return {
    DATA_DIR: temporaryDirectory(),
    LOG_LEVEL: 'warn',
    LIMIT_CONNECTIONS: '0',
    LIMIT_JOINS: '0',
    LIMIT_OPERATIONS: '0',
    LIMIT_CURSORS: '0',
    LIMIT_MESSAGES: '0',
    MAX_PARTICIPANTS_PER_ROOM: '1000',
  };
}

const connectionOptions = { transports: ['websocket'], forceNew: true, reconnection: false };

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => socket.once('connect', resolve).once('connect_error', reject));
}

/** One character somewhere. As every operation of a benchmark is one, a text is as long as its revision says. */
export function keystroke(revision: number): (number | string)[] {
  const position = random.between(0, revision);
  return position === 0 ? ['x'] : [position, 'x'];
}
