import { type ServerProcess, temporaryDirectory, token } from '../support/process.ts';
import { startRedis } from '../support/redis.ts';

/** Who a client is, and where. */
export interface Seat {
  client_id: string;
  room_id: string;
  /** It reads nothing of what arrives, and makes its operations where another client of its process says that the text is. */
  deaf?: boolean;
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

/** So many instances; where Redis joins them, with one that begins empty. */
export async function deploy(
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

/** What lets a machine's clients in that all come from one address. */
export const crowded = { MAX_CONNECTIONS_PER_IP: '50000' };

/** What lets a user write in all rooms of a kind. */
export function credentials(user_id: string, kind = 'song'): { token: string } {
  return { token: token({ sub: user_id, rooms: { [`${kind}:*`]: 'editor' } }) };
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
  };
}
