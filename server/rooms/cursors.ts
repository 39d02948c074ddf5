import type { Cursor } from '../../shared/events.ts';
import type { RoomId } from '../../shared/rooms.ts';
import { LazyMap } from '../collections/lazyMap.ts';
import type { Document } from '../documents/document.ts';
import type { Accounts } from './accounts.ts';
import { type Broadcast, Frame, presenceInterval } from './frame.ts';
import type { Member } from './member.ts';
import type { Whispers } from './relay.ts';

/** How far back a cursor may stand that comes, in parts that it is moved over: about a millisecond of work. */
const furthest = 20_000;
/** A cursor that is moved over fewer parts is not counted. */
const light = 1_000;
/** Over how many parts all of them together are to be moved before that is done: in portions, and not all at once. */
const portion = 200_000;

type PlacedCursor = Cursor & { revision: number };

/** A cursor, and whose it is: nobody's here where it was told by another instance. */
interface Shown {
  cursor: PlacedCursor;
  member?: Member;
}

export interface CursorsOptions {
  room_id: RoomId;
  document: Document;
  now(): number;
  broadcast: Broadcast;
  whispers: Whispers | undefined;
  /** Who pays for what it takes to move them. */
  accounts: Accounts;
}

/** The newest cursor of each client in a room. What moved is sent once a frame; older positions are skipped. */
export class Cursors {
  readonly #options: CursorsOptions;
  readonly #document: Document;
  /** By client. */
  readonly #cursors = new LazyMap<string, Shown>();
  #frame: Frame | undefined;
  readonly #moved = new LazyMap<string, Cursor>();
  /** The revision at which all of them stand, or a later one. */
  #advanced: number;

  constructor(options: CursorsOptions) {
    this.#options = options;
    this.#document = options.document;
    this.#advanced = this.#document.revision;
  }

  /**
   * Shows a cursor at a position that was seen at `revision` (the head where it is missing). One seen too far back, or at
   * a revision that is not there, is skipped: the next will be newer. Refuses `bad_request`, and `rate_limited` where the
   * user, or the room, has used up its share of what it takes to move it to the head.
   */
  move(member: Member, raw: unknown, revision = this.#document.revision): void {
    const position = this.#document.type.decodePosition(raw);
    if (revision > this.#document.revision || this.#isFar(revision)) return;
    const { client_id, connection } = member;
    const { user_id } = connection.identity;
    const cost = this.#document.cost(1, revision);
    if (cost > light) this.#options.accounts.take(user_id, 'transforms', cost);
    const cursor = this.#atHead({ user_id, client_id, position, revision, timestamp: this.#options.now() });
    if (position === null) this.#cursors.delete(client_id);
    else this.#cursors.set(client_id, { cursor, member });
    this.#show(cursor);
    this.#options.whispers?.cursor(cursor);
  }

  /** Shows a cursor that another instance tells of. */
  receive(cursor: PlacedCursor): void {
    const { client_id, position, revision, timestamp } = cursor;
    const shown = this.#cursors.get(client_id);
    if (shown?.member || shown?.cursor.timestamp === timestamp || this.#isFar(revision)) return;
    if (position === null) this.#cursors.delete(client_id);
    else this.#cursors.set(client_id, { cursor });
    this.#advanced = Math.min(this.#advanced, revision);
    this.#show(cursor);
  }

  /** Tells other instances of those that are shown here. */
  whisper(): void {
    for (const { cursor, member } of this.#cursors.values()) if (member) this.#options.whispers?.cursor(cursor);
  }

  /** The member is gone, and its cursor with it. */
  remove(member: Member): void {
    const shown = this.#cursors.get(member.client_id);
    if (shown?.member !== member) return;
    this.#hide(shown.cursor);
  }

  /** A client of another instance is gone. */
  forget(client_id: string): void {
    const shown = this.#cursors.get(client_id);
    if (shown && !shown.member) this.#hide(shown.cursor);
  }

  /** All of them, as they stand at the head. */
  list(): Cursor[] {
    this.advance();
    return [...this.#cursors.values()].map(({ cursor }) => cursor);
  }

  /** Moves all over the operations since, before memory lets those go. */
  advance(): void {
    for (const shown of this.#cursors.values()) shown.cursor = this.#atHead(shown.cursor);
    this.#advanced = this.#document.revision;
  }

  /** The document has another head: once that takes much, all are moved there, so that it never takes more. */
  follow(): void {
    if (this.#cursors.size * this.#document.cost(1, this.#advanced) > portion) this.advance();
  }

  /** Forgets all: they stand in a document that is no more. */
  clear(): void {
    this.#cursors.clear();
    this.#moved.clear();
    this.#advanced = this.#document.revision;
  }

  close(): void {
    this.#frame?.cancel();
  }

  #isFar(revision: number): boolean {
    return revision < this.#document.reach || this.#document.cost(1, revision) > furthest;
  }

  #hide(cursor: PlacedCursor): void {
    this.#cursors.delete(cursor.client_id);
    this.#show({ ...cursor, position: null, timestamp: this.#options.now() });
  }

  #show(cursor: Cursor): void {
    this.#moved.set(cursor.client_id, cursor);
    this.#frame ??= new Frame(presenceInterval, () => this.#send());
    this.#frame.request();
  }

  #send(): void {
    const cursors = [...this.#moved.values()];
    if (cursors.length === 0) return;
    this.#moved.clear();
    const { broadcast, room_id } = this.#options;
    broadcast('cursor_moved', { room_id, cursors });
  }

  #atHead(cursor: PlacedCursor): PlacedCursor {
    const { type, revision } = this.#document;
    const { transformPosition } = type;
    // Another instance may be ahead.
    if (cursor.revision >= revision) return cursor;
    if (!transformPosition) return { ...cursor, revision };
    const since = this.#document.since(cursor.revision);
    const position = since.reduce(
      (mapped, { operation, client_id }) => transformPosition(mapped, operation, client_id === cursor.client_id),
      cursor.position,
    );
    return { ...cursor, position, revision };
  }
}
