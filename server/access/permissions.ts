import { Refusal } from '../../shared/refusals.ts';
import { grantedRole, includesRole, lowerRole, type Role, type RoomId, roles } from '../../shared/rooms.ts';
import type { Config } from '../config.ts';
import type { Kinds } from '../kinds/kinds.ts';
import type { Guard } from '../watch/guard.ts';
import { AskedRoles } from './askedRoles.ts';
import { type Banned, isKicked } from './banned.ts';
import type { Bans } from './bans.ts';
import { type Guest, type Identity, userKeyOf } from './identity.ts';
import { inboxOf, roomOfUser } from './inboxes.ts';
import type { Invitation, Invitations } from './invitations.ts';
import { createHeaders } from './signature.ts';
import { Turns } from './turns.ts';

/** An application's own say on what someone may do in a room that the token does not name. */
export type AuthorizeHook = (user: Identity, room_id: RoomId) => Promise<Role | undefined> | Role | undefined;

/** How often the roles of those who are in a room are asked for again, in milliseconds. */
const decideEvery = 20_000;
/** How many connections are gone through at once then, and how many users one may ask about at once. */
const atOnce = { connections: 8, users: 20 };

export interface PermissionsOptions {
  config: Config;
  hook: AuthorizeHook | undefined;
  kinds: Kinds;
  bans: Bans;
  invitations: Invitations;
  guard: Guard;
  onError(error: unknown): void;
}

/** As much of a connection as has to be known to decide anew what it may do. */
export interface Decided {
  readonly identity: Identity;
  readonly memberships: Iterable<DecidedMembership>;
}

/** A place in a room that a connection is in, or about to enter. */
export interface DecidedMembership {
  readonly room_id: RoomId;
  /** Whether its role was decided before; where it was not, that is under way. */
  readonly isDecided: boolean;
  update(role: Role): void;
  /** The room is open to it no longer. */
  withdraw(refusal: Refusal): void;
}

/** Decides what someone may do in a room, when they join and again while they are there. */
export class Permissions {
  readonly #config: Config;
  readonly #hook: AuthorizeHook | undefined;
  readonly #kinds: Kinds;
  readonly #bans: Bans;
  readonly #invitations: Invitations;
  readonly #guard: Guard;
  readonly #onError: (error: unknown) => void;
  readonly #asked: AskedRoles | undefined;
  readonly #turns = new Turns();
  #timer: NodeJS.Timeout | undefined;

  constructor({ config, hook, kinds, bans, invitations, guard, onError }: PermissionsOptions) {
    this.#config = config;
    this.#hook = hook;
    this.#kinds = kinds;
    this.#bans = bans;
    this.#invitations = invitations;
    this.#guard = guard;
    this.#onError = onError;
    if (config.authorizeUrl === undefined) return;
    this.#asked = new AskedRoles(config.authorizeUrl, createHeaders(config.webhookSecret), this.#turns, onError);
  }

  /**
   * The token decides; what it does not name AUTHORIZE_URL decides, then the hook; what they leave open gets the default
   * role. A user's inbox, or what else is a user's own, is its user's, who sees it in any case: nobody is asked. Who was kicked has none, and a guest what
   * its invitation gives. Where another room's roles count, it is what it would be there. Refuses `not_found` where there is no such kind of rooms, `forbidden` where that is no role, or one
   * with which nobody may enter, and `unavailable` where there was no answer.
   */
  async roleIn(user: Identity, room_id: RoomId): Promise<Role> {
    const { name, personal, roles } = this.#kinds.of(room_id);
    const ruling = roles?.of?.(room_id);
    const own = personal ? roomOfUser(name, user.user_id) : undefined;
    const role = await (ruling ? this.#roleBy(ruling, user, room_id) : this.#roleIn(user, room_id, own));
    if (!roles?.enter || includesRole(role, roles.enter)) return role;
    throw new Refusal('forbidden', `needs the role ${roles.enter} to enter ${room_id}, this is ${role}`);
  }

  /**
   * What an invitation gives now: what it says, but no more than who made it may do. AUTHORIZE_URL and the hook are asked,
   * where there are any, also of rooms that a token has named; not about administrators. Refuses as roleIn does.
   */
  async roleByInvitation(
    org_id: string,
    room_id: RoomId,
    { by, role }: Pick<Invitation, 'by' | 'role'>,
  ): Promise<Role> {
    const { user_id, name } = by;
    const over = () => new Refusal('forbidden', `invitation: ${name} may invite nobody to ${room_id}`);
    const inviter: Identity = { user_id, name, org_id, rooms: {}, scopes: [], expires_at: null };
    const banned = await this.#bans.of(org_id);
    if (Object.hasOwn(banned.blocked, user_id) || isKicked(banned, room_id, user_id)) throw over();
    if (by.admin || !this.#isAsked) return role;
    const own = await this.#unnamedRole(inviter, room_id);
    if (!own) throw over();
    return lowerRole(role, own);
  }

  /**
   * Lets someone see whether other users of the tenant are online: anyone may, unless there is someone to ask. Those who
   * say who may enter which room say it by a role in that user's room. Refuses `forbidden` and `unavailable`.
   */
  async checkWatch(user: Identity, user_ids: readonly string[]): Promise<void> {
    if (!this.#isAsked || user.guest) return;
    for (let next = 0; next < user_ids.length; next += atOnce.users) {
      const some = user_ids.slice(next, next + atOnce.users);
      await Promise.all(some.map((user_id) => this.#checkWatched(user, user_id)));
    }
  }

  /** Whether the roles in a room are those in another. */
  isRuledBy(room_id: RoomId, other: RoomId): boolean {
    return this.#kinds.find(room_id)?.roles?.of?.(room_id) === other;
  }

  /** The next decision is a fresh one. */
  forget(room: string, user_id: string): void {
    this.#asked?.forget(room, user_id);
  }

  /**
   * Decides a connection's role in a room that it is in, or about to enter; by its newest token, also where that came while
   * somebody was asked. Refuses as roleIn does.
   */
  async decide(connection: Decided, membership: DecidedMembership): Promise<void> {
    for (;;) {
      const { identity } = connection;
      try {
        const role = await this.roleIn(identity, membership.room_id);
        if (connection.identity === identity) return membership.update(role);
      } catch (error) {
        if (connection.identity === identity) throw error;
      }
    }
  }

  /** Decides the roles of a connection anew. Rooms that are open to it no longer are left; so are those of no answer. */
  async decideAfresh(connection: Decided): Promise<void> {
    for (const membership of decidedOf(connection)) {
      await this.decide(connection, membership).catch((error) => {
        if (!(error instanceof Refusal)) throw error;
        membership.withdraw(error);
      });
    }
  }

  /** From now on notices when an answer changes, or an invitation ends. While there is none, roles stay as they are. */
  watch(connections: Iterable<Decided>): void {
    let deciding = false;
    const decide = async () => {
      if (deciding) return;
      deciding = true;
      try {
        const all = [...connections].values();
        await Promise.all(Array.from({ length: atOnce.connections }, () => this.#noticeEach(all)));
      } finally {
        deciding = false;
      }
    };
    this.#timer = setInterval(this.#guard(decide), decideEvery);
  }

  /** Decides anew what somebody beside a connection's token has decided. While there is no answer, roles stay. */
  async notice(connection: Decided): Promise<void> {
    const { guest, rooms } = connection.identity;
    if (!guest && !this.#isAsked) return;
    for (const membership of decidedOf(connection)) {
      const ruling = this.#kinds.find(membership.room_id)?.roles?.of?.(membership.room_id) ?? membership.room_id;
      if (grantedRole(rooms, ruling)) continue;
      await this.decide(connection, membership).catch((error) => {
        if (!(error instanceof Refusal) || error.error_code !== 'forbidden') throw error;
        membership.withdraw(error);
      });
    }
  }

  /** Others are banned now: whom those have invited are there by their word. Who was kicked is told so, and not here. */
  async noticeGuests(connections: Iterable<Decided>, org_id: string, banned: Banned): Promise<void> {
    const concerns = ({ identity: { org_id: of, user_id, guest } }: Decided) =>
      guest && of === org_id && !isKicked(banned, guest.room_id, user_id);
    await this.#noticeEach([...connections].filter(concerns));
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Whether anyone beside the token says who may do what. */
  get #isAsked(): boolean {
    return this.#asked !== undefined || this.#hook !== undefined;
  }

  /** What it is in the room whose roles count; who was kicked from this one alone is nothing here. */
  async #roleBy(ruling: RoomId, user: Identity, room_id: RoomId): Promise<Role> {
    await this.#checkKicked(user, room_id);
    return this.roleIn(user, ruling);
  }

  async #checkKicked(user: Identity, room_id: RoomId): Promise<void> {
    if (await this.#bans.isKicked(user, room_id))
      throw new Refusal('forbidden', `kicked from ${room_id}: a host there may let you in again`);
  }

  /** `own`: where only one user may be in the room, which of them is this one's. */
  async #roleIn(user: Identity, room_id: RoomId, own: RoomId | undefined): Promise<Role> {
    const isInbox = own !== undefined;
    if (isInbox && room_id !== own) throw new Refusal('forbidden', `${room_id} is another user's`);
    if (!isInbox) await this.#checkKicked(user, room_id);
    if (!isInbox && user.guest) return this.#guestRole(user.org_id, user.guest, room_id);
    const granted = grantedRole(user.rooms, room_id);
    const role = granted ?? (isInbox ? (this.#config.defaultRole ?? 'viewer') : await this.#unnamedRole(user, room_id));
    if (role) return role;
    throw new Refusal(
      'forbidden',
      `no role in ${room_id}: the token's claim rooms would give one, as in {"${room_id}": "editor"}`,
    );
  }

  /** The role in a room that the token does not name. */
  async #unnamedRole(user: Identity, room_id: RoomId): Promise<Role | undefined> {
    const role = (await this.#asked?.ask(user, room_id)) ?? (await this.#askHook(user, room_id));
    return role ?? this.#config.defaultRole;
  }

  async #guestRole(org_id: string, guest: Guest, room_id: RoomId): Promise<Role> {
    if (room_id !== guest.room_id) throw new Refusal('forbidden', `a guest of ${guest.room_id}, and of nothing else`);
    const invitation = await this.#invitations.find(org_id, room_id, guest.invitation);
    if (invitation) return this.roleByInvitation(org_id, room_id, invitation);
    throw new Refusal('forbidden', `the invitation to ${room_id} was revoked, or its time is over`);
  }

  async #askHook(user: Identity, room_id: RoomId): Promise<Role | undefined> {
    const hook = this.#hook;
    const role: unknown = hook && (await this.#turns.take(userKeyOf(user), () => hook(user, room_id)));
    const known = roles.find((one) => one === role);
    if (known || role === undefined || role === null) return known;
    throw new Error(`authorize: expected ${roles.join(', ')} or undefined, not ${JSON.stringify(role)}`);
  }

  async #checkWatched(user: Identity, user_id: string): Promise<void> {
    if (user_id === user.user_id) return;
    const room_id = inboxOf(user_id);
    if (await this.#unnamedRole(user, room_id)) return;
    throw new Refusal('forbidden', `user_ids: whether ${user_id} is online is not for you: no role in ${room_id}`);
  }

  /** Goes through what is left of the connections; where there is no answer for one, there may be for the next. */
  async #noticeEach(connections: Iterable<Decided>): Promise<void> {
    for (const connection of connections) await this.notice(connection).catch(this.#onError);
  }
}

function decidedOf({ memberships }: Decided): DecidedMembership[] {
  return [...memberships].filter(({ isDecided }) => isDecided);
}
