/** What an application imports to run a server of its own: `tutti/server`. */
export type { AuthenticateHook, AuthenticateRequest, Claims } from './access/auth.ts';
export type { Authenticated } from './access/claims.ts';
export type { Identity } from './access/identity.ts';
export type { AuthorizeHook } from './access/permissions.ts';
export type { CollaborationServer, ServerOptions } from './application.ts';
export { type Config, ConfigError, type ConfigOptions } from './config.ts';
export type { EventsHandle } from './editing/eventsHandle.ts';
export type { FeedHandle } from './editing/feedHandle.ts';
export type { FollowedEvent, FollowOptions } from './editing/following.ts';
export type { ReadText } from './editing/readText.ts';
export type { RoomHandle } from './editing/roomHandle.ts';
export type { SessionHandle } from './editing/sessionHandle.ts';
export type { TextEdit, TextHandle, Transaction } from './editing/textHandle.ts';
export type {
  Change,
  HookedRoom,
  Presence,
  RoomHooks,
  StoredDocument,
  StoringTimes,
} from './hooks/hooks.ts';
export type { Eraser, Erasure, Kind, KindLimits, KindRoles, Seeding, Transfer } from './kinds/kind.ts';
export { openLmdbLog } from './logs/lmdb.ts';
export type {
  Append,
  Appended,
  ClientRecord,
  Known,
  LoadedRoom,
  Log,
  News,
  Range,
  Snapshot,
  StoredRoom,
} from './logs/log.ts';
export { createMemoryLog } from './logs/memory.ts';
export {
  createNotify,
  type Declared,
  declareEvent,
  type Notifier,
  type Notify,
  standardEvents,
} from './publishing/notify.ts';
export type { Address, Publication } from './publishing/publication.ts';
export type { Outcome } from './publishing/publish.ts';
export type { Service } from './publishing/service.ts';
export type { Stand } from './rooms/stand.ts';
export { attach, createCollaborationServer } from './server.ts';
