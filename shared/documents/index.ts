import { kindOf, type RoomId, type RoomKind } from '../rooms.ts';
import { feed } from './feed.ts';
import { session } from './session.ts';
import { text } from './text.ts';
import type { DocumentType } from './type.ts';

/**
 * Any document type, its content and operations being its own affair. Whoever holds one may pass it only what it has
 * made itself: what a type has decoded goes to its apply(), and so on.
 */
export type AnyDocumentType = DocumentType<unknown, unknown, unknown>;

/** What a room of each kind holds. */
export const documentTypes: Record<RoomKind, AnyDocumentType> = {
  song: text,
  session,
  project: feed,
  channel: feed,
  task: feed,
  user: feed,
};

/** The document type of a room. */
export function typeOf(room_id: RoomId): AnyDocumentType {
  return documentTypes[kindOf(room_id)];
}
