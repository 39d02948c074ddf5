import { parseRoomId, type RoomId } from '../../../shared/rooms.ts';

/** The room of a song's page, and the invitation that lets one in; undefined where the path is none. */
export function songAt(path: string): { room_id: RoomId; invitation: string | undefined } | undefined {
  const [, id, invitation] = /^\/song\/([\w.~%-]{1,128})(?:#token=([\w.~-]{1,4096}))?$/.exec(path) ?? [];
  if (id === undefined) return undefined;
  return { room_id: parseRoomId(`song:${id}`), invitation };
}
