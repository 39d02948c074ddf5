import { setTimeout as wait } from 'node:timers/promises';
import { Refusal } from '../../shared/refusals.ts';
import { Ledger, type LedgerType, ledgerKey } from '../ledgers/ledger.ts';
import type { Log } from '../logs/log.ts';
import type { Authenticate } from './auth.ts';
import type { Identity } from './identity.ts';

/** What a tenant may keep of each: users that are blocked, tokens that are revoked, … */
const mostKept = 10_000;

/** How long a connection waits at the door for the store to say who is banned, in milliseconds. */
const patience = 1_000;
/** How long a revoked token is remembered beyond its time, in milliseconds: clocks differ. */
const remembered = 24 * 60 * 60 * 1000;

/** Who of a tenant may not come in. Times are milliseconds since the epoch. */
export interface Banned {
  /** Users, and since when. */
  blocked: Record<string, number>;
  /** Tokens by their `jti`, and until when that is remembered; null: for good. */
  revoked: Record<string, number | null>;
  /** Users whose tokens count for nothing that were issued before. */
  issued_before: Record<string, number>;
}

export type BanChange =
  | { type: 'block' | 'unblock'; user_id: string }
  | { type: 'revoke'; jti: string; until: number | null }
  | { type: 'revoke_issued_before'; user_id: string; at: number };

export const banned: LedgerType<Banned, BanChange> = {
  create: () => ({ blocked: {}, revoked: {}, issued_before: {} }),

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

/** The bans of all tenants: of each in a ledger of its own, which is opened on first use, and kept. */
export class Bans {
  readonly #log: Log;
  readonly #onChange: (org_id: string, state: Banned) => void;
  readonly #ledgers = new Map<string, Promise<Ledger<Banned, BanChange>>>();
  readonly #known = new Map<string, Banned>();

  /** `onChange`: told what holds now, whichever instance has changed it. */
  constructor(log: Log, onChange: (org_id: string, state: Banned) => void) {
    this.#log = log;
    this.#onChange = onChange;
  }

  /** Refuses a user or a token that is banned; `unavailable` where the store has never said whether it is. */
  async check(identity: Identity): Promise<void> {
    const refusal = refusalOf(await this.of(identity.org_id), identity);
    if (refusal) throw refusal;
  }

  /**
   * The same at the door of connections, but that who may be banned is let in where the store does not say in time: every
   * room is closed to it until the store does, and it ends then if it is.
   */
  async admit(identity: Identity): Promise<void> {
    const asked = this.check(identity);
    if (this.known(identity.org_id)) return asked;
    const late = wait(patience, undefined, { ref: false });
    await Promise.race([asked, late]).catch((error) => {
      if (!(error instanceof Refusal) || error.error_code !== 'unavailable') throw error;
    });
    asked.catch(() => {});
  }

  /** What is known of a tenant by now, also while the store does not answer. Refuses `unavailable` where nothing ever was. */
  async of(org_id: string): Promise<Banned> {
    return this.known(org_id) ?? (await this.#open(org_id)).state;
  }

  /** The same at once; undefined where it was never asked for. */
  known(org_id: string): Banned | undefined {
    return this.#known.get(org_id);
  }

  /**
   * Records what an administrator decides; durable, and known to this instance, when it resolves. Refuses
   * `too_large` where a tenant has as many as it may, and `unavailable`.
   */
  async record(org_id: string, by: string, change: BanChange): Promise<Banned> {
    const ledger = await this.#open(org_id);
    return ledger.record(by, (state) => {
      checkCounts(state, change);
      return changes(state, change) ? change : undefined;
    });
  }

  /** Leaves in the store what holds, and not who has decided so. */
  async forgetAuthors(org_id: string): Promise<void> {
    const ledger = await this.#open(org_id);
    await ledger.compact();
  }

  async close(): Promise<void> {
    const ledgers = await Promise.allSettled(this.#ledgers.values());
    for (const ledger of ledgers) if (ledger.status === 'fulfilled') ledger.value.close();
  }

  #open(org_id: string): Promise<Ledger<Banned, BanChange>> {
    const open = this.#ledgers.get(org_id);
    if (open) return open;
    const opening = Ledger.open(this.#log, ledgerKey('bans', org_id), banned, (state) => {
      this.#known.set(org_id, state);
      this.#onChange(org_id, state);
    });
    this.#ledgers.set(org_id, opening);
    // What failed is tried again with the next who asks.
    opening.catch(() => this.#ledgers.delete(org_id));
    return opening;
  }
}

/** Lets nobody in who is banned, however good the token. */
export function refuseBanned(authenticate: Authenticate, check: (identity: Identity) => Promise<void>): Authenticate {
  return async (token, address) => {
    const identity = await authenticate(token, address);
    await check(identity);
    return identity;
  };
}

/** Whether a change makes a difference: one that was recorded twice is recorded once. */
function changes(state: Banned, change: BanChange): boolean {
  switch (change.type) {
    case 'block':
    case 'unblock':
      return Object.hasOwn(state.blocked, change.user_id) !== (change.type === 'block');
    case 'revoke':
      return !Object.hasOwn(state.revoked, change.jti) || later(change.until, own(state.revoked, change.jti) ?? null);
    case 'revoke_issued_before':
      return (own(state.issued_before, change.user_id) ?? 0) < change.at;
  }
}

function checkCounts(state: Banned, change: BanChange): void {
  const { type } = change;
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
