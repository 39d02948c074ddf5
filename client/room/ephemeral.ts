import type { Payload } from '../../shared/events.ts';
import { monotonic } from '../../shared/monotonic.ts';
import type { ShownCursor } from '../documents/text.ts';
import type { RoomDocument } from '../documents/type.ts';
import type { Listeners } from '../listeners.ts';
import type { RoomEvents } from './state.ts';

/** The shortest time between two cursors, and between two signs of typing, in milliseconds. */
const cursorEvery = 50;
const typingEvery = 2_500;

/** Tells the room something, while one is in it. Returns whether one is. */
export type Send = <E extends 'cursor_update' | 'typing'>(event: E, payload: Omit<Payload<E>, 'room_id'>) => boolean;

/** What those in a room show each other and nobody stores: where their cursors are, and who types. */
export class Ephemeral {
  /** Those of others. */
  cursors: readonly ShownCursor[] = [];
  /** The user_ids of who types now. */
  typing: readonly string[] = [];
  readonly #document: RoomDocument;
  readonly #listeners: Listeners<RoomEvents>;
  readonly #send: Send;
  #cursorTimer: ReturnType<typeof setTimeout> | undefined;
  /** From when on the next is sent, by monotonic(). */
  #cursorAgainAt = 0;
  #typingAgainAt = 0;

  constructor(document: RoomDocument, listeners: Listeners<RoomEvents>, send: Send) {
    this.#document = document;
    this.#listeners = listeners;
    this.#send = send;
  }

  /** Shows one's own, where it is in the document of this moment. Of many in a row the newest is sent. */
  setCursor(position: unknown): void {
    const cursor = this.#document.toWire(position as never);
    const send = () => {
      this.#cursorAgainAt = monotonic() + cursorEvery;
      this.#send('cursor_update', cursor);
    };
    clearTimeout(this.#cursorTimer);
    const wait = this.#cursorAgainAt - monotonic();
    if (wait > 0) this.#cursorTimer = setTimeout(send, wait);
    else send();
  }

  /** Says that one types. */
  setTyping(is_typing: boolean): void {
    const now = monotonic();
    if (is_typing && now < this.#typingAgainAt) return;
    this.#typingAgainAt = this.#send('typing', { is_typing }) && is_typing ? now + typingEvery : 0;
  }

  /** Others type, or no more. */
  typed(user_ids: readonly string[]): void {
    this.typing = user_ids;
    this.#listeners.emit('typing', user_ids);
  }

  /** Cursors may have moved, by themselves or with the document. */
  moved(): void {
    const cursors = this.#document.otherCursors as readonly ShownCursor[];
    if (JSON.stringify(cursors) === JSON.stringify(this.cursors)) return;
    this.cursors = cursors;
    this.#listeners.emit('cursors', cursors);
  }
}
