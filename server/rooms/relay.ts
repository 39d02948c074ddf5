import type { Cursor, ServerPayload } from '../../shared/events.ts';
import type { Role } from '../../shared/rooms.ts';
import { Frame, presenceInterval } from './frame.ts';

/** A message to a room, or to one user in it. */
export interface RoomMessage {
  message: Omit<ServerPayload<'room_message'>, 'room_id'>;
  to?: string;
}

/** A client that is in a room. */
export interface Present {
  user_id: string;
  client_id: string;
  name: string;
  role: Role;
  joined_at: number;
  guest?: true;
}

/** Who is about to come into a room. */
export type Comer = Pick<Present, 'user_id' | 'guest'>;

/** A place in a room that is kept. */
export interface Reservation {
  /** Goes as a client does. */
  name: string;
  /** The guest that has to give way for it. */
  gives_way?: string;
}

/** Ephemeral news of a room's members on one instance: the newest counts, and losing one does no harm. */
export interface Whisper {
  /** The instance has just come to the room, or may have missed something: the others tell it what they have. */
  asks?: boolean;
  /** Those who came are all that the instance has. */
  all?: boolean;
  /** Who joined, or joined before and has another role or name. */
  came?: Present[];
  /** The clients that left. */
  went?: string[];
  cursors?: (Cursor & { revision: number })[];
  /** Who began to type, or goes on, or ended. */
  typing?: [user_id: string, is_typing: boolean][];
  messages?: RoomMessage[];
  /** A guest that has to give way to a user. */
  gives_way?: string;
}

/** Who whispers: an instance, and under which of its leases. What it told under an earlier one counts no longer. */
export interface Source {
  instance: string;
  lease: string;
}

export interface RelayListener {
  hear(whisper: Whisper, source: Source): void;
  /** Others may not know what they should: they are told all, and asked for theirs. */
  tellAnew(): void;
  /** An instance is gone. Returns whether it had anyone here. */
  ended(source: Source): boolean;
}

/**
 * Carries whispers between the instances that have a room in memory, and keeps who is there for those that load it. What
 * one tells, it does not hear itself.
 */
export interface Relay {
  tell(room: string, whisper: Whisper): void;
  /** Returns how to stop. */
  hear(room: string, listener: RelayListener): () => void;
  /** Resolves when all is heard that it was called for until now. */
  subscribed(): Promise<void>;
  /**
   * Keeps a place for a user who is about to come, unless that would be one user too many on all instances together: then
   * the newest guest gives way, unless it is a guest that comes. Undefined where there is no place. Where nobody can say,
   * there is.
   */
  reserve(room: string, comer: Comer, most: number): Promise<Reservation | undefined>;
  /** Who is in a room on other instances. */
  presents(room: string): Promise<[Present, Source][]>;
}

/** Gathers what is to be told to other instances: one whisper a frame, with the newest of each kind. */
export class Whispers {
  readonly #tell: (whisper: Whisper) => void;
  readonly #frame = new Frame(presenceInterval, () => this.#send());
  #all = false;
  readonly #came = new Map<string, Present>();
  readonly #went = new Set<string>();
  readonly #cursors = new Map<string, Cursor & { revision: number }>();
  readonly #typing = new Map<string, boolean>();
  #messages: RoomMessage[] = [];

  constructor(tell: (whisper: Whisper) => void) {
    this.#tell = tell;
  }

  ask(): void {
    this.#tell({ asks: true });
  }

  /** Tells who is here: these and no others. */
  all(presents: Iterable<Present>): void {
    this.#all = true;
    for (const present of presents) this.#add(present);
    this.#frame.request();
  }

  came(present: Present): void {
    this.#add(present);
    this.#frame.request();
  }

  went(client_id: string): void {
    this.#came.delete(client_id);
    this.#cursors.delete(client_id);
    this.#went.add(client_id);
    this.#frame.request();
  }

  cursor(cursor: Cursor & { revision: number }): void {
    this.#cursors.set(cursor.client_id, cursor);
    this.#frame.request();
  }

  typing(user_id: string, is_typing: boolean): void {
    this.#typing.set(user_id, is_typing);
    this.#frame.request();
  }

  message(message: RoomMessage): void {
    this.#messages.push(message);
    this.#frame.request();
  }

  /** Tells what is left, and ends. */
  close(): void {
    this.#frame.cancel();
    this.#send();
  }

  #add(present: Present): void {
    this.#went.delete(present.client_id);
    this.#came.set(present.client_id, present);
  }

  #send(): void {
    const whisper = {
      ...(this.#all && { all: true }),
      ...(this.#came.size > 0 && { came: [...this.#came.values()] }),
      ...(this.#went.size > 0 && { went: [...this.#went] }),
      ...(this.#cursors.size > 0 && { cursors: [...this.#cursors.values()] }),
      ...(this.#typing.size > 0 && { typing: [...this.#typing] }),
      ...(this.#messages.length > 0 && { messages: this.#messages }),
    };
    if (Object.keys(whisper).length === 0) return;
    this.#all = false;
    for (const told of [this.#came, this.#went, this.#cursors, this.#typing]) told.clear();
    this.#messages = [];
    this.#tell(whisper);
  }
}
