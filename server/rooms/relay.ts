import type { Cursor, ServerPayload } from '../../shared/events.ts';
import { Frame, frameInterval } from './frame.ts';

/** A message to a room, or to one user in it. */
export interface RoomMessage {
  message: Omit<ServerPayload<'room_message'>, 'room_id'>;
  to?: string;
}

/** Ephemeral news of a room's members on one instance: the newest counts, and losing one does no harm. */
export interface Whisper {
  /** The instance has just come to the room, or may have missed something: the others tell it what they have. */
  asks?: boolean;
  cursors?: (Cursor & { revision: number })[];
  /** Who began to type, or goes on, or ended. */
  typing?: [user_id: string, is_typing: boolean][];
  messages?: RoomMessage[];
}

/** Carries whispers between the instances that have a room in memory. What one tells, it does not hear itself. */
export interface Relay {
  tell(room: string, whisper: Whisper): void;
  /** Returns how to stop. */
  hear(room: string, listener: (whisper: Whisper) => void): () => void;
}

/** Gathers what is to be told to other instances: one whisper a frame, with the newest of each kind. */
export class Whispers {
  readonly #tell: (whisper: Whisper) => void;
  readonly #frame = new Frame(frameInterval.presence, () => this.#send());
  #asks = false;
  readonly #cursors = new Map<string, Cursor & { revision: number }>();
  readonly #typing = new Map<string, boolean>();
  #messages: RoomMessage[] = [];

  constructor(tell: (whisper: Whisper) => void) {
    this.#tell = tell;
  }

  ask(): void {
    this.#asks = true;
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

  #send(): void {
    if (!this.#asks && this.#cursors.size + this.#typing.size + this.#messages.length === 0) return;
    const whisper = {
      ...(this.#asks && { asks: true }),
      ...(this.#cursors.size > 0 && { cursors: [...this.#cursors.values()] }),
      ...(this.#typing.size > 0 && { typing: [...this.#typing] }),
      ...(this.#messages.length > 0 && { messages: this.#messages }),
    };
    this.#asks = false;
    this.#cursors.clear();
    this.#typing.clear();
    this.#messages = [];
    this.#tell(whisper);
  }
}
