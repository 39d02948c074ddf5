import { Refusal } from '../../shared/refusals.ts';
import type { RoomId } from '../../shared/rooms.ts';
import type { LedgerType } from '../ledgers/ledger.ts';
import type { Identity } from './identity.ts';

/** What a tenant may keep of each: users that are blocked, tokens that are revoked, … */
const mostKept = 10_000;
/** How long a revoked token is remembered beyond its time, in milliseconds: clocks differ. */
const remembered = 24 * 60 * 60 * 1000;

/** Who of a tenant is out of what, and until when. Times are milliseconds since the epoch. */
export interface Banned {
  /** Users, and since when. */
  blocked: Record<string, number>;
  /** Tokens by their `jti`, and until when that is remembered; null: for good. */
  revoked: Record<string, number | null>;
  /** Users whose tokens count for nothing that were issued before. */
  issued_before: Record<string, number>;
  /** Users who were kicked from a room, under `<room_id> <user_id>`, and when: until a host lets them in again. */
  kicked: Record<string, number>;
}

/** A user who is kept out of a room. */
export interface Kicked {
  user_id: string;
  /** Milliseconds since the epoch. */
  at: number;
}

export type BanChange =
  | { type: 'block' | 'unblock'; user_id: string }
  | { type: 'revoke'; jti: string; until: number | null }
  | { type: 'revoke_issued_before'; user_id: string; at: number }
  | { type: 'kick' | 'let_in'; room_id: RoomId; user_id: string };

export const banned: LedgerType<Banned, BanChange> = {
  create: () => ({ blocked: {}, revoked: {}, issued_before: {}, kicked: {} }),

  apply(state, { change, timestamp }) {
    switch (change.type) {
      case 'block':
        return { ...state, blocked: { ...state.blocked, [change.user_id]: timestamp } };
      case 'unblock':
        return { ...state, blocked: without(state.blocked, change.user_id) };
      case 'revoke':
        return { ...state, revoked: { ...stillValid(state.revoked, timestamp), [change.jti]: change.until } };
      case 'revoke_issued_before':
        return { ...state, issued_before: { ...state.issued_before, [change.user_id]: change.at } };
      case 'kick': {
        const key = keyOf(change.room_id, change.user_id);
        const kicked = [...Object.entries(without(state.kicked, key)), [key, timestamp] as const];
        return { ...state, kicked: Object.fromEntries(kicked.slice(-mostKept)) };
      }
      case 'let_in':
        return { ...state, kicked: without(state.kicked, keyOf(change.room_id, change.user_id)) };
      default:
        return state;
    }
  },
};

/** Why somebody may not come in; undefined: nothing is known against it. */
export function refusalOf(state: Banned, { user_id, token_id, issued_at }: Identity): Refusal | undefined {
  if (Object.hasOwn(state.blocked, user_id)) return new Refusal('forbidden', 'this user is blocked');
  if (token_id !== undefined && Object.hasOwn(state.revoked, token_id)) return revoked;
  // A token that does not say when it was issued may be as old as any.
  return (issued_at ?? 0) < (own(state.issued_before, user_id) ?? 0) ? revoked : undefined;
}

const revoked = new Refusal('unauthorized', 'token: it was revoked');

/** Whether a user was kicked from a room, and is to stay out of it. */
export function isKicked({ kicked }: Banned, room_id: RoomId, user_id: string): boolean {
  return Object.hasOwn(kicked, keyOf(room_id, user_id));
}

export function kickedFrom({ kicked }: Banned, room_id: RoomId): Kicked[] {
  const prefix = keyOf(room_id, '');
  return Object.entries(kicked)
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, at]) => ({ user_id: key.slice(prefix.length), at }));
}

/** Whether a change makes a difference: one that was recorded twice is recorded once. */
export function makesDifference(state: Banned, change: BanChange): boolean {
  switch (change.type) {
    case 'block':
    case 'unblock':
      return Object.hasOwn(state.blocked, change.user_id) !== (change.type === 'block');
    case 'revoke':
      return !Object.hasOwn(state.revoked, change.jti) || later(change.until, own(state.revoked, change.jti) ?? null);
    case 'revoke_issued_before':
      return (own(state.issued_before, change.user_id) ?? 0) < change.at;
    case 'kick':
    case 'let_in':
      return true;
  }
}

/** Refuses `too_large` where as many are kept as may be, and `not_found` who was not kicked; of kicks the oldest are forgotten. */
export function checkChange(state: Banned, change: BanChange): void {
  const { type } = change;
  if (type === 'let_in' && !isKicked(state, change.room_id, change.user_id))
    throw new Refusal('not_found', `${change.user_id} was not kicked from ${change.room_id}`);
  if (type === 'block') checkCount(state.blocked, change.user_id, 'users that are blocked');
  if (type === 'revoke') checkCount(stillValid(state.revoked, Date.now()), change.jti, 'tokens that are revoked');
  if (type === 'revoke_issued_before') checkCount(state.issued_before, change.user_id, 'users with revoked tokens');
}

function checkCount(kept: Record<string, unknown>, key: string, what: string): void {
  if (Object.keys(kept).length < mostKept || Object.hasOwn(kept, key)) return;
  throw new Refusal('too_large', `${mostKept} ${what}, which is all that are kept`);
}

function own<Value>(record: Record<string, Value>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Without those that have expired by every clock. */
function stillValid(tokens: Banned['revoked'], now: number): Banned['revoked'] {
  return Object.fromEntries(Object.entries(tokens).filter(([, until]) => later(until, now - remembered)));
}

/** Null is never. */
function later(one: number | null, other: number | null): boolean {
  return (one ?? Number.POSITIVE_INFINITY) > (other ?? Number.POSITIVE_INFINITY);
}

function without<Value>(record: Record<string, Value>, key: string): Record<string, Value> {
  const { [key]: _, ...others } = record;
  return others;
}

/** No room's id has a space in it. */
function keyOf(room_id: RoomId, user_id: string): string {
  return `${room_id} ${user_id}`;
}
