import type { Answer, Cursor, RoomState, ServerPayload, Since } from '../../shared/events.ts';
import type { Refusal } from '../../shared/refusals.ts';
import type { RoomKind } from '../../shared/rooms.ts';
import type { RefusalMessage } from '../connection/state.ts';
import type { Need, Status } from './exchange/status.ts';

/** What the server says that may be sent. */
export type Limits = ServerPayload<'connected'>['limits'];

/** An operation as it is sent: what `collaboration_operation` takes, besides the room. */
export interface Message {
  operation: unknown;
  revision: number;
  sequence: number;
}

/** What a room asks of its document: SharedText has the words to it. */
export interface RoomDocument {
  /** `text`, `session` or `feed`. */
  readonly name: string;
  readonly client_id: string;
  readonly status: Status;
  readonly since: Since;
  readonly need: Need | undefined;
  readonly wait: number;
  outgoing(limits: Limits): Message | undefined;
  refused(message: Message, refusal: RefusalMessage): void;
  unanswered(message: Message): void;
  /** Out of the room. `over`: and back only when the application says so; who waits for something is refused with that. */
  disconnected(over?: Refusal): void;
  /** After disconnected(): begins anew, under another name, for somebody else. Nothing of what was here stays. */
  reset(client_id: string): void;
  joined(state: RoomState): void;
  updated(update: ServerPayload<'collaboration_update'>): void;
  caughtUp(answer: Answer<'get_operations'>): void;
  headed(head: ServerPayload<'room_head'>): void;
  roleChanged(change: ServerPayload<'role_changed'>): void;
  /** Where there are cursors. */
  cursorsMoved?(cursors: readonly Cursor[]): void;
  on(name: 'status', listener: (status: Status) => void): () => void;
}

/** What a document may know of its surroundings. */
export interface Surroundings {
  client_id: string;
  /** The time by the server's clock, in milliseconds since the epoch. */
  now(): number;
  /** Who one is, as soon as the server has said so. */
  user_id(): string | undefined;
  /** Asks for what is older in a feed. */
  history(before: string | undefined): Promise<Answer<'get_history'>>;
}

/** The documents of some kinds of rooms, for connect(): what an application does not name there costs its page nothing. */
export interface Documents {
  readonly kinds: readonly RoomKind[];
  create(surroundings: Surroundings, kind: RoomKind): RoomDocument;
}
