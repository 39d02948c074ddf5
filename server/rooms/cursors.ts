import type { Cursor } from '../../shared/events.ts';
import type { RoomId } from '../../shared/rooms.ts';
import type { Document } from '../documents/document.ts';
import type { Member } from './connection.ts';
import { type Broadcast, Frame, frameInterval } from './frame.ts';

/** The newest cursor of each connection in a room. What moved is sent once a frame; older positions are skipped. */
export class Cursors {
  readonly #room_id: RoomId;
  readonly #document: Document;
  readonly #broadcast: Broadcast;
  readonly #cursors = new Map<Member, Cursor & { revision: number }>();
  readonly #frame = new Frame(frameInterval.presence, () => this.#send());
  #moved = new Map<Member, Cursor>();

  constructor(room_id: RoomId, document: Document, broadcast: Broadcast) {
    this.#room_id = room_id;
    this.#document = document;
    this.#broadcast = broadcast;
  }

  /**
   * Shows a cursor at a position that was seen at `revision` (the head where it is missing). One seen at a revision that
   * memory has let go, or that is not there, is skipped: the next will be newer. Refuses `bad_request`.
   */
  move(member: Member, raw: unknown, revision = this.#document.revision): void {
    const position = this.#document.type.decodePosition(raw);
    if (revision < this.#document.reach || revision > this.#document.revision) return;
    const { client_id, connection } = member;
    const { user_id } = connection.identity;
    const cursor = this.#atHead({ user_id, client_id, position, revision, timestamp: Date.now() });
    if (position === null) this.#cursors.delete(member);
    else this.#cursors.set(member, cursor);
    this.#show(member, cursor);
  }

  /** The member is gone, and its cursor with it. */
  remove(member: Member): void {
    const cursor = this.#cursors.get(member);
    if (!cursor) return;
    this.#cursors.delete(member);
    this.#show(member, { ...cursor, position: null, timestamp: Date.now() });
  }

  /** All of them, as they stand at the head. */
  list(): Cursor[] {
    this.advance();
    return [...this.#cursors.values()];
  }

  /** Maps all over the operations since, before memory lets those go. */
  advance(): void {
    for (const [member, cursor] of this.#cursors) this.#cursors.set(member, this.#atHead(cursor));
  }

  /** Forgets all: they stand in a document that is no more. */
  clear(): void {
    this.#cursors.clear();
    this.#moved.clear();
  }

  close(): void {
    this.#frame.cancel();
  }

  #show(member: Member, cursor: Cursor): void {
    this.#moved.set(member, cursor);
    this.#frame.request();
  }

  #send(): void {
    const cursors = [...this.#moved.values()];
    this.#moved = new Map();
    this.#broadcast('cursor_moved', { room_id: this.#room_id, cursors });
  }

  #atHead(cursor: Cursor & { revision: number }): Cursor & { revision: number } {
    const { type, revision } = this.#document;
    const { transformPosition } = type;
    if (!transformPosition) return { ...cursor, revision };
    const since = this.#document.since(cursor.revision);
    const position = since.reduce(
      (mapped, { operation, client_id }) => transformPosition(mapped, operation, client_id === cursor.client_id),
      cursor.position,
    );
    return { ...cursor, position, revision };
  }
}
