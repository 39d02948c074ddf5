import { Refusal } from '../shared/refusals.ts';
import { grantedRole, inboxOf, kindOf, type Role, type RoomId } from '../shared/rooms.ts';
import type { Identity } from './auth.ts';

/** An application's own say on what someone may do in a room that the token does not name. */
export type AuthorizeHook = (user: Identity, room_id: RoomId) => Promise<Role | undefined> | Role | undefined;

/** Decides what someone may do in a room. Refuses `forbidden` where that is nothing. */
export type Authorize = (user: Identity, room_id: RoomId) => Promise<Role>;

/**
 * The token decides; what it does not name the hook decides; what that leaves open gets the default role. A user's inbox
 * is its user's, whatever is said, who sees it in any case.
 */
export function createAuthorize(defaultRole: Role | undefined, hook?: AuthorizeHook): Authorize {
  return async (user, room_id) => {
    const isInbox = kindOf(room_id) === 'user';
    if (isInbox && room_id !== inboxOf(user.user_id)) throw new Refusal('forbidden', `${room_id} is another user's`);
    const role =
      grantedRole(user.rooms, room_id) ??
      (await hook?.(user, room_id)) ??
      defaultRole ??
      (isInbox ? 'viewer' : undefined);
    if (role) return role;
    throw new Refusal(
      'forbidden',
      `no role in ${room_id}: the token's claim rooms would give one, as in {"${room_id}": "editor"}`,
    );
  };
}
