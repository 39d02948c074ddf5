import { Refusal } from '../../shared/refusals.ts';
import { Flow } from './flow.ts';

/** What an event makes the process do, in the unit in which it costs. */
export type Cost = 'transforms' | 'bytes' | 'deliveries' | 'names' | 'trials';

/** What an account holds when nothing was taken from it for a while, and what flows into it each second. */
interface Share {
  most: number;
  perSecond: number;
}

/** Whose account it is: a user's, and beside it that of the room in which something is done. */
export type Payer = 'user' | 'room';

/**
 * What one user, and all users of one room, may make an instance do. `transforms`: parts that are looked at while
 * operations are transformed over others, 40 to 80 ns each, so that a user gets about a thirtieth of a core and a room a
 * tenth. `bytes`: of memory, for what is read back from a log or sent whole. `deliveries`: bytes times those who hear them;
 * what one user may write by default fits, in a room of a hundred. `names`: that somebody else is asked about. `trials`:
 * milliseconds of another thread, in which it is tried what may be costly.
 */
const shares: Record<Payer, Record<Cost, Share>> = {
  user: {
    transforms: { most: 5_000_000, perSecond: 500_000 },
    bytes: { most: 64 * 1024 * 1024, perSecond: 1024 * 1024 },
    deliveries: { most: 256 * 1024 * 1024, perSecond: 16 * 1024 * 1024 },
    names: { most: 400, perSecond: 20 },
    trials: { most: 5_000, perSecond: 100 },
  },
  room: {
    transforms: { most: 15_000_000, perSecond: 1_500_000 },
    bytes: { most: 512 * 1024 * 1024, perSecond: 64 * 1024 * 1024 },
    deliveries: { most: 512 * 1024 * 1024, perSecond: 64 * 1024 * 1024 },
    names: { most: 4_000, perSecond: 200 },
    trials: { most: 15_000, perSecond: 300 },
  },
};

/**
 * How long the one thread of the process may be at what a user sends, in milliseconds: at once, and each second, which is a
 * thirtieth of a core. Nobody waits for longer than its heartbeat can.
 */
const time = { most: 200, perSecond: 33, longest: 5_000 };

/** How often accounts that are full again are forgotten, in milliseconds. */
const sweepEvery = 10_000;

/** What is in an account, and when that was; below 0 where it is overdrawn. */
interface Account {
  left: number;
  at: number;
}

/** The accounts of one kind, by whose they are. */
interface Book {
  share: Share;
  accounts: Map<string, Account>;
}

/**
 * The one place where cost is counted. Limits count events, which may cost anything; here it is counted what they cost,
 * where it arises: before the work where it is known then, else right after it, and then the account may be overdrawn.
 * Each instance counts for itself, since it is its own time that it shares out.
 */
export class Budget {
  readonly #books: Record<Payer, Record<Cost, Book>> = { user: booksOf('user'), room: booksOf('room') };
  readonly #now: () => number;
  readonly #time: Flow;
  #swept: number;

  /** `now`: milliseconds by a clock that never runs back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#time = new Flow({ ...time, now });
    this.#swept = now();
  }

  /**
   * Takes `amount` from an account, which may be overdrawn then. Refuses `rate_limited` where nothing is left in it, and
   * then takes nothing.
   */
  take(payer: Payer, key: string, cost: Cost, amount: number): void {
    const account = this.#account(payer, key, cost);
    if (account.left < 1) {
      const { perSecond } = shares[payer][cost];
      throw new Refusal('rate_limited', `this ${payer} has used up its share of ${cost}, ${perSecond} a second`, {
        retry_after_ms: Math.ceil((1_000 * (1 - account.left)) / perSecond),
      });
    }
    account.left -= amount;
  }

  /** Takes `amount` for what is done already, whatever is left. A negative one gives back what was not needed. */
  charge(payer: Payer, key: string, cost: Cost, amount: number): void {
    this.#account(payer, key, cost).left -= amount;
  }

  /**
   * Takes the time that was spent on something of a user's, in milliseconds, whatever is left: bytes and parts may be cheap or
   * dear. Returns for how many it is to be read no more.
   */
  spend(user: string, milliseconds: number): number {
    return this.#time.take(user, milliseconds);
  }

  #account(payer: Payer, key: string, cost: Cost): Account {
    const now = this.#now();
    this.#sweep(now);
    const { share, accounts } = this.#books[payer][cost];
    const known = accounts.get(key);
    if (known) {
      known.left = filled(known, share, now);
      known.at = now;
      return known;
    }
    const account = { left: share.most, at: now };
    accounts.set(key, account);
    return account;
  }

  #sweep(now: number): void {
    if (now - this.#swept < sweepEvery) return;
    this.#swept = now;
    for (const book of Object.values(this.#books)) for (const kind of Object.values(book)) sweep(kind, now);
  }
}

function booksOf(payer: Payer): Record<Cost, Book> {
  const { transforms, bytes, deliveries, names, trials } = shares[payer];
  const book = (share: Share): Book => ({ share, accounts: new Map() });
  return {
    transforms: book(transforms),
    bytes: book(bytes),
    deliveries: book(deliveries),
    names: book(names),
    trials: book(trials),
  };
}

function sweep({ share, accounts }: Book, now: number): void {
  for (const [key, account] of accounts) if (filled(account, share, now) >= share.most) accounts.delete(key);
}

function filled({ left, at }: Account, { most, perSecond }: Share, now: number): number {
  return Math.min(most, left + ((now - at) * perSecond) / 1_000);
}
