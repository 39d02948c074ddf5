import { Refusal } from './refusals.ts';

/** The kinds of rooms that every server has; an application adds its own: see server/kinds/kind.ts. */
export const roomKinds = ['song', 'session', 'setlist', 'talk', 'project', 'channel', 'task', 'user'] as const;
/** What a room is, such as `song`: the server's entry for it says what its rooms hold. */
export type RoomKind = string;

/** A room's full name on the wire, `<kind>:<id>`. */
export type RoomId = `${RoomKind}:${string}`;

/** What someone may do in a room, each role including the ones before it. */
export const roles = ['viewer', 'editor', 'host'] as const;
/** `viewer` sees everything and shows a cursor, `editor` changes the room, `host` controls it. */
export type Role = (typeof roles)[number];

/** Who an operation can come from. A service is the application itself: it may what a host may, and more. */
export const authorRoles = ['viewer', 'editor', 'host', 'service'] as const satisfies readonly (Role | 'service')[];
export type AuthorRole = (typeof authorRoles)[number];

/** Roles by pattern, the `rooms` claim of a token: `{ "song:42": "editor", "song:*": "viewer" }`. */
export type RoomGrants = Record<string, Role>;

const roomIdForm = /^(?:([a-z][a-z0-9-]{0,30}):)?([\w.~%-]{1,128})$/;

/** The full form of a room's id: one without a kind is a song. Refuses (`bad_request`) what is no room id. */
export function parseRoomId(raw: string): RoomId {
  const [, kind = 'song', id] = roomIdForm.exec(escaped(raw)) ?? [];
  if (id) return `${kind}:${id}`;
  throw new Refusal('bad_request', 'room_id: expected <kind>:<id>, the id 1 to 128 of A-Z a-z 0-9 . _ ~ % -');
}

export function kindOf(room_id: RoomId): RoomKind {
  return room_id.slice(0, room_id.indexOf(':'));
}

/** Whether a role includes what `needed` may do. */
export function includesRole(role: AuthorRole, needed: AuthorRole): boolean {
  return authorRoles.indexOf(role) >= authorRoles.indexOf(needed);
}

/** The higher of two roles. */
export function higherRole<Any extends AuthorRole>(one: Any, other: Any): Any {
  return includesRole(one, other) ? one : other;
}

/** The lower of two roles. */
export function lowerRole(one: Role, other: Role): Role {
  return includesRole(one, other) ? other : one;
}

/** Percent-encodes what encodeURIComponent() leaves, and a room's id does not have: one room has one name. */
function escaped(raw: string): string {
  return raw.replace(/[!'()*]/g, (character) => `%2${'1789A'["!'()*".indexOf(character)]}`);
}

/** The role that a token's claim gives: an exact pattern decides before the longest prefix ending in `*`. */
export function grantedRole(grants: RoomGrants, room_id: RoomId): Role | undefined {
  let best: { length: number; role: Role } | undefined;
  for (const [pattern, role] of Object.entries(grants)) {
    const prefix = escaped(pattern.replace(/\*$/, ''));
    const isExact = !pattern.endsWith('*');
    if (isExact && (prefix === room_id || `song:${prefix}` === room_id)) return role;
    if (isExact) continue;
    if (room_id.startsWith(prefix) && (!best || prefix.length > best.length)) best = { length: prefix.length, role };
  }
  return best?.role;
}
