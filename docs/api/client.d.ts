/** The public face of `tutti/client`, as tsc declares it: written by `npm run docs`, to be read in a diff. */
import type {
  Acknowledgement,
  Answer,
  AnyCommand,
  ClientEventName,
  Cursor,
  DocumentType,
  Feed,
  FeedEntry,
  Json,
  JsonObject,
  OperationLimits,
  Participant,
  Payload,
  Playback,
  Reader,
  ReducerType,
  Refusal,
  Role,
  RoomId,
  RoomKind,
  RoomState,
  ServerEventName,
  ServerPayload,
  Session,
  Since,
  TextOperation,
  TextPosition,
  Track,
} from 'tutti/shared';
export { Client, SharedReducer, SharedState, browserStorage, connect, feeds, memoryStorage, sessions, sharedReducer };
export type {
  BrowserStorageOptions,
  ClientOptions,
  ConnectionEvents,
  ConnectionOptions,
  ConnectionState,
  ConnectionStatus,
  Documents,
  EditableText,
  Inbox,
  Origin,
  Presence,
  PresenceEvents,
  RefusalMessage,
  ReplicaStorage,
  Room,
  RoomDocument,
  RoomEvents,
  RoomStateInfo,
  RoomStatus,
  Saved,
  SharedFeed,
  SharedFeedEvents,
  SharedSession,
  SharedSessionEvents,
  SharedStateEvents,
  SharedText,
  SharedTextEvents,
  ShownCursor,
  Status,
  Surroundings,
  TextChange,
};
export { Refusal } from 'tutti/shared';
export type {
  Acknowledgement,
  Answer,
  ClientEventName,
  ClientToServerEvents,
  Cursor,
  DocumentMessage,
  ErrorCode,
  Feed,
  FeedEntry,
  Json,
  JsonObject,
  Participant,
  Payload,
  Playback,
  Role,
  RoomId,
  RoomKind,
  RoomState,
  ServerEventName,
  ServerPayload,
  ServerToClientEvents,
  Session,
  Since,
  TextPosition,
  Track,
} from 'tutti/shared';

interface BrowserStorageOptions {
  onError?(error: unknown): void;
}

declare class Client extends Connection {
  readonly presence: Presence;
  constructor(url: string, { storage, documents, ...options }?: ClientOptions);
  room(id: string): Room;
  get inbox(): Inbox;
  get hasUnsent(): boolean;
  forget(force?: boolean): Promise<void>;
}

interface ClientOptions extends ConnectionOptions {
  storage?: ReplicaStorage;
  documents?: readonly Documents[];
}

interface ConnectionEvents {
  state: ConnectionState;
  lost: ConnectionState;
  restored: ConnectionState;
  failed: ConnectionState;
  reload: ConnectionState;
}

interface ConnectionOptions {
  token?: string | (() => string | Promise<string>);
  basePath?: string;
  socketPath?: string;
  namespace?: string;
  maxReconnectAttempts?: number;
  transports?: ('websocket' | 'polling')[];
  withCredentials?: boolean;
  timeout?: number;
}

interface ConnectionState {
  readonly status: ConnectionStatus;
  readonly latency: number | undefined;
  readonly retryCount: number;
  readonly retryAt: number | undefined;
  readonly refusal: RefusalMessage | undefined;
}

type ConnectionStatus = 'initial' | 'connecting' | 'connected' | 'reconnecting' | 'disconnected';

interface Documents<Held extends RoomDocument = RoomDocument> {
  readonly kinds: readonly RoomKind[];
  create(surroundings: Surroundings, kind: RoomKind): Held;
  keep?(storage: ReplicaStorage): ReplicaStorage;
}

interface EditableText {
  readonly text: string;
  readonly length: number;
  edit(changes: readonly TextChange[]): void;
  undo(): void;
  redo(): void;
  on(name: 'change', listener: (event: SharedTextEvents['change']) => void): () => void;
}

declare class Inbox extends SharedFeed {}

type Origin = 'local' | 'remote' | 'undo' | 'redo';

declare class Presence {
  constructor(connection: Connection);
  get online(): readonly string[];
  watch(user_ids: string[]): Promise<void>;
  on<Name extends keyof PresenceEvents>(name: Name, listener: (event: PresenceEvents[Name]) => void): () => void;
}

interface PresenceEvents {
  change: readonly string[];
}

type RefusalMessage = ServerPayload<'error'>;

interface ReplicaStorage {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<unknown>;
  delete(key: string): Promise<void>;
  keys(): Promise<string[]>;
}

declare class Room {
  readonly room_id: RoomId;
  constructor(options: RoomOptions);
  document<Held extends RoomDocument>(documents: Documents<Held>): Held;
  document(): RoomDocument;
  get text(): SharedText;
  get session(): SharedSession;
  get feed(): SharedFeed;
  get hasUnsent(): boolean;
  get state(): RoomStateInfo;
  get role(): Role | undefined;
  get participants(): readonly Participant[];
  get participantCount(): number;
  get cursors(): readonly ShownCursor[];
  get typing(): readonly string[];
  on<Name extends keyof RoomEvents>(name: Name, listener: (payload: RoomEvents[Name]) => void): () => void;
  setCursor<Position = TextPosition>(position: NoInfer<Position> | null): void;
  setTyping(isTyping: boolean): void;
  sendMessage(message: unknown, to?: string): Promise<void>;
  rejoin(): void;
  leave(end?: 'close' | 'drop'): Promise<void>;
  received<E extends ServerEventName>(event: E, payload: ServerPayload<E>): void;
}

interface RoomDocument {
  readonly name: string;
  readonly client_id: string;
  readonly status: Status;
  readonly since: Since;
  readonly need: Need | undefined;
  readonly wait: number;
  outgoing(limits: Limits): Message | undefined;
  refused(message: Message, refusal: RefusalMessage): void;
  unanswered(message: Message): void;
  disconnected(over?: Refusal): void;
  reset(client_id: string): void;
  joined(state: RoomState): void;
  updated(update: ServerPayload<'collaboration_update'>): void;
  caughtUp(answer: Answer<'get_operations'>): void;
  headed(head: ServerPayload<'room_head'>): void;
  roleChanged(change: ServerPayload<'role_changed'>): void;
  readonly otherCursors: readonly ShownCursor<unknown>[];
  cursorsMoved(cursors: readonly Cursor[]): void;
  heard?(message: ServerPayload<'room_message'>): void;
  toWire(position: never): {
    position: unknown;
    revision?: number;
  };
  save(): Saved;
  restore(saved: Saved): void;
  behind(found: Saved, saved: Saved): Saved;
  on(name: 'status', listener: (status: Status) => void): () => void;
  on(name: 'change', listener: () => void): () => void;
}

interface RoomEvents {
  state: RoomStateInfo;
  participants: readonly Participant[];
  cursors: readonly ShownCursor[];
  typing: readonly string[];
  message: ServerPayload<'room_message'>;
  unsent: boolean;
}

interface RoomStateInfo {
  readonly status: RoomStatus;
  readonly role: Role | undefined;
  readonly refusal: RefusalMessage | undefined;
  readonly reason: ServerPayload<'room_removed'>['reason'] | undefined;
  readonly kept: boolean;
}

type RoomStatus = 'joining' | 'joined' | 'removed' | 'left';

interface Saved extends Since {
  client_id: string;
  sequence: number;
}

declare class SharedFeed extends SharedState<Feed, FeedCommand, SharedFeedEvents> {
  constructor(surroundings: Surroundings);
  get entries(): readonly FeedEntry[];
  get hasOlder(): boolean;
  get readMark(): string;
  get unread(): number;
  older(): Promise<void>;
  send(text: string, data?: Json): Promise<string>;
  edit(message_id: string, text: string): Promise<number>;
  remove(message_id: string): Promise<number>;
  react(message_id: string, reaction: string, on?: boolean): Promise<number>;
  markRead(message_id?: string | undefined): Promise<void>;
}

interface SharedFeedEvents extends SharedStateEvents<Feed> {
  entry: FeedEntry;
}

declare class SharedReducer<Content, Command extends AnyCommand> extends BatchedState<Content, Command> {
  constructor(type: ReducerType<Content, Command>, surroundings: Surroundings);
  get confirmed(): Content;
  get content(): Content;
  do(...commands: readonly Command[]): Promise<number>;
  get canUndo(): boolean;
  get canRedo(): boolean;
  undo(): void;
  redo(): void;
  boundary(): void;
  reset(client_id: string): void;
}

declare class SharedSession extends SharedState<Session, SessionCommand, SharedSessionEvents> {
  constructor(surroundings: Surroundings);
  get state(): JsonObject;
  get playback(): Playback;
  get queue(): readonly Track[];
  get scores(): Readonly<Record<string, number>>;
  get position(): number;
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

type SharedSessionEvents = SharedStateEvents<Session>;

declare abstract class SharedState<
  Content,
  Command,
  Events extends SharedStateEvents<Content> = SharedStateEvents<Content>,
  Position = Json,
> implements RoomDocument
{
  readonly name: string;
  constructor(type: DocumentType<Content, Command, Position>, surroundings: Surroundings);
  get client_id(): string;
  get content(): Content;
  get status(): Status;
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void;
  get since(): Since;
  get need(): Need | undefined;
  get wait(): number;
  outgoing(limits: { max_message_bytes: number }): Message | undefined;
  refused(message: Message, refusal: RefusalMessage): void;
  unanswered(message: Message): void;
  disconnected(over?: Refusal): void;
  reset(client_id: string): void;
  joined(state: RoomState): void;
  updated({ epoch, revision, operations, proof }: ServerPayload<'collaboration_update'>): void;
  caughtUp({ epoch, revision, operations, proof }: Answer<'get_operations'>): void;
  headed({ epoch, revision }: ServerPayload<'room_head'>): void;
  roleChanged({ role }: ServerPayload<'role_changed'>): void;
  get otherCursors(): readonly ShownCursor<Position>[];
  cursorsMoved(cursors: readonly Cursor[]): void;
  toWire(position: Position | null): {
    position: unknown;
  };
  save(): SavedState;
  restore({ client_id, epoch, revision, proof, sequence, content, waiting }: SavedState): void;
  behind(found: SavedState, { waiting }: SavedState): SavedState;
}

interface SharedStateEvents<Content> {
  change: Content;
  status: Status;
  refused: {
    operation: unknown;
    refusal: Refusal;
  };
}

declare class SharedText extends Replica {
  readonly name = 'text';
  get text(): string;
  get length(): number;
  on<Name extends keyof SharedTextEvents>(name: Name, listener: (event: SharedTextEvents[Name]) => void): () => void;
  insert(at: number, text: string): void;
  delete(at: number, length: number): void;
  replace(at: number, length: number, text: string): void;
  edit(changes: readonly TextChange[]): void;
  get canUndo(): boolean;
  get canRedo(): boolean;
  undo(): void;
  redo(): void;
  boundary(): void;
  stored(): Promise<void>;
  get otherCursors(): ShownCursor[];
  toWire(position: TextPosition): {
    position: TextPosition;
    revision: number;
  };
  reset(client_id: string): void;
}

interface SharedTextEvents {
  change: {
    changes: TextChange[];
    origin: Origin;
  };
  status: Status;
}

interface ShownCursor<Position = TextPosition> {
  user_id: string;
  client_id: string;
  position: Position;
}

interface Status {
  state: 'synchronized' | 'synchronizing';
  hasUnsent: boolean;
  refusal: RefusalMessage | undefined;
  role: Role | undefined;
}

interface Surroundings {
  client_id: string;
  now(): number;
  user_id(): string | undefined;
  ask<E extends ClientEventName>(event: E, payload: Omit<Payload<E>, 'room_id'>): Promise<Answer<E>>;
}

interface TextChange {
  from: number;
  to: number;
  insert: string;
}

declare function browserStorage({ onError }?: BrowserStorageOptions): ReplicaStorage;

declare function connect(url: string, options?: ClientOptions): Client;

declare const feeds: Documents<SharedFeed>;

declare function memoryStorage(): ReplicaStorage;

declare const sessions: Documents<SharedSession>;

declare function sharedReducer<Content, Command extends AnyCommand>(
  type: ReducerType<Content, Command>,
  ...kinds: RoomKind[]
): Documents<SharedReducer<Content, Command>>;

// Not exported, but mentioned above.

declare abstract class BatchedState<
  Content,
  Command,
  Events extends SharedStateEvents<Content> = SharedStateEvents<Content>,
> extends SharedState<Content, readonly Command[], Events> {
  get wait(): number;
  outgoing(limits: { max_message_bytes: number }): Message | undefined;
}

type CommandOf<Known extends Commands> = ReturnType<Known[keyof Known]>;

type Commands = Record<
  string,
  Reader<{
    type: string;
  }>
>;

declare class Connection {
  readonly url: string;
  constructor(url: string, options?: ConnectionOptions);
  get state(): ConnectionState;
  get status(): ConnectionStatus;
  get isConnected(): boolean;
  get greeting(): ServerPayload<'connected'> | undefined;
  get isUnreachable(): boolean;
  get serverTimeOffset(): number;
  get serverTime(): number;
  connect(): void;
  disconnect(): void;
  retryNow(): void;
  send<E extends ClientEventName>(event: E, payload: Payload<E>): void;
  request<E extends ClientEventName>(event: E, payload: Payload<E>): Promise<Answer<E>>;
  ask<E extends ClientEventName>(
    event: E,
    payload: Payload<E>,
    heard?: (answer: Acknowledgement<E>) => void,
  ): Promise<Acknowledgement<E> | undefined>;
  on<E extends keyof Events>(event: E, listener: (payload: Events[E]) => void): () => void;
  off<E extends keyof Events>(event: E, listener: (payload: Events[E]) => void): void;
}

type Events = ConnectionEvents & {
  [E in ServerEventName]: ServerPayload<E>;
};

type FeedCommand = MessageCommand | ReturnType<typeof news>;

interface InFlight {
  operation: TextOperation;
  sequence: number;
  message?: Outgoing | undefined;
  rebased?: boolean;
}

type Limits = ServerPayload<'connected'>['limits'];

interface Message {
  operation: unknown;
  revision: number;
  sequence: number;
}

type MessageCommand = CommandOf<typeof messageCommands>;

type Need =
  | {
      event: 'join_room';
      since?: Since;
    }
  | {
      event: 'get_operations';
      since: Since;
    };

interface Outgoing {
  operation: TextOperation;
  revision: number;
  sequence: number;
  restores?: true;
  again?: true;
}

type Owner = string;

interface Ownership {
  readonly greeted: Owner | undefined;
  readonly first: Promise<Owner>;
  readonly place: string;
  last(): Promise<Owner | undefined>;
}

declare abstract class Replica {
  constructor({ client_id, now }: ReplicaOptions);
  get client_id(): string;
  get status(): Status;
  get since(): Since;
  get need(): Need | undefined;
  outgoing(limits: TextLimits): Outgoing | undefined;
  get wait(): number;
  refused(message: Outgoing, refusal: RefusalMessage): void;
  unanswered(message: Outgoing): void;
  disconnected(over?: Refusal): void;
  joined(state: RoomState): void;
  updated({ epoch, revision, operations, proof }: Omit<Update, 'room_id'>): void;
  caughtUp({ epoch, revision, operations, proof }: Answer<'get_operations'>): void;
  headed({ epoch, revision }: Pick<ServerPayload<'room_head'>, 'epoch' | 'revision'>): void;
  roleChanged({ role }: Pick<ServerPayload<'role_changed'>, 'role'>): void;
  cursorsMoved(cursors: readonly Cursor[]): void;
  save(): SavedText;
  behind(found: SavedText, { pending }: SavedText): SavedText;
  reset(client_id: string): void;
  restore(
    { client_id, sequence, epoch, revision, proof, text, in_flight, pending, lost }: SavedText,
    typed?: TextOperation,
  ): void;
}

interface ReplicaOptions {
  client_id: string;
  now(): number;
}

interface RoomOptions {
  connection: Connection;
  storage: ReplicaStorage;
  ownership: Pick<Ownership, 'greeted' | 'first'>;
  room_id: RoomId;
  document: RoomDocument;
  documents: Documents;
  create(): RoomDocument;
  isInbox: boolean;
  before: Promise<unknown> | undefined;
  onLeft(over: Promise<unknown>): void;
}

interface SavedState extends Saved {
  content: unknown;
  waiting: {
    operation: unknown;
    sequence?: number | undefined;
  }[];
}

interface SavedText extends Saved {
  text: string;
  in_flight?: InFlight | undefined;
  pending: TextOperation;
  lost?: string | undefined;
}

type SessionCommand = CommandOf<typeof sessionCommands>;

type TextLimits = OperationLimits & {
  max_document_bytes: number;
};

type Update = ServerPayload<'collaboration_update'>;

declare const messageCommands: {
  'message.new': Reader<
    {
      type: 'message.new';
      text: string;
    } & {
      data?: Json;
    }
  >;
  'message.edited': Reader<
    {
      type: 'message.edited';
      message_id: string;
      text: string;
    } & {}
  >;
  'message.deleted': Reader<
    {
      type: 'message.deleted';
      message_id: string;
    } & {}
  >;
  'message.reaction': Reader<
    {
      type: 'message.reaction';
      message_id: string;
      reaction: string;
      on: boolean;
    } & {}
  >;
  'message.read': Reader<
    {
      type: 'message.read';
      message_id: string;
    } & {}
  >;
};

declare const news: Reader<
  {
    type: string;
  } & {
    data?: Json;
  }
>;

declare const sessionCommands: {
  playback_control(
    raw: unknown,
    field: string,
  ): {
    type: 'playback_control';
    action: 'pause' | 'play' | 'seek' | 'skip' | 'stop';
  } & {
    track_id?: string;
    position_ms?: number;
  };
  queue_track: Reader<
    {
      type: 'queue_track';
      track_id: string;
    } & {
      title?: string;
      duration_ms?: number;
    }
  >;
  remove_track: Reader<
    {
      type: 'remove_track';
      track_id: string;
    } & {}
  >;
  vote_track: Reader<
    {
      type: 'vote_track';
      track_id: string;
      vote: 0 | 1;
    } & {}
  >;
  score_update(
    raw: unknown,
    field: string,
  ): {
    type: 'score_update';
    team: string;
  } & {
    score?: number;
    delta?: number;
    question_id?: string;
  };
  session_update: Reader<
    {
      type: 'session_update';
      state: JsonObject;
    } & {}
  >;
};
