/** The public face of `tutti/shared`, as tsc declares it: written by `npm run docs`, to be read in a diff. */
import type { z } from 'zod';
export {
  Refusal,
  defineEvents,
  defineReducer,
  documentTypes,
  fields,
  grantedRole,
  includesRole,
  json,
  jsonObject,
  key,
  kindOf,
  number,
  oneOf,
  parseRoomId,
  refusalCodes,
  roles,
  roomKinds,
  text,
};
export type {
  Acknowledgement,
  Answer,
  AnyCommand,
  AnyDocumentType,
  Author,
  AuthorRole,
  Base,
  By,
  ClientEventName,
  ClientToServerEvents,
  Cursor,
  DeclaredEvent,
  DeclaredEvents,
  DocumentMessage,
  DocumentType,
  Entry,
  ErrorCode,
  EventInput,
  EventMessage,
  EventOf,
  EventsGap,
  EventsType,
  Feed,
  FeedEntry,
  HappenedEvent,
  Json,
  JsonObject,
  LoggedEvent,
  NoContent,
  OperationLimits,
  Participant,
  Payload,
  Playback,
  Reader,
  Reducer,
  ReducerType,
  RefusalDetails,
  RefusalMessage,
  Role,
  RoomGrants,
  RoomId,
  RoomKind,
  RoomState,
  ServerEventName,
  ServerPayload,
  ServerToClientEvents,
  Session,
  Side,
  Since,
  StandardSchema,
  TextOperation,
  TextPart,
  TextPosition,
  Track,
};

type Acknowledgement<E extends ClientEventName> =
  | ({
      ok: true;
    } & Answer<E>)
  | {
      ok: false;
      error: z.infer<typeof refusal>;
    };

type Answer<E extends ClientEventName> = z.infer<(typeof clientEvents)[E]['answer']>;

interface AnyCommand {
  readonly type: string;
}

type AnyDocumentType = DocumentType<unknown, unknown, unknown>;

interface Author {
  user_id: string;
  role: AuthorRole;
}

type AuthorRole = (typeof authorRoles)[number];

interface Base<Content> {
  length: number;
  content?: Content;
}

type By = Pick<Entry, 'user_id' | 'client_id' | 'timestamp'>;

type ClientEventName = keyof typeof clientEvents;

type ClientToServerEvents = {
  [E in ClientEventName]: (payload: Payload<E>, acknowledge?: (answer: Acknowledgement<E>) => void) => void;
};

type Cursor = z.infer<typeof cursor>;

interface DeclaredEvent {
  readonly schema: StandardSchema;
  readonly durable?: boolean;
  readonly role?: AuthorRole;
}

type DeclaredEvents = Readonly<Record<string, DeclaredEvent>>;

type DocumentMessage = z.infer<typeof document>;

interface DocumentType<Content, Operation, Position = Json> {
  readonly name: string;
  readonly bounded?: true;
  readonly keeps?: {
    readonly entries: number;
    readonly bytes: number;
  };
  readonly patient?: true;
  create(): Content;
  load?(stored: unknown): Content;
  save?(content: Content): unknown;
  pieces?(content: Content): Iterable<string>;
  show?(content: Content): unknown;
  compact?(content: Content): Content | Promise<Content>;
  bytes?(content: Content): number;
  length?(content: Content): number;
  weight?(operation: Operation): number;
  parts?(operation: Operation): number;
  effort?(operation: Operation, content: Content): number;
  growth?(operation: Operation): number;
  decode(raw: unknown, limits: OperationLimits): Operation;
  roleFor?(operation: Operation): AuthorRole;
  vet?(operation: Operation, content: Content, author: Author, trial: Trial): Promise<void> | undefined;
  check?(operation: Operation, base: Base<Content>, author: Author): void;
  apply(content: Content, entry: Entry<Operation>, revision: number): Content;
  frees?(operation: Operation, content: Content): boolean;
  due?(content: Content):
    | {
        operation: Operation;
        at: number;
      }
    | undefined;
  transform?(operation: Operation, over: Operation, side: Side): Operation;
  compose?(first: Operation, second: Operation): Operation;
  invert?(operation: Operation, content: Content): Operation;
  decodeMessage?(raw: unknown): unknown;
  roleForMessage?(message: unknown): AuthorRole;
  decodePosition?(raw: unknown): Position;
  transformPosition?(position: Position, operation: Operation, own: boolean): Position;
}

interface Entry<Operation = unknown> {
  operation: Operation;
  client_id: string;
  sequence?: number;
  user_id: string;
  timestamp: number;
  redacted?: Redacted;
  restores?: true;
  again?: true;
}

type ErrorCode = keyof typeof refusalCodes;

type EventInput<Declared extends DeclaredEvent> = InputOf<Declared['schema']>;

interface EventMessage {
  readonly type: string;
  readonly data?: Json;
}

type EventOf<Declared extends DeclaredEvent> = Declared extends {
  readonly durable: true;
}
  ? LoggedEvent<OutputOf<Declared['schema']>>
  : HappenedEvent<OutputOf<Declared['schema']>>;

interface EventsGap {
  readonly missed: number | undefined;
}

interface EventsType<Events extends DeclaredEvents = DeclaredEvents>
  extends DocumentType<NoContent, readonly EventMessage[]> {
  readonly events: Events;
  decodeMessage(raw: unknown): EventMessage;
  roleForMessage(message: EventMessage): AuthorRole;
}

interface Feed {
  readonly entries: readonly FeedEntry[];
  readonly read: Readonly<Record<string, string>>;
}

type FeedEntry = z.infer<typeof feedEntry>;

interface HappenedEvent<Data = unknown> {
  readonly data: Data;
  readonly user_id: string;
  readonly timestamp: number;
}

type Json = null | boolean | number | string | readonly Json[] | JsonObject;

type JsonObject = {
  readonly [key: string]: Json;
};

interface LoggedEvent<Data = unknown> extends HappenedEvent<Data> {
  readonly id: string;
  readonly client_id: string;
}

type NoContent = Readonly<Record<never, never>>;

interface OperationLimits {
  max_operation_bytes: number;
  max_operation_parts: number;
}

type Participant = z.infer<typeof participant>;

type Payload<E extends ClientEventName> = z.infer<(typeof clientEvents)[E]['payload']>;

interface Playback {
  readonly status: 'stopped' | 'playing' | 'paused';
  readonly track_id: string | null;
  readonly duration_ms?: number;
  readonly position_ms: number;
  readonly updated_at: number;
}

type Reader<Value> = (raw: unknown, field: string) => Value;

interface Reducer<Content, Command extends AnyCommand> {
  readonly name: string;
  create(): Content;
  readonly commands: {
    readonly [Type in Command['type']]: Reader<
      Extract<
        Command,
        {
          type: Type;
        }
      >
    >;
  };
  apply(content: Content, command: Command, by: By): Content;
  roleFor?(command: Command): AuthorRole;
  check?(content: Content, command: Command, author: Author): void;
  undo?(content: Content, command: Command): readonly Command[];
  merge?(first: Command, second: Command): Command | undefined;
  readonly load?: DocumentType<Content, readonly Command[]>['load'];
  readonly save?: DocumentType<Content, readonly Command[]>['save'];
  readonly bytes?: DocumentType<Content, readonly Command[]>['bytes'];
}

interface ReducerType<Content, Command extends AnyCommand> extends DocumentType<Content, readonly Command[]> {
  readonly reducer: Reducer<Content, Command>;
}

declare class Refusal extends Error {
  readonly error_code: ErrorCode;
  readonly details: RefusalDetails;
  constructor(error_code: ErrorCode, message: string, details?: RefusalDetails);
}

interface RefusalDetails {
  retry_after_ms?: number | undefined;
  fatal?: boolean | undefined;
}

interface RefusalMessage extends RefusalDetails {
  code: (typeof refusalCodes)[ErrorCode];
  error_code: ErrorCode;
  message: string;
  event?: string;
  room_id?: string;
  sequence?: number;
  timestamp: number;
}

type Role = (typeof roles)[number];

type RoomGrants = Record<string, Role>;

type RoomId = `${RoomKind}:${string}`;

type RoomKind = string;

type RoomState = z.infer<typeof roomState>;

type ServerEventName = Exclude<keyof typeof serverEvents, 'c'>;

type ServerPayload<E extends keyof typeof serverEvents> = z.infer<(typeof serverEvents)[E]>;

type ServerToClientEvents = {
  [E in keyof typeof serverEvents]: (payload: ServerPayload<E>) => void;
};

interface Session {
  readonly state: JsonObject;
  readonly playback: Playback;
  readonly queue: readonly Track[];
  readonly scores: Readonly<Record<string, number>>;
}

type Side = 'left' | 'right';

type Since = z.infer<typeof since>;

interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => Validated<Output> | Promise<Validated<Output>>;
    readonly types?:
      | {
          readonly input: Input;
          readonly output: Output;
        }
      | undefined;
  };
}

type TextOperation = readonly TextPart[];

type TextPart =
  | number
  | string
  | {
      readonly d: number;
    };

type TextPosition =
  | number
  | {
      readonly anchor: number;
      readonly head: number;
    }
  | null;

interface Track {
  readonly track_id: string;
  readonly title: string | null;
  readonly duration_ms: number | null;
  readonly added_by: string;
  readonly votes: readonly string[];
}

declare function defineEvents<const Events extends DeclaredEvents>(events: Events): EventsType<Events>;

declare function defineReducer<Content, Command extends AnyCommand>(
  reducer: Reducer<Content, Command>,
): ReducerType<Content, Command>;

declare const documentTypes: Record<(typeof roomKinds)[number], AnyDocumentType>;

declare function fields<Required extends Readers, Optional extends Readers = Record<never, never>>(
  required: Required,
  optional?: Optional,
): Reader<Fields<Required, Optional>>;

declare function grantedRole(grants: RoomGrants, room_id: RoomId): Role | undefined;

declare function includesRole(role: AuthorRole, needed: AuthorRole): boolean;

declare function json(raw: unknown, field: string, depth?: number): Json;

declare function jsonObject(raw: unknown, field: string): JsonObject;

declare function key(most: number): Reader<string>;

declare function kindOf(room_id: RoomId): RoomKind;

declare function number(least: number, most: number): Reader<number>;

declare function oneOf<const Choice extends string | number | boolean>(...choices: Choice[]): Reader<Choice>;

declare function parseRoomId(raw: string): RoomId;

declare const refusalCodes: {
  readonly bad_request: 4400;
  readonly unauthorized: 4401;
  readonly forbidden: 4403;
  readonly not_found: 4404;
  readonly conflict: 4409;
  readonly deleted: 4410;
  readonly precondition_failed: 4412;
  readonly too_large: 4413;
  readonly invalid_operation: 4422;
  readonly rate_limited: 4429;
  readonly too_many_connections: 4429;
  readonly room_full: 4429;
  readonly internal: 4500;
  readonly unavailable: 4503;
};

declare const roles: readonly ['viewer', 'editor', 'host'];

declare const roomKinds: readonly ['song', 'session', 'setlist', 'talk', 'project', 'channel', 'task', 'user'];

declare function text(least: number, most: number): Reader<string>;

// Not exported, but mentioned above.

type Fields<Required extends Readers, Optional extends Readers> = {
  [Name in keyof Required]: ReturnType<Required[Name]>;
} & {
  [Name in keyof Optional]?: ReturnType<Optional[Name]>;
};

type InputOf<Schema extends StandardSchema> = TypesOf<Schema>['input'];

type OutputOf<Schema extends StandardSchema> = TypesOf<Schema>['output'];

type Readers = Record<string, Reader<unknown>>;

type Redacted = 'edited' | 'deleted' | 'erased';

interface SchemaIssue {
  readonly message: string;
  readonly path?:
    | readonly (
        | PropertyKey
        | {
            readonly key: PropertyKey;
          }
      )[]
    | undefined;
}

interface Trial {
  readonly room: string;
  readonly user: string;
  take(): void;
  charge(milliseconds: number): void;
}

type TypesOf<Schema extends StandardSchema> = NonNullable<Schema['~standard']['types']>;

type Validated<Output> =
  | {
      readonly value: Output;
      readonly issues?: undefined;
    }
  | {
      readonly issues: readonly SchemaIssue[];
    };

declare const authorRoles: readonly ['viewer', 'editor', 'host', 'service'];
