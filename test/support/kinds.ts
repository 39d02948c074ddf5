import { builtInKinds } from '../../server/builtInKinds.ts';
import type { HeldType } from '../../server/documents/document.ts';
import { Kinds } from '../../server/kinds/kinds.ts';
import type { RoomId } from '../../shared/rooms.ts';

/** Those that every server has. */
export const kinds = new Kinds(builtInKinds);

/** What a room of one of them holds. */
export function typeOf(room_id: RoomId): HeldType {
  return kinds.of(room_id).type;
}
