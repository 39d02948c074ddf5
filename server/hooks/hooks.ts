import type { Entry } from '../../shared/documents/type.ts';
import type { RoomId } from '../../shared/rooms.ts';

/** A room, and whose it is. */
export interface HookedRoom {
  room_id: RoomId;
  /** The tenant; `""` where tokens name none. */
  org_id: string;
}

/** What a room holds, to be kept by an application. */
export interface StoredDocument extends HookedRoom {
  /** The history that it is in. */
  epoch: string;
  /** How many entries of that history it has. */
  revision: number;
  /** The text of a song, and what else a document's type saves: JSON. */
  content: unknown;
  /** Aborted when it has taken too long: it will be asked again, once it is done. */
  signal: AbortSignal;
}

/** What was written in a room. */
export interface Change extends HookedRoom {
  epoch: string;
  /** The revision that the last of the entries made. */
  revision: number;
  /** In their order, one or more. */
  entries: readonly Entry[];
  /** The content at that revision, as storeDocument gets it; made when it is read. */
  readonly content: unknown;
}

/** One connection's part in a room. */
export interface Presence extends HookedRoom {
  user_id: string;
  name: string;
  /** There by an invitation. */
  is_guest: boolean;
  connection_id: string;
  client_id: string;
}

/** What an application can say and be told of rooms; docs/hooks.md says when, and what a throw does. Of inboxes it is told nothing. */
export interface RoomHooks {
  /**
   * What a room that was never written begins with, if there is anything: the text of a song, and of other kinds that have a
   * `seed` what that takes. It becomes the first revision.
   */
  loadDocument?(room: HookedRoom): Promise<unknown> | unknown;
  /** Keeps what a room holds. Resolve when it is kept; it is asked again after a throw. */
  storeDocument?(document: StoredDocument): Promise<unknown> | unknown;
  /** Told of what was written, where it was written. */
  onChange?(change: Change): Promise<unknown> | unknown;
  /** Told of who comes into a room, and goes. */
  onJoin?(presence: Presence): Promise<unknown> | unknown;
  onLeave?(presence: Presence): Promise<unknown> | unknown;
}

/** When storeDocument is called, in milliseconds. */
export interface StoringTimes {
  /** After the last change. Default: 2,000. */
  storeAfterMs?: number | undefined;
  /** After the first change at the latest, while there are more. Default: 10,000. */
  storeEveryMs?: number | undefined;
  /** How long close() waits for what is not stored yet; the next start stores the rest. Default: 10,000. */
  storeOnCloseMs?: number | undefined;
}
