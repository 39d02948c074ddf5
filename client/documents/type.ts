import type { Answer, ClientEventName, Cursor, Payload, RoomState, ServerPayload, Since } from '../../shared/events.ts';
import type { Refusal } from '../../shared/refusals.ts';
import type { RoomKind } from '../../shared/rooms.ts';
import type { RefusalMessage } from '../connection/state.ts';
import type { Need, Status } from './exchange/status.ts';
import type { ReplicaStorage } from './storage.ts';
import type { ShownCursor } from './text/cursors.ts';

/** What the server says that may be sent. */
export type Limits = ServerPayload<'connected'>['limits'];

/** An operation as it is sent: what `collaboration_operation` takes, besides the room. */
export interface Message {
  operation: unknown;
  revision: number;
  sequence: number;
}

/** What is kept of a document across reloads, JSON: its name, where it stands, and what else is the document's own affair. */
export interface Saved extends Since {
  client_id: string;
  /** The last one that was given out. */
  sequence: number;
}

/**
 * What a room asks of its document, whatever that is: SharedText has the words to it. The room has the socket, the storage and the
 * timers; the document takes the server's news and says what to send. After each piece of news the room looks at `need`, and
 * then at outgoing().
 */
export interface RoomDocument {
  /** Of its type, as the server has it: `document.type` on the wire. */
  readonly name: string;
  readonly client_id: string;
  readonly status: Status;
  readonly since: Since;
  readonly need: Need | undefined;
  readonly wait: number;
  /** The next message, or undefined where there is none now. It is sent when save() is stored. */
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
  /** The cursors of others, where they are now; a position is the type's own. */
  readonly otherCursors: readonly ShownCursor<unknown>[];
  /** Others have moved theirs; all that there are come with joined(). */
  cursorsMoved(cursors: readonly Cursor[]): void;
  /** A message that somebody has sent to the room. */
  heard?(message: ServerPayload<'room_message'>): void;
  /** One's own cursor as `cursor_update` takes it: JSON of at most 1 KiB, `null` where there is none. */
  toWire(position: never): { position: unknown; revision?: number };
  /** Everything that a reload must not lose. */
  save(): Saved;
  /** Goes on from what save() gave, name included, before the first join; what was done meanwhile comes after it. Throws what is no such thing. */
  restore(saved: Saved): void;
  /** Of two that save() gave, what an earlier page has left, with what was done since by who did not know of that. */
  behind(found: Saved, saved: Saved): Saved;
  /** Told when the status is another, or something is unsent. */
  on(name: 'status', listener: (status: Status) => void): () => void;
  /** Told when what it shows is another. */
  on(name: 'change', listener: () => void): () => void;
}

/** What a document may know of its surroundings. */
export interface Surroundings {
  client_id: string;
  /** The time by the server's clock, in milliseconds since the epoch. */
  now(): number;
  /** Who one is, as soon as the server has said so. */
  user_id(): string | undefined;
  /** Asks the server something of the room. Throws a Refusal. */
  ask<E extends ClientEventName>(event: E, payload: Omit<Payload<E>, 'room_id'>): Promise<Answer<E>>;
}

/**
 * The documents of some kinds of rooms, for connect() and then for room.document(): what an application does not name there
 * costs its page nothing.
 */
export interface Documents<Held extends RoomDocument = RoomDocument> {
  readonly kinds: readonly RoomKind[];
  create(surroundings: Surroundings, kind: RoomKind): Held;
  /** The client's storage, with another way to keep such documents: for those that are not stored whole each time. */
  keep?(storage: ReplicaStorage): ReplicaStorage;
}
