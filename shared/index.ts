/** What both sides agree on: `tutti/shared`. */

export type { AnyDocumentType } from './documents/complete.ts';
export {
  type DeclaredEvent,
  type DeclaredEvents,
  defineEvents,
  type EventInput,
  type EventMessage,
  type EventOf,
  type EventsGap,
  type EventsType,
  type HappenedEvent,
  type LoggedEvent,
  type NoContent,
} from './documents/events.ts';
export type { Feed } from './documents/feed.ts';
export { documentTypes } from './documents/index.ts';
export { type AnyCommand, type By, defineReducer, type Reducer, type ReducerType } from './documents/reducer.ts';
export type { Playback, Session, Track } from './documents/session/content.ts';
export type { TextOperation, TextPart } from './documents/text/operation.ts';
export type { TextPosition } from './documents/text.ts';
export type { Author, Base, DocumentType, Entry, OperationLimits, Side } from './documents/type.ts';
export type {
  Acknowledgement,
  Answer,
  ClientEventName,
  ClientToServerEvents,
  Cursor,
  DocumentMessage,
  FeedEntry,
  Participant,
  Payload,
  RoomState,
  ServerEventName,
  ServerPayload,
  ServerToClientEvents,
  Since,
} from './events.ts';
export {
  fields,
  type Json,
  type JsonObject,
  json,
  jsonObject,
  key,
  number,
  oneOf,
  type Reader,
  text,
} from './json.ts';
export { type ErrorCode, Refusal, type RefusalDetails, type RefusalMessage, refusalCodes } from './refusals.ts';
export {
  type AuthorRole,
  grantedRole,
  includesRole,
  kindOf,
  parseRoomId,
  type Role,
  type RoomGrants,
  type RoomId,
  type RoomKind,
  roles,
  roomKinds,
} from './rooms.ts';
export type { StandardSchema } from './standardSchema.ts';
