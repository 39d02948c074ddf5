import type { Json } from '../json.ts';
import type { AuthorRole } from '../rooms.ts';

/** Bounds that decode() holds operations to. */
export interface OperationLimits {
  /** Bytes (UTF-8) of what an operation inserts. */
  max_operation_bytes: number;
  /** How many parts an operation may consist of. */
  max_operation_parts: number;
}

/** Who makes an operation. The server stamps it; it is never read from a payload. */
export interface Author {
  user_id: string;
  role: AuthorRole;
}

/** One committed operation, as it stands in the log. */
export interface Entry<Operation = unknown> {
  operation: Operation;
  client_id: string;
  /** The client's own count, where it gave one: a pair of client and sequence is committed once. */
  sequence?: number;
  user_id: string;
  /** Milliseconds since the epoch; never runs backwards within a room. */
  timestamp: number;
  /** What it said is gone: the operation says nothing, or the author has no name. */
  redacted?: Redacted;
  /** It brings back what another history had: of several that were made at once, one is taken. */
  restores?: true;
  /** It was sent before: what another history had of it may be brought back by others. */
  again?: true;
}

/** Why: its message was edited since, or deleted, or its author was erased. */
export type Redacted = 'edited' | 'deleted' | 'erased';

/** For whom vet() tries something, and who pays for it. */
export interface Trial {
  /** The room and the user, each by a name that no other has: others have their turn between theirs. */
  readonly room: string;
  readonly user: string;
  /** Refuses `rate_limited` where the user, or the room, has used up its share. */
  take(): void;
  /** Pays for so many milliseconds of another thread. */
  charge(milliseconds: number): void;
}

/** What is known of the document at the revision that an operation was made against. */
export interface Base<Content> {
  /** `length()` of the content there. */
  length: number;
  /** The content itself, only where that revision is the head. */
  content?: Content;
}

/** Whose text comes first where two insertions meet: `left` is the operation being transformed. */
export type Side = 'left' | 'right';

/**
 * What a document is: how an operation on it is read, checked, applied and transformed. Pure code, the same on server and
 * client: no socket, no clock, no randomness. A plain object. Content is never changed in place: apply() returns the next
 * one, which may share with it whatever is only added to.
 *
 * Two families fit. Where `transform` is given, an operation made against an older revision is checked against what is
 * known there, transformed over the entries since one by one, and applied (text, rich text, JSON). Where it is missing,
 * operations are commands, or updates of a CRDT: checked and applied at the head, with the content at hand.
 *
 * What has several forms: content in memory is whatever suits the type; save() makes of it what the store keeps, and
 * show() what who joins is told, both JSON. An operation has one form from decode() on, in memory, in the log and on the
 * wire: JSON too, binary in it as base64. What is costly to make of an operation may be kept beside it in a WeakMap.
 *
 * What a type leaves out is as complete.ts says.
 */
export interface DocumentType<Content, Operation, Position = Json> {
  /** As it is named on the wire, in `document.type`. */
  readonly name: string;
  /** Operations are messages, held to `max_message_bytes`, and the rules of the type bound its content: no other limit is asked. */
  readonly bounded?: true;
  /**
   * How many of the newest entries stay in memory, and how many bytes of them: for operations that come late, and for who
   * comes back; the log has all. Default: 2,000, and 512 KiB. A type without `transform` may do with far fewer.
   */
  readonly keeps?: { readonly entries: number; readonly bytes: number };
  /**
   * Nobody's work waits for what others write, as what is merged in any order: a room may gather it for longer, which costs
   * less CPU. Default: others see it at once while there is CPU to spare.
   */
  readonly patient?: true;
  /** The content of a room that nobody has written in. */
  create(): Content;
  /** The content from what save() or show() made. Throws an Error where it is neither. Default: that itself. */
  load?(stored: unknown): Content;
  /** The content for the store: JSON. Default: itself. */
  save?(content: Content): unknown;
  /**
   * The JSON of what save() makes, in pieces, none of which is made before it is asked for: for content of which all takes
   * long to make. Where there is no show(), who joins is told that.
   */
  pieces?(content: Content): Iterable<string>;
  /** The content for who joins, and over HTTP, where that is less than the store keeps: JSON. Default: as it is saved. */
  show?(content: Content): unknown;
  /**
   * Content that means the same and takes less: asked for before a snapshot, and where the document is full. It may take its
   * time elsewhere, in a worker: what is committed meanwhile is applied to what it resolves with.
   */
  compact?(content: Content): Content | Promise<Content>;
  /** Bytes that the saved content takes, roughly: bounds documents and caches. Default: of what is saved, counted each time. */
  bytes?(content: Content): number;
  /** The content's length in what check() and positions count. Default: 0, for a type that has no such measure. */
  length?(content: Content): number;
  /**
   * Bytes that an operation takes in memory, roughly and cheaply: bounds caches. Default: of its JSON; decode() is then asked
   * only of what has at most `max_operation_bytes` of that. A type that weighs its operations itself bounds them itself.
   */
  weight?(operation: Operation): number;
  /** How many parts an operation consists of: known at once, as the time of transform() and apply() grows with it. Default: 1. */
  parts?(operation: Operation): number;
  /**
   * How many parts of the content are gone through or copied where an operation without `transform` is applied, roughly and
   * cheaply: who sends much of that pays for it, and what takes a million is refused. Default: 0, for what takes as long
   * whatever the content has.
   */
  effort?(operation: Operation, content: Content): number;
  /** By how much the operation changes length(): so the length at any base is known without the content there. Default: 0. */
  growth?(operation: Operation): number;
  /**
   * Reads an operation as it came over the wire, short forms included, into its one canonical form.
   * Refuses `bad_request` what is malformed and `too_large` what is over the limits.
   */
  decode(raw: unknown, limits: OperationLimits): Operation;
  /** The role that an operation needs, whatever it is done to. Default: `editor`. */
  roleFor?(operation: Operation): AuthorRole;
  /**
   * Tries what may be costly, on the server alone and away from its thread, before the operation has its turn: check() and
   * apply() come later, at whatever head there is then. Refuses as check() does; undefined where there is nothing to try.
   */
  vet?(operation: Operation, content: Content, author: Author, trial: Trial): Promise<void> | undefined;
  /**
   * Refuses `invalid_operation` what does not fit at its base, `not_found` what is done to something that is not there,
   * and `forbidden` what an author with the role may not do to what is another's. Default: everything fits.
   */
  check?(operation: Operation, base: Base<Content>, author: Author): void;
  /** The content after the entry, which makes `revision`. Refuses `invalid_operation` what does not fit after all. */
  apply(content: Content, entry: Entry<Operation>, revision: number): Content;
  /**
   * Whether the operation is taken though the document is full, for a type whose deletions add bytes before they free some.
   * What leaves the document no larger is taken in any case. Default: none is.
   */
  frees?(operation: Operation, content: Content): boolean;
  /** What the room does by itself, and when, in milliseconds since the epoch. Done too early it is refused. */
  due?(content: Content): { operation: Operation; at: number } | undefined;
  /** The operation as it is after `over` was applied first. */
  transform?(operation: Operation, over: Operation, side: Side): Operation;
  /** One operation that does what `first` and then `second` do. */
  compose?(first: Operation, second: Operation): Operation;
  /** The operation that undoes `operation`, which was made on `content`. */
  invert?(operation: Operation, content: Content): Operation;
  /** Reads what `broadcast_message` takes to such rooms. Refuses `bad_request` what is none. Default: anything, binary too. */
  decodeMessage?(raw: unknown): unknown;
  /** The role that such a message needs. Default: `editor`. */
  roleForMessage?(message: unknown): AuthorRole;
  /** Reads a cursor position, at most 1 KiB, as it came over the wire. Refuses `bad_request` what is none. Default: any JSON. */
  decodePosition?(raw: unknown): Position;
  /** Where a cursor is after the operation. `own`: its owner made the operation, so the cursor goes behind what it typed. */
  transformPosition?(position: Position, operation: Operation, own: boolean): Position;
}
