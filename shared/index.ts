/** What both sides agree on: `tutti/shared`. */

export { type AnyDocumentType, documentTypes, typeOf } from './documents/index.ts';
export type * from './documents/type.ts';
export type * from './events.ts';
export { type ErrorCode, Refusal, type RefusalDetails, type RefusalMessage, refusalCodes } from './refusals.ts';
export {
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
