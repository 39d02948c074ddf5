import type { RoomKind } from '../../shared/rooms.ts';
import type { Documents } from '../documents/type.ts';
import { SharedDoc } from './document.ts';
import { appending } from './storage.ts';

/** For connect(): rooms of these kinds hold documents of Yjs. */
export function yjs(...kinds: RoomKind[]): Documents<SharedDoc> {
  return { kinds, create: (surroundings) => new SharedDoc(surroundings), keep: appending };
}
