import { Refusal } from '../../shared/refusals.ts';

/** What an event makes the process do, in the unit in which it costs. */
export type Cost = 'transforms' | 'bytes' | 'names';

/** What an account holds when nothing was taken from it for a while, and what flows into it each second. */
interface Share {
  most: number;
  perSecond: number;
}

/** Whose account it is: a user's, and beside it that of the room in which something is done. */
export type Payer = 'user' | 'room';

/**
 * What one user, and all users of one room, may make an instance do: parts compared with parts while operations are
 * transformed; bytes that are read back from a log, or sent whole; names that somebody else is asked about.
 */
const shares: Record<Payer, Record<Cost, Share>> = {
  user: {
    transforms: { most: 20_000_000, perSecond: 2_000_000 },
    bytes: { most: 64 * 1024 * 1024, perSecond: 4 * 1024 * 1024 },
    names: { most: 400, perSecond: 20 },
  },
  room: {
    transforms: { most: 60_000_000, perSecond: 6_000_000 },
    bytes: { most: 512 * 1024 * 1024, perSecond: 64 * 1024 * 1024 },
    names: { most: 4_000, perSecond: 200 },
  },
};

/** How often accounts that are full again are forgotten, in milliseconds. */
const sweepEvery = 10_000;

/** What is in an account, and when that was. */
interface Account {
  left: number;
  at: number;
  share: Share;
}

/**
 * The one place where cost is counted. Limits count events, which may cost anything; here it is counted what they cost,
 * where it arises: before the work where it is known then, else right after it, and then the account may be overdrawn.
 * Each instance counts for itself, since it is its own time that it shares out.
 */
export class Budget {
  readonly #accounts = new Map<string, Account>();
  readonly #now: () => number;
  #swept = 0;

  /** `now`: milliseconds by a clock that never runs back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Takes `amount` from an account. Refuses `rate_limited` where nothing is left in it, and then takes nothing. */
  take(payer: Payer, key: string, cost: Cost, amount: number): void {
    const account = this.#account(payer, key, cost);
    if (account.left < 1) {
      const { perSecond } = account.share;
      throw new Refusal('rate_limited', `this ${payer} has used up its share of ${cost}, ${perSecond} a second`, {
        retry_after_ms: Math.ceil((1_000 * (1 - account.left)) / perSecond),
      });
    }
    account.left -= amount;
  }

  #account(payer: Payer, key: string, cost: Cost): Account {
    const now = this.#now();
    this.#sweep(now);
    const name = `${payer} ${cost} ${key}`;
    const share = shares[payer][cost];
    const account = this.#accounts.get(name) ?? { left: share.most, at: now, share };
    account.left = filled(account, now);
    account.at = now;
    this.#accounts.set(name, account);
    return account;
  }

  #sweep(now: number): void {
    if (now - this.#swept < sweepEvery) return;
    this.#swept = now;
    for (const [name, account] of this.#accounts) {
      if (filled(account, now) >= account.share.most) this.#accounts.delete(name);
    }
  }
}

function filled({ left, at, share }: Account, now: number): number {
  return Math.min(share.most, left + ((now - at) * share.perSecond) / 1_000);
}
