import { Refusal } from './refusals.ts';
import { kindOf, parseRoomId, type RoomId } from './rooms.ts';

/** What is said in a room is kept in another, which is open to whoever that is: `talk:song.42` is of `song:42`. */
const kind = 'talk';
/** Characters of an id. */
const longest = 128;

/** The talk of a room; undefined where its name would be too long, and of a talk. */
export function talkOf(room_id: RoomId): RoomId | undefined {
  const id = room_id.replace(':', '.');
  return id.length > longest || kindOf(room_id) === kind ? undefined : `${kind}:${id}`;
}

/** The room that a talk is of. Refuses `not_found` where it is of none. */
export function roomOfTalk(talk: RoomId): RoomId {
  const id = talk.slice(kind.length + 1);
  const dot = id.indexOf('.');
  const room_id = dot > 0 ? parseRoomId(`${id.slice(0, dot)}:${id.slice(dot + 1)}`) : undefined;
  if (room_id && kindOf(room_id) !== kind) return room_id;
  throw new Refusal('not_found', `${talk} is of no room: expected ${kind}:<kind>.<id>`);
}
