import { userKeyOf } from '../access/identity.ts';
import { tenantOfKey } from '../access/keys.ts';
import type { Budget, Cost } from '../limits/budget.ts';

/** Who pays for what is done in a room: the user who asks for it, and the room. */
export class Accounts {
  readonly #budget: Budget;
  readonly #key: string;
  readonly #org_id: string;

  /** `key`: the room's. */
  constructor(budget: Budget, key: string) {
    this.#budget = budget;
    this.#key = key;
    this.#org_id = tenantOfKey(key);
  }

  /** Before the work, or between two parts of it. Refuses `rate_limited` where either has nothing left. */
  take(user_id: string, cost: Cost, amount: number): void {
    // The user first: whoever has nothing left must not use up what the others have.
    this.#budget.take('user', this.#userKey(user_id), cost, amount);
    this.#budget.take('room', this.#key, cost, amount);
  }

  /** After the work, where it has cost more than was taken. */
  charge(user_id: string, cost: Cost, amount: number): void {
    this.#budget.charge('user', this.#userKey(user_id), cost, amount);
    this.#budget.charge('room', this.#key, cost, amount);
  }

  /** The time that something of a user's took, in milliseconds. */
  spend(user_id: string, milliseconds: number): void {
    this.#budget.spend(this.#userKey(user_id), milliseconds);
  }

  #userKey(user_id: string): string {
    return userKeyOf({ org_id: this.#org_id, user_id });
  }
}
