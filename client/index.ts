/** The client: `tutti/client`. */

export type * from '../shared/events.ts';
export { type ErrorCode, Refusal } from '../shared/refusals.ts';
export { Client, type ClientOptions, connect } from './client.ts';
export type {
  ConnectionEvents,
  ConnectionOptions,
  ConnectionState,
  ConnectionStatus,
  RefusalMessage,
} from './connection.ts';
export type { Origin, SharedText, SharedTextEvents, ShownCursor, Status, TextChange } from './document.ts';
export type { Documents } from './documents.ts';
export { feeds, type Inbox, type SharedFeed, type SharedFeedEvents } from './feed.ts';
export type { Presence, PresenceEvents } from './presence.ts';
export type { Room, RoomEvents, RoomStateInfo, RoomStatus } from './room.ts';
export { type SharedSession, type SharedSessionEvents, sessions } from './session.ts';
export { type BrowserStorageOptions, browserStorage, memoryStorage, type ReplicaStorage } from './storage.ts';
