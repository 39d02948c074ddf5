/** The public face of `tutti/server`, as tsc declares it: written by `npm run docs`, to be read in a diff. */
import type { HttpServer, IncomingHttpHeaders, RequestListener } from 'node:http';
import type { HttpsServer } from 'node:https';
import type { Logger } from 'pino';
import type { Server } from 'socket.io';
import type {
  AuthorRole,
  ClientToServerEvents,
  DeclaredEvents,
  DocumentType,
  Entry,
  EventInput,
  EventOf,
  EventsGap,
  EventsType,
  FeedEntry,
  Json,
  JsonObject,
  OperationLimits,
  RefusalMessage,
  Role,
  RoomId,
  ServerPayload,
  ServerToClientEvents,
  Session,
} from 'tutti/shared';
import type { z } from 'zod';
export {
  ConfigError,
  attach,
  createCollaborationServer,
  createMemoryLog,
  createNotify,
  declareEvent,
  openLmdbLog,
  standardEvents,
};
export type {
  Address,
  Append,
  Appended,
  AuthenticateHook,
  AuthenticateRequest,
  Authenticated,
  AuthorizeHook,
  Change,
  Claims,
  ClientRecord,
  CollaborationServer,
  Config,
  ConfigOptions,
  Declared,
  Eraser,
  Erasure,
  EventsHandle,
  FeedHandle,
  FollowOptions,
  FollowedEvent,
  HookedRoom,
  Identity,
  Kind,
  KindLimits,
  KindRoles,
  Known,
  LoadedRoom,
  Log,
  News,
  Notifier,
  Notify,
  Outcome,
  Presence,
  Publication,
  Range,
  ReadText,
  RoomHandle,
  RoomHooks,
  Seeding,
  ServerOptions,
  Service,
  SessionHandle,
  Snapshot,
  Stand,
  StoredDocument,
  StoredRoom,
  StoringTimes,
  TextEdit,
  TextHandle,
  Transaction,
  Transfer,
};

type Address =
  | {
      room_id: string;
    }
  | {
      user_id: string;
    }
  | {
      user_ids: string[];
    }
  | {
      connection_id: string;
    }
  | {
      all: true;
    };

interface Append {
  epoch: string;
  after: number;
  entries: readonly Entry[];
  proofs?: readonly string[];
}

type Appended =
  | {
      committed: true;
      epoch: string;
    }
  | {
      committed: false;
      epoch: string;
      revision: number;
    };

type AuthenticateHook = (
  claims: Claims,
  request: AuthenticateRequest,
) => Promise<Authenticated | undefined> | Authenticated | undefined;

interface AuthenticateRequest {
  token: string | undefined;
  headers: IncomingHttpHeaders;
  address: string;
}

interface Authenticated {
  user_id?: string | undefined;
  org_id?: string | undefined;
  name?: string | undefined;
  rooms?: Record<string, Role> | undefined;
  scopes?: string[] | undefined;
  expires_at?: number | undefined;
  issued_at?: number | undefined;
}

type AuthorizeHook = (user: Identity, room_id: RoomId) => Promise<Role | undefined> | Role | undefined;

interface Change extends HookedRoom {
  epoch: string;
  revision: number;
  entries: readonly Entry[];
  readonly content: unknown;
}

type Claims = ReadClaims & Record<string, unknown>;

interface ClientRecord {
  user_id: string;
  sequence: number;
  revision: number;
}

interface CollaborationServer extends Service {
  readonly url: string;
  readonly io: TuttiIo;
  readonly handler: RequestListener;
  readonly config: Config;
  readonly trouble: string | undefined;
  readonly failed: Promise<string>;
  service(sender: { org_id?: string; user_id?: string }): Service;
  close(): Promise<void>;
}

type Config = {
  [Name in keyof Variables as CamelCase<Name>]: z.output<Variables[Name]>;
};

declare class ConfigError extends Error {}

type ConfigOptions = {
  [Name in keyof Variables as CamelCase<Name>]?: z.input<Variables[Name]> | undefined;
};

interface Declared<Data extends z.ZodType = z.ZodType> {
  type: string;
  data: Data;
}

interface Eraser<Operation> {
  erase(entry: Entry<Operation>, revision: number): Entry<Operation> | undefined;
}

interface Erasure<Content, Operation> {
  part(content: Content, user_id: string): object | undefined;
  without(content: Content, user_id: string, name: string): Content;
  eraser?(user_id: string, name: string): Eraser<Operation>;
}

interface EventsHandle<Events extends DeclaredEvents> {
  emit<Name extends keyof Events & string>(
    name: Name,
    data: EventInput<Events[Name]>,
    options?: {
      key?: string;
    },
  ): Promise<number | undefined>;
  follow(options?: FollowOptions): AsyncGenerator<FollowedEvent<Events>, void, undefined>;
}

interface FeedHandle {
  post(
    text: string,
    options?: {
      data?: Json;
      key?: string;
    },
  ): Promise<string>;
  list(page?: { before?: string; limit?: number }): Promise<{
    entries: FeedEntry[];
    more: boolean;
  }>;
  edit(message_id: string, text: string): Promise<number>;
  delete(message_id: string): Promise<number>;
}

interface FollowOptions {
  after?: string | undefined;
  signal?: AbortSignal | undefined;
}

type FollowedEvent<Events extends DeclaredEvents> =
  | {
      [Name in keyof Events & string]: {
        readonly name: Name;
      } & EventOf<Events[Name]>;
    }[keyof Events & string]
  | ({
      readonly name: 'gap';
    } & EventsGap);

interface HookedRoom {
  room_id: RoomId;
  org_id: string;
}

interface Identity {
  user_id: string;
  name: string;
  org_id: string;
  rooms: Record<string, Role>;
  scopes: string[];
  expires_at: number | null;
  token_id?: string | undefined;
  issued_at?: number | undefined;
  guest?: Guest;
}

interface Kind<Content = unknown, Operation = unknown> {
  readonly type: DocumentType<Content, Operation, unknown>;
  readonly roles?: KindRoles;
  readonly limits?: KindLimits;
  readonly personal?: true;
  readonly erasure?: Erasure<Content, Operation>;
  readonly redaction?: RedactionRules<Operation>;
  readonly history?: HistoryRules<Content, Operation>;
  news?(message: { type: string; data?: Json }): Operation;
  seed?(content: unknown, seeding: Seeding): Entry<Operation>[];
  readonly transfer?: Transfer<Content>;
}

interface KindLimits {
  readonly maxDocumentBytes?: number;
  readonly maxOperationBytes?: number;
  readonly maxMessageBytes?: number;
  readonly maxParticipantsPerRoom?: number;
}

interface KindRoles {
  readonly enter?: Role;
  readonly write?: AuthorRole;
  of?(room_id: RoomId): RoomId;
}

interface Known {
  snapshot: Snapshot;
  timestamp: number;
  proofAt(revision: number): string | undefined;
  clients: ReadonlyMap<string, ClientRecord>;
}

interface LoadedRoom {
  epoch: string;
  revision: number;
  snapshot?: Snapshot;
  entries: Entry[];
  timestamp: number;
  proofs?: string[];
}

interface Log {
  readonly trouble?: string | undefined;
  load(room: string): Promise<LoadedRoom>;
  head(room: string): Promise<{
    epoch: string;
    revision: number;
  }>;
  append(room: string, append: Append): Promise<Appended>;
  read(room: string, range: Range): Promise<Entry[] | undefined>;
  proof(
    room: string,
    at: {
      epoch: string;
      revision: number;
    },
  ): Promise<string | undefined>;
  client(room: string, client_id: string): Promise<ClientRecord | undefined>;
  snapshot(room: string, snapshot: Snapshot, keep: Keep): Promise<boolean>;
  list(page: { prefix: string; after: string; limit: number }): Promise<StoredRoom[]>;
  delete(room: string): Promise<boolean>;
  wasDeleted(room: string, epoch?: string): Promise<boolean>;
  redact(room: string, redaction: Redaction): Promise<boolean>;
  restart(room: string, snapshot: Snapshot): Promise<boolean>;
  follow(room: string, listener: (news: News) => void): () => void;
  followFirsts(listener: (room?: string) => void): () => void;
  renew?(room: string, known: Known): Promise<string | undefined>;
  close(): Promise<void>;
}

interface News {
  epoch: string;
  revision: number;
  entries: readonly Entry[];
  proofs?: readonly string[];
}

type Notifier<Events extends Record<string, Declared>> = {
  [Name in keyof Events]: Notify<Events[Name]['data']>;
};

type Notify<Data extends z.ZodType> = (to: Address, data: z.input<Data>, id?: string) => Promise<number | undefined>;

type Outcome =
  | {
      ok: true;
      revision?: number;
    }
  | {
      ok: false;
      error: RefusalMessage;
    };

interface Presence extends HookedRoom {
  user_id: string;
  name: string;
  is_guest: boolean;
  connection_id: string;
  client_id: string;
}

type Publication = Address & {
  type: string;
  data?: unknown;
  id?: string;
};

interface Range {
  epoch: string;
  after: number;
  limit: number;
  bytes: number;
}

interface ReadText extends Stand {
  text: string;
}

interface RoomHandle {
  readonly room_id: RoomId;
  readonly text: TextHandle;
  readonly session: SessionHandle;
  readonly feed: FeedHandle;
  events<Events extends DeclaredEvents>(type: EventsType<Events>): EventsHandle<Events>;
}

interface RoomHooks {
  loadDocument?(room: HookedRoom): Promise<unknown> | unknown;
  storeDocument?(document: StoredDocument): Promise<unknown> | unknown;
  onChange?(change: Change): Promise<unknown> | unknown;
  onJoin?(presence: Presence): Promise<unknown> | unknown;
  onLeave?(presence: Presence): Promise<unknown> | unknown;
}

interface Seeding {
  user_id: string;
  client_id: string;
  now: number;
  timestamp?: number | undefined;
  limits: OperationLimits;
  max_document_bytes: number;
}

type ServerOptions = ConfigOptions & Application;

interface Service {
  publish(messages: Publication | Publication[]): Promise<Outcome[]>;
  toUser(user_id: string, type: string, data?: unknown, id?: string): Promise<void>;
  toUsers(user_ids: string[], type: string, data?: unknown, id?: string): Promise<void>;
  toAll(type: string, data?: unknown, id?: string): Promise<void>;
  toConnection(connection_id: string, type: string, data?: unknown, id?: string): Promise<void>;
  isOnline(user_id: string): Promise<boolean>;
  onlineUsers(user_ids: string[]): Promise<string[]>;
  connections(user_id: string): Promise<number>;
  disconnect(user_id: string): Promise<void>;
  room(room_id: string): RoomHandle;
}

interface SessionHandle {
  read(): Promise<Session>;
  play(track_id?: string): Promise<number>;
  pause(): Promise<number>;
  seek(position_ms: number): Promise<number>;
  skip(): Promise<number>;
  stop(): Promise<number>;
  add(track: { track_id: string; title?: string; duration_ms?: number }): Promise<number>;
  remove(track_id: string): Promise<number>;
  vote(track_id: string, wanted?: boolean): Promise<number>;
  score(
    team: string,
    score: (
      | {
          score: number;
        }
      | {
          delta: number;
        }
    ) & {
      question_id?: string;
    },
  ): Promise<number>;
  update(state: JsonObject): Promise<number>;
}

interface Snapshot {
  epoch: string;
  revision: number;
  content: unknown;
  proof?: string;
}

interface Stand {
  epoch: string;
  revision: number;
}

interface StoredDocument extends HookedRoom {
  epoch: string;
  revision: number;
  content: unknown;
  signal: AbortSignal;
}

interface StoredRoom {
  room: string;
  revision: number;
  timestamp: number;
}

interface StoringTimes {
  storeAfterMs?: number | undefined;
  storeEveryMs?: number | undefined;
  storeOnCloseMs?: number | undefined;
}

interface TextEdit {
  from: number;
  to: number;
  insert: string;
}

interface TextHandle {
  read(): Promise<ReadText>;
  insert(at: number, text: string, read?: ReadText): Promise<Stand>;
  delete(at: number, length: number, read?: ReadText): Promise<Stand>;
  replace(at: number, length: number, text: string, read?: ReadText): Promise<Stand>;
  edit(transaction: Transaction): Promise<Stand>;
}

type Transaction = (read: ReadText) => string | TextEdit[] | Promise<string | TextEdit[]>;

interface Transfer<Content> {
  lines(room: Exported<Content>): AsyncIterable<object>;
  entries(line: object, seeding: Seeding): Entry[];
  follows?(line: object):
    | {
        revision: number;
        timestamp: number;
      }
    | undefined;
}

declare function attach(server: WebServer, options?: ServerOptions): Promise<CollaborationServer>;

declare function createCollaborationServer(options?: ServerOptions): Promise<CollaborationServer>;

declare function createMemoryLog(options?: { epoch?: () => string }): Log;

declare function createNotify<Own extends Record<string, Declared> = Record<never, never>>(
  service: Pick<Service, 'publish'>,
  own?: Own,
): Notifier<typeof standardEvents & Own>;

declare function declareEvent<Data extends z.ZodType>(type: `${string}.${string}`, data: Data): Declared<Data>;

declare function openLmdbLog(options: LmdbOptions): Promise<Log>;

declare const standardEvents: {
  taskCreated: Declared<
    z.ZodObject<
      {
        task_id: z.ZodString;
        title: z.ZodString;
      },
      z.core.$loose
    >
  >;
  taskUpdated: Declared<
    z.ZodObject<
      {
        task_id: z.ZodString;
      },
      z.core.$loose
    >
  >;
  taskDeleted: Declared<
    z.ZodObject<
      {
        task_id: z.ZodString;
      },
      z.core.$loose
    >
  >;
  taskStatusChanged: Declared<
    z.ZodObject<
      {
        task_id: z.ZodString;
        status: z.ZodString;
      },
      z.core.$loose
    >
  >;
  taskAssigned: Declared<
    z.ZodObject<
      {
        task_id: z.ZodString;
        assignee: z.ZodString;
      },
      z.core.$loose
    >
  >;
  projectUpdated: Declared<
    z.ZodObject<
      {
        project_id: z.ZodString;
      },
      z.core.$loose
    >
  >;
  projectArchived: Declared<
    z.ZodObject<
      {
        project_id: z.ZodString;
      },
      z.core.$loose
    >
  >;
  notificationNew: Declared<
    z.ZodObject<
      {
        text: z.ZodString;
      },
      z.core.$loose
    >
  >;
  notificationMentioned: Declared<
    z.ZodObject<
      {
        text: z.ZodString;
        room_id: z.ZodString;
      },
      z.core.$loose
    >
  >;
  paymentReceived: Declared<
    z.ZodObject<
      {
        amount: z.ZodNumber;
        currency: z.ZodString;
      },
      z.core.$loose
    >
  >;
  postLiked: Declared<
    z.ZodObject<
      {
        post_id: z.ZodString;
        user_id: z.ZodString;
      },
      z.core.$loose
    >
  >;
};

// Not exported, but mentioned above.

interface Application extends RoomHooks, StoringTimes {
  server?: WebServer;
  io?: Server;
  namespace?: string;
  kinds?: Readonly<Record<string, Kind>>;
  log?: Log;
  logger?: Logger;
  authenticate?: AuthenticateHook;
  authorize?: AuthorizeHook;
}

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Lowercase<Head>}${Capitalize<CamelCase<Tail>>}`
  : Lowercase<Name>;

type Command =
  | {
      type: 'kick';
      room: string;
      user_id: string;
    }
  | {
      type: 'uninvite';
      room: string;
      invitation: string;
    }
  | {
      type: 'close';
      room: string;
    }
  | {
      type: 'disconnect';
      user: string;
    }
  | {
      type: 'probe';
      user: string;
    }
  | {
      type: 'came' | 'left';
      user: string;
      at: number;
    }
  | {
      type: 'tell';
      org_id: string;
      connection_id: string;
      event: ServerPayload<'event'>;
    }
  | {
      type: 'queued';
      queue: string;
    };

interface Exported<Content> {
  readonly content: Content;
  readonly pages: AsyncIterable<{
    after: number;
    entries: readonly Entry[];
  }>;
  readonly timestamp: number;
}

interface Guest {
  room_id: RoomId;
  invitation: string;
}

interface HistoryRules<Content, Operation> {
  held(content: Content): readonly FeedEntry[];
  readonly most: number;
  added(entry: Entry<Operation>, revision: number): FeedEntry | undefined;
  changed(entry: FeedEntry, by: Entry<Operation>): FeedEntry;
  targetOf(operation: Operation): string | undefined;
  effectOf(entry: Entry<Operation>): string | undefined;
}

interface InterServerEvents {
  command(command: Command): void;
}

interface Keep {
  entries: number;
  bytes: number;
}

interface Limit {
  points: number;
  seconds: number;
}

interface LmdbOptions {
  directory: string;
  epoch?: () => string;
  now?: () => number;
  minFreeBytes?: number;
  onFailed?: (reason: string) => void;
}

type ReadClaims = z.output<typeof claimsForm>;

interface Redaction {
  epoch: string;
  entries: ReadonlyMap<number, Replacement>;
  author?: {
    from: string;
    to: string;
  };
}

interface RedactionRules<Operation> {
  unsaying(entry: Entry<Operation>): Unsaying | undefined;
  unsaid(entry: Entry<Operation>, revision: number, unsaying: Unsaying): Entry<Operation> | undefined;
}

interface Replacement {
  from: Entry;
  to: Entry;
}

interface SocketData {
  address: string;
  identity: Identity;
}

type TuttiIo = Server<ClientToServerEvents, ServerToClientEvents, InterServerEvents, SocketData>;

interface Unsaying {
  message_id: string;
  how: 'edited' | 'deleted';
}

type Variables = typeof variables;

type WebServer = HttpServer | HttpsServer;

declare const claimsForm: z.ZodObject<
  {
    sub: z.ZodUnion<readonly [z.ZodString, z.ZodPipe<z.ZodInt, z.ZodTransform<string, number>>]>;
    name: z.ZodType<string | undefined, unknown, z.core.$ZodTypeInternals<string | undefined, unknown>>;
    username: z.ZodType<string | undefined, unknown, z.core.$ZodTypeInternals<string | undefined, unknown>>;
    org_id: z.ZodType<string, unknown, z.core.$ZodTypeInternals<string, unknown>>;
    rooms: z.ZodType<
      Record<string, 'editor' | 'host' | 'viewer'>,
      unknown,
      z.core.$ZodTypeInternals<Record<string, 'editor' | 'host' | 'viewer'>, unknown>
    >;
    scope: z.ZodType<string[], unknown, z.core.$ZodTypeInternals<string[], unknown>>;
    exp: z.ZodType<number | undefined, unknown, z.core.$ZodTypeInternals<number | undefined, unknown>>;
    nbf: z.ZodType<number | undefined, unknown, z.core.$ZodTypeInternals<number | undefined, unknown>>;
    iat: z.ZodType<number | undefined, unknown, z.core.$ZodTypeInternals<number | undefined, unknown>>;
    iss: z.ZodType<string | undefined, unknown, z.core.$ZodTypeInternals<string | undefined, unknown>>;
    aud: z.ZodType<string[] | undefined, unknown, z.core.$ZodTypeInternals<string[] | undefined, unknown>>;
    jti: z.ZodType<string | undefined, unknown, z.core.$ZodTypeInternals<string | undefined, unknown>>;
  },
  z.core.$strip
>;

declare const variables: {
  PORT: z.ZodDefault<z.ZodCoercedNumber<unknown>>;
  HOST: z.ZodOptional<z.ZodString>;
  BASE_PATH: z.ZodOptional<z.ZodString>;
  SOCKET_PATH: z.ZodOptional<z.ZodString>;
  JWT_SECRET: z.ZodOptional<
    z.ZodPipe<
      z.ZodUnion<readonly [z.ZodPipe<z.ZodString, z.ZodTransform<string[], string>>, z.ZodArray<z.ZodString>]>,
      z.ZodTransform<string[], string[]>
    >
  >;
  JWT_SECRET_MIN_BYTES: z.ZodDefault<z.ZodCoercedNumber<unknown>>;
  JWT_PUBLIC_KEY: z.ZodOptional<z.ZodString>;
  JWKS_URL: z.ZodOptional<z.ZodURL>;
  JWT_ISSUER: z.ZodOptional<z.ZodString>;
  JWT_AUDIENCE: z.ZodOptional<z.ZodString>;
  AUTHENTICATE_URL: z.ZodOptional<z.ZodURL>;
  JWT_CLOCK_TOLERANCE_MS: z.ZodDefault<z.ZodCoercedNumber<unknown>>;
  TOKEN_EXPIRY_CLOSE_MS: z.ZodDefault<z.ZodCoercedNumber<unknown>>;
  DEFAULT_ROLE: z.ZodOptional<
    z.ZodEnum<{
      editor: 'editor';
      host: 'host';
      viewer: 'viewer';
    }>
  >;
  AUTHORIZE_URL: z.ZodOptional<z.ZodURL>;
  WEBHOOK_URL: z.ZodOptional<z.ZodURL>;
  WEBHOOK_SECRET: z.ZodOptional<
    z.ZodPipe<
      z.ZodUnion<readonly [z.ZodPipe<z.ZodString, z.ZodTransform<string[], string>>, z.ZodArray<z.ZodString>]>,
      z.ZodTransform<string[], string[]>
    >
  >;
  WEBHOOK_EVENTS: z.ZodOptional<
    z.ZodPipe<
      z.ZodPipe<
        z.ZodUnion<readonly [z.ZodPipe<z.ZodString, z.ZodTransform<string[], string>>, z.ZodArray<z.ZodString>]>,
        z.ZodTransform<string[], string[]>
      >,
      z.ZodArray<
        z.ZodEnum<{
          'document.stored': 'document.stored';
          'entry.published': 'entry.published';
          'room.occupied': 'room.occupied';
          'room.vacated': 'room.vacated';
          'user.offline': 'user.offline';
          'user.online': 'user.online';
        }>
      >
    >
  >;
  WEBHOOK_RETRY_MS: z.ZodDefault<z.ZodCoercedNumber<unknown>>;
  DATA_DIR: z.ZodDefault<z.ZodString>;
  DATA_MIN_FREE_BYTES: z.ZodDefault<z.ZodCoercedNumber<unknown>>;
  REDIS_URL: z.ZodOptional<
    z.ZodPipe<
      z.ZodUnion<readonly [z.ZodPipe<z.ZodString, z.ZodTransform<string[], string>>, z.ZodArray<z.ZodString>]>,
      z.ZodTransform<string[], string[]>
    >
  >;
  REDIS_PREFIX: z.ZodOptional<z.ZodString>;
  REDIS_WAIT_REPLICAS: z.ZodDefault<z.ZodCoercedNumber<unknown>>;
  CORS_ORIGINS: z.ZodOptional<
    z.ZodPipe<
      z.ZodUnion<readonly [z.ZodPipe<z.ZodString, z.ZodTransform<string[], string>>, z.ZodArray<z.ZodString>]>,
      z.ZodTransform<string[], string[]>
    >
  >;
  TRUST_PROXY_HOPS: z.ZodDefault<z.ZodCoercedNumber<unknown>>;
  HEARTBEAT_INTERVAL_MS: z.ZodDefault<z.ZodCoercedNumber<unknown>>;
  HEARTBEAT_TIMEOUT_MS: z.ZodDefault<z.ZodCoercedNumber<unknown>>;
  MAX_MESSAGE_BYTES: z.ZodDefault<z.ZodCoercedNumber<unknown>>;
  MAX_OPERATION_BYTES: z.ZodDefault<z.ZodCoercedNumber<unknown>>;
  MAX_DOCUMENT_BYTES: z.ZodDefault<z.ZodCoercedNumber<unknown>>;
  MAX_CONNECTIONS_PER_USER: z.ZodDefault<z.ZodCoercedNumber<unknown>>;
  MAX_CONNECTIONS_PER_IP: z.ZodDefault<z.ZodCoercedNumber<unknown>>;
  MAX_PARTICIPANTS_PER_ROOM: z.ZodDefault<z.ZodCoercedNumber<unknown>>;
  MAX_ROOMS_PER_CONNECTION: z.ZodDefault<z.ZodCoercedNumber<unknown>>;
  LIMIT_CONNECTIONS: z.ZodPipe<z.ZodDefault<z.ZodString>, z.ZodTransform<Limit, string>>;
  LIMIT_AUTH_FAILURES: z.ZodPipe<z.ZodDefault<z.ZodString>, z.ZodTransform<Limit, string>>;
  LIMIT_GUESTS: z.ZodPipe<z.ZodDefault<z.ZodString>, z.ZodTransform<Limit, string>>;
  LIMIT_JOINS: z.ZodPipe<z.ZodDefault<z.ZodString>, z.ZodTransform<Limit, string>>;
  LIMIT_OPERATIONS: z.ZodPipe<z.ZodDefault<z.ZodString>, z.ZodTransform<Limit, string>>;
  LIMIT_BYTES: z.ZodPipe<z.ZodDefault<z.ZodString>, z.ZodTransform<Limit, string>>;
  LIMIT_TENANT_BYTES: z.ZodPipe<z.ZodDefault<z.ZodString>, z.ZodTransform<Limit, string>>;
  LIMIT_ROOMS: z.ZodPipe<z.ZodDefault<z.ZodString>, z.ZodTransform<Limit, string>>;
  LIMIT_CLIENTS: z.ZodPipe<z.ZodDefault<z.ZodString>, z.ZodTransform<Limit, string>>;
  LIMIT_CURSORS: z.ZodPipe<z.ZodDefault<z.ZodString>, z.ZodTransform<Limit, string>>;
  LIMIT_MESSAGES: z.ZodPipe<z.ZodDefault<z.ZodString>, z.ZodTransform<Limit, string>>;
  LIMITS: z.ZodOptional<z.ZodLiteral<'strict'>>;
  DRAIN_MS: z.ZodDefault<z.ZodCoercedNumber<unknown>>;
  LOG_LEVEL: z.ZodDefault<
    z.ZodEnum<{
      debug: 'debug';
      error: 'error';
      fatal: 'fatal';
      info: 'info';
      silent: 'silent';
      trace: 'trace';
      warn: 'warn';
    }>
  >;
  AUDIT_LOG: z.ZodOptional<z.ZodString>;
  METRICS_TOKEN: z.ZodOptional<z.ZodString>;
};
