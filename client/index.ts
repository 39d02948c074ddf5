/** The client: `tutti/client`. */

export type { Feed } from '../shared/documents/feed.ts';
export type { Playback, Session, Track } from '../shared/documents/session/content.ts';
export type { TextPosition } from '../shared/documents/text.ts';
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
} from '../shared/events.ts';
export type { Json, JsonObject } from '../shared/json.ts';
export { type ErrorCode, Refusal } from '../shared/refusals.ts';
export type { Role, RoomId, RoomKind } from '../shared/rooms.ts';
export { Client, type ClientOptions, connect } from './client.ts';
export type { ConnectionOptions } from './connection/options.ts';
export type { ConnectionEvents, ConnectionState, ConnectionStatus, RefusalMessage } from './connection/state.ts';
export { feeds, type Inbox, type SharedFeed, type SharedFeedEvents } from './documents/feed.ts';
export { SharedReducer, sharedReducer } from './documents/reducer.ts';
export { type SharedSession, type SharedSessionEvents, sessions } from './documents/session.ts';
export { SharedState, type SharedStateEvents } from './documents/state.ts';
export type {
  EditableText,
  Origin,
  SharedText,
  SharedTextEvents,
  ShownCursor,
  Status,
  TextChange,
} from './documents/text.ts';
export type { Documents, RoomDocument, Saved, Surroundings } from './documents/type.ts';
export type { Presence, PresenceEvents } from './presence.ts';
export type { Room } from './room/room.ts';
export type { RoomEvents, RoomStateInfo, RoomStatus } from './room/state.ts';
export { type BrowserStorageOptions, browserStorage, memoryStorage, type ReplicaStorage } from './room/storage.ts';
