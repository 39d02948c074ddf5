import type { Unsaying } from '../../shared/documents/feed/redaction.ts';
import type { DocumentType, Entry, OperationLimits } from '../../shared/documents/type.ts';
import type { FeedEntry } from '../../shared/events.ts';
import type { Json } from '../../shared/json.ts';
import type { AuthorRole, Role, RoomId } from '../../shared/rooms.ts';

/**
 * What rooms of a kind are: an entry of `kinds`. What a server has by itself (`song`, `session`, `user` and the other feeds) are
 * entries like these. Only `type` is needed; what is left out, rooms of the kind do not have.
 */
export interface Kind<Content = unknown, Operation = unknown> {
  /** What a room holds. */
  readonly type: DocumentType<Content, Operation, unknown>;
  readonly roles?: KindRoles;
  readonly limits?: KindLimits;
  /** Each room is one user's own, which has that user's name (see `user:` in docs/PROTOCOL.md): nobody else gets in. */
  readonly personal?: true;
  /** What is done where a user is erased. Default: its entries get another name, and its content stays as it is. */
  readonly erasure?: Erasure<Content, Operation>;
  /** What is taken out of the log because it was unsaid. */
  readonly redaction?: RedactionRules<Operation>;
  /** What is older than the content holds: `get_history`. */
  readonly history?: HistoryRules<Content, Operation>;
  /** Writes what services publish to a room into its log. Default: whoever is there is told, and it is stored nowhere. */
  news?(message: { type: string; data?: Json }): Operation;
  /**
   * Entries that make a content, as save() gave it or as `loadDocument` has it, of an empty document. Refuses `bad_request` what is
   * none. Without it nothing is imported, and `loadDocument` is not asked.
   */
  seed?(content: unknown, seeding: Seeding): Entry<Operation>[];
  /** How rooms are exported and imported where that is not by their content alone. */
  readonly transfer?: Transfer<Content>;
}

/** What is asked of a role, besides what the type asks for each operation. */
export interface KindRoles {
  /** The lowest that may enter. Default: any. */
  readonly enter?: Role;
  /** The lowest that may write. Default: as the type says. */
  readonly write?: AuthorRole;
  /**
   * The room whose roles count, by the id of this one: who may enter that one may enter this one, and who is kicked or deleted with
   * that one is out of this one. Refuses `not_found` where there is none. Default: its own.
   */
  of?(room_id: RoomId): RoomId;
}

/** What rooms of the kind may take, where that is less than what the server allows, by the names of its options. */
export interface KindLimits {
  readonly maxDocumentBytes?: number;
  readonly maxOperationBytes?: number;
  readonly maxMessageBytes?: number;
  readonly maxParticipantsPerRoom?: number;
}

/** What erasing a user does, whose name is another one from there on. */
export interface Erasure<Content, Operation> {
  /** What the content has of the user, beside the entries in the log; undefined where that is nothing. */
  part(content: Content, user_id: string): object | undefined;
  /** The content without the user; itself, where nothing in it is the user's. */
  without(content: Content, user_id: string, name: string): Content;
  /** What entries, each of which made `revision`, become; undefined where one stays. They are given in order. Default: they have the other name. */
  eraser?(user_id: string, name: string): Eraser<Operation>;
}

export interface Eraser<Operation> {
  erase(entry: Entry<Operation>, revision: number): Entry<Operation> | undefined;
}

export interface RedactionRules<Operation> {
  /** What a log entry makes unsaid; undefined where it is nothing. */
  unsaying(entry: Entry<Operation>): Unsaying | undefined;
  /** An earlier entry, which made `revision`, as it stands when that is unsaid; undefined where it stays as it is. */
  unsaid(entry: Entry<Operation>, revision: number, unsaying: Unsaying): Entry<Operation> | undefined;
}

export interface HistoryRules<Content, Operation> {
  /** The newest entries, oldest first. */
  held(content: Content): readonly FeedEntry[];
  /** With how many of them content has let go of none. */
  readonly most: number;
  /** What a log entry adds; undefined where it only changes what is there. */
  added(entry: Entry<Operation>, revision: number): FeedEntry | undefined;
  /** An entry after a log entry that names it. */
  changed(entry: FeedEntry, by: Entry<Operation>): FeedEntry;
  /** Which entry an operation names. */
  targetOf(operation: Operation): string | undefined;
  /** Names what an entry does: of several with one name the newest alone counts. Undefined: nothing that shows. */
  effectOf(entry: Entry<Operation>): string | undefined;
}

/** Whose the entries are, and when: nothing is from a time that has not come. */
export interface Seeding {
  user_id: string;
  /** Nobody's: no connection can be this one. */
  client_id: string;
  /** Milliseconds since the epoch, and when the content was written last, where that is known. */
  now: number;
  timestamp?: number | undefined;
  limits: OperationLimits;
  max_document_bytes: number;
}

/** A room that is exported. */
export interface Exported<Content> {
  readonly content: Content;
  /** The log, as far as it reaches back: entries that follow `after`. */
  readonly pages: AsyncIterable<{ after: number; entries: readonly Entry[] }>;
  readonly timestamp: number;
}

export interface Transfer<Content> {
  /** The lines of a room, without `room_id` and `type`. */
  lines(room: Exported<Content>): AsyncIterable<object>;
  /** The entries that make what a line says. Refuses `bad_request`. */
  entries(line: object, seeding: Seeding): Entry[];
  /** What the entries of a line follow, where that is not the beginning. */
  follows?(line: object): { revision: number; timestamp: number } | undefined;
}
