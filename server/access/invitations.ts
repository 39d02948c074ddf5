import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { sizeOf } from '../../shared/json.ts';
import { Refusal } from '../../shared/refusals.ts';
import { parseRoomId, type Role, type RoomId } from '../../shared/rooms.ts';
import { textOf } from '../../shared/strings.ts';
import { type LedgerType, ledgerKey } from '../ledgers/ledger.ts';
import { Ledgers } from '../ledgers/ledgers.ts';
import { type Consume, consumeWritten } from '../limits/limits.ts';
import type { Log } from '../logs/log.ts';
import { type Identity, userKeyOf } from './identity.ts';

/** How many rooms are listed at once. */
const pageSize = 100;
/** How many of a room may be live. */
const mostLive = 100;
/** What an invitation's text begins with; no token does. */
const prefix = 'invitation.';

/** Who made an invitation. */
export interface Inviter {
  user_id: string;
  name: string;
  /** It was made with the scope `admin`, not by a role in the room. */
  admin?: true;
}

/** What an invitation lets its guests do, and how many of them, until when. */
export interface Terms {
  role: Role;
  /** Milliseconds since the epoch. */
  until: number;
  most: number;
}

/** An invitation as it is kept. */
export interface Invitation extends Terms {
  by: Inviter;
  /** When it was made, in milliseconds since the epoch. */
  at: number;
  /** Of the secret, which nobody keeps but who has the link. */
  hash: string;
  /** Who has come by it, and when. */
  guests: Record<string, number>;
}

/** An invitation of a room, by its id. */
export type Identified = Invitation & { id: string };

type State = Record<string, Invitation>;
type Change =
  | ({ type: 'made'; id: string; by: Inviter; hash: string } & Terms)
  | { type: 'used'; id: string; guest: string }
  | { type: 'revoked'; id: string }
  | { type: 'erased'; user_id: string };

const invitations: LedgerType<State, Change> = {
  create: () => ({}),
  apply(state, { change, timestamp: at }) {
    if (change.type === 'erased') return withoutUser(state, change.user_id);
    const { id } = change;
    if (change.type === 'made') {
      const { type: _, id: __, ...made } = change;
      const live = Object.entries(state).filter(([, { until }]) => until > at);
      return { ...Object.fromEntries(live), [id]: { ...made, at, guests: {} } };
    }
    const { [id]: invitation, ...others } = state;
    if (!invitation || change.type === 'revoked') return others;
    return { ...state, [id]: { ...invitation, guests: { ...invitation.guests, [change.guest]: at } } };
  },
};

const content = z.tuple([textOf({ most: 128 }), z.string(), z.string(), z.string()]);

/** What an invitation's text says: of which tenant and room it is, and that its bearer was given it. */
export interface Presented {
  org_id: string;
  room_id: RoomId;
  id: string;
  secret: string;
}

/** Invitations to rooms: records that can be listed and revoked, each with a text for whoever may come by it. */
export class Invitations {
  readonly #log: Log;
  readonly #consume: Consume;
  readonly #ledgers: Ledgers<State, Change>;

  /** `consume`: takes from what a user and a tenant may write. */
  constructor(log: Log, consume: Consume) {
    this.#log = log;
    this.#consume = consume;
    this.#ledgers = new Ledgers(log, invitations);
  }

  /**
   * Returns its id, and its text: that is kept nowhere. Refuses `forbidden` where there are too many, and `rate_limited`: it is
   * written, and the first one of a room has a log of its own.
   */
  async make(org_id: string, room_id: RoomId, by: Inviter, terms: Terms): Promise<{ id: string; text: string }> {
    const id = randomBytes(9).toString('base64url');
    const secret = randomBytes(24).toString('base64url');
    const ledger = await this.#of(org_id, room_id);
    const made: Change = { type: 'made', id, by, hash: hashOf(secret), ...terms };
    const decide = (state: State) => {
      if (liveOf(state).length < mostLive) return made;
      throw new Refusal('forbidden', `${mostLive} invitations to ${room_id} are live, which is all there may be`);
    };
    // What is refused is not paid.
    decide(ledger.state);
    const user = userKeyOf({ org_id, user_id: by.user_id });
    if (ledger.revision === 0) await this.#consume('new rooms', user);
    await consumeWritten(this.#consume, { user, tenant: org_id }, sizeOf(made));
    await ledger.record(by.user_id, decide);
    const text = JSON.stringify([org_id, room_id, id, secret]);
    return { id, text: prefix + Buffer.from(text).toString('base64url') };
  }

  /** The live ones of a room, oldest first. */
  async list(org_id: string, room_id: RoomId): Promise<Identified[]> {
    const { state } = await this.#of(org_id, room_id);
    return liveOf(state);
  }

  /** A live one; undefined where there is none: it was revoked, or its time is over. */
  async find(org_id: string, room_id: RoomId, id: string): Promise<Identified | undefined> {
    const { state } = await this.#of(org_id, room_id);
    return liveOf(state).find((invitation) => invitation.id === id);
  }

  /** The invitation whose text was presented. Refuses `unauthorized` where there is none. */
  async present({ org_id, room_id, id, secret }: Presented): Promise<Identified> {
    const invitation = await this.find(org_id, room_id, id);
    if (invitation && timingSafeEqual(Buffer.from(hashOf(secret)), Buffer.from(invitation.hash))) return invitation;
    throw new Refusal('unauthorized', 'invitation: it was revoked, or its time is over');
  }

  /**
   * A guest comes by it, which is written for its tenant. Refuses `unauthorized` where it is no more, `forbidden` where it has let
   * in all it may, and `rate_limited`.
   */
  async use({ org_id, room_id, id }: Presented, guest: string): Promise<void> {
    const ledger = await this.#of(org_id, room_id);
    const used: Change = { type: 'used', id, guest };
    const decide = (state: State) => {
      const invitation = liveOf(state).find((live) => live.id === id);
      if (!invitation) throw new Refusal('unauthorized', 'invitation: it was revoked, or its time is over');
      if (Object.hasOwn(invitation.guests, guest)) return undefined;
      if (Object.keys(invitation.guests).length < invitation.most) return used;
      throw new Refusal('forbidden', `invitation: it has let in ${invitation.most} guests, which is all it may`);
    };
    // Who has come by it before writes nothing.
    if (!decide(ledger.state)) return;
    await this.#consume('bytes of a tenant', org_id, sizeOf(used));
    await ledger.record(guest, decide);
  }

  async revoke(by: Identity, room_id: RoomId, id: string): Promise<void> {
    const ledger = await this.#of(by.org_id, room_id);
    await ledger.record(by.user_id, (state) => (Object.hasOwn(state, id) ? { type: 'revoked', id } : undefined));
  }

  /** Those of a tenant that a user has made, and those by which it has come, as long as they are live. */
  async *by(
    org_id: string,
    user_id: string,
  ): AsyncGenerator<Omit<Identified, 'hash' | 'guests'> & { room_id: RoomId }> {
    for await (const room_id of this.#roomsOf(org_id)) {
      for (const { hash: _, guests, ...invitation } of await this.list(org_id, room_id))
        if (invitation.by.user_id === user_id || Object.hasOwn(guests, user_id)) yield { room_id, ...invitation };
    }
  }

  /** Revokes all that a user has made, and forgets that it has come by any. Resolves with those that were revoked. */
  async erase(org_id: string, user_id: string, by: string): Promise<{ room_id: RoomId; id: string }[]> {
    const revoked: { room_id: RoomId; id: string }[] = [];
    for await (const room_id of this.#roomsOf(org_id)) {
      const ledger = await this.#of(org_id, room_id);
      const before = ledger.state;
      await ledger.record(by, (state) =>
        withoutUser(state, user_id) === state ? undefined : { type: 'erased', user_id },
      );
      for (const [id, invitation] of Object.entries(before))
        if (invitation.by.user_id === user_id) revoked.push({ room_id, id });
      await ledger.compact();
    }
    return revoked;
  }

  close(): void {
    this.#ledgers.close();
  }

  /** The rooms that were ever invited to. */
  async *#roomsOf(org_id: string): AsyncGenerator<RoomId> {
    const prefix = ledgerKey('invitations', org_id);
    for (let after = ''; ; ) {
      const page = await this.#log.list({ prefix, after, limit: pageSize });
      for (const { room } of page) yield parseRoomId(room.slice(prefix.length));
      if (page.length < pageSize) return;
      after = page.at(-1)?.room ?? after;
    }
  }

  #of(org_id: string, room_id: RoomId) {
    return this.#ledgers.of(ledgerKey('invitations', org_id, room_id));
  }
}

/** Reads an invitation's text. Refuses `unauthorized`. */
export function parseInvitation(text: string): Presented {
  try {
    if (!text.startsWith(prefix)) throw new Error('begins otherwise');
    const json: unknown = JSON.parse(Buffer.from(text.slice(prefix.length), 'base64url').toString());
    const [org_id, room_id, id, secret] = content.parse(json);
    return { org_id, room_id: parseRoomId(room_id), id, secret };
  } catch {
    throw new Refusal('unauthorized', 'needs an invitation: what a room’s POST …/invitations answers');
  }
}

function liveOf(state: State): Identified[] {
  const now = Date.now();
  return Object.entries(state)
    .filter(([, { until }]) => until > now)
    .map(([id, invitation]) => ({ id, ...invitation }));
}

/** Without the invitations of a user and its traces in others; itself, where there are none. */
function withoutUser(state: State, user_id: string): State {
  const isOf = ({ by, guests }: Invitation) => by.user_id === user_id || Object.hasOwn(guests, user_id);
  if (!Object.values(state).some(isOf)) return state;
  const left = Object.entries(state).filter(([, { by }]) => by.user_id !== user_id);
  return Object.fromEntries(
    left.map(([id, invitation]) => {
      const { [user_id]: _, ...guests } = invitation.guests;
      return [id, { ...invitation, guests }];
    }),
  );
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
