import { setTimeout as wait } from 'node:timers/promises';
import { Refusal } from '../../shared/refusals.ts';
import type { RoomId } from '../../shared/rooms.ts';
import { Ledger, ledgerKey } from '../ledgers/ledger.ts';
import type { Log } from '../logs/log.ts';
import type { Authenticate } from './auth.ts';
import {
  type BanChange,
  type Banned,
  banned,
  checkChange,
  isKicked,
  type Kicked,
  kickedFrom,
  makesDifference,
  refusalOf,
} from './banned.ts';
import type { Identity } from './identity.ts';

/** How long a connection waits at the door for the store to say who is banned, in milliseconds. */
const patience = 1_000;

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

  async isKicked({ org_id, user_id }: Pick<Identity, 'org_id' | 'user_id'>, room_id: RoomId): Promise<boolean> {
    return isKicked(await this.of(org_id), room_id, user_id);
  }

  async kickedFrom(org_id: string, room_id: RoomId): Promise<Kicked[]> {
    return kickedFrom(await this.of(org_id), room_id);
  }

  /** What is known at once; undefined where it was never asked for. */
  known(org_id: string): Banned | undefined {
    return this.#known.get(org_id);
  }

  /**
   * Records what an administrator or a host decides; durable, and known to this instance, when it resolves. Refuses
   * `too_large` where a tenant has as many as it may, `not_found` where nobody was kicked, and `unavailable`.
   */
  async record(org_id: string, by: string, change: BanChange): Promise<Banned> {
    const ledger = await this.#open(org_id);
    return ledger.record(by, (state) => {
      checkChange(state, change);
      return makesDifference(state, change) ? change : undefined;
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
  return async (request) => {
    const identity = await authenticate(request);
    await check(identity);
    return identity;
  };
}
