import { Refusal } from '../../shared/refusals.ts';
import type { RoomId } from '../../shared/rooms.ts';
import { type LedgerType, ledgerKey } from '../ledgers/ledger.ts';
import { Ledgers } from '../ledgers/ledgers.ts';
import type { Log } from '../logs/log.ts';
import type { Identity } from './identity.ts';

/** How many are remembered of a tenant; the oldest go first. */
const mostKicked = 10_000;

/** Who was kicked from which room, and when, under `<room_id> <user_id>`. */
type State = Record<string, number>;
type Change = { type: 'kicked' | 'let_in'; room_id: RoomId; user_id: string };

const kicks: LedgerType<State, Change> = {
  create: () => ({}),
  apply(state, { change: { type, room_id, user_id }, timestamp }) {
    const key = keyOf(room_id, user_id);
    const others = Object.entries(state).filter(([other]) => other !== key);
    if (type === 'let_in') return Object.fromEntries(others);
    return Object.fromEntries([...others, [key, timestamp] as const].slice(-mostKicked));
  },
};

/** A user who is kept out of a room. */
export interface Kicked {
  user_id: string;
  /** Milliseconds since the epoch. */
  at: number;
}

/** Who was kicked from a room, and stays out until a host lets them in again. */
export class Kicks {
  readonly #ledgers: Ledgers<State, Change>;

  constructor(log: Log) {
    this.#ledgers = new Ledgers(log, kicks);
  }

  async has({ org_id, user_id }: Pick<Identity, 'org_id' | 'user_id'>, room_id: RoomId): Promise<boolean> {
    const { state } = await this.#of(org_id);
    return Object.hasOwn(state, keyOf(room_id, user_id));
  }

  async list(org_id: string, room_id: RoomId): Promise<Kicked[]> {
    const { state } = await this.#of(org_id);
    const prefix = keyOf(room_id, '');
    return Object.entries(state)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, at]) => ({ user_id: key.slice(prefix.length), at }));
  }

  async kick(by: Identity, room_id: RoomId, user_id: string): Promise<void> {
    const ledger = await this.#of(by.org_id);
    await ledger.record(by.user_id, () => ({ type: 'kicked', room_id, user_id }));
  }

  /** Refuses `not_found` where that user was not kicked. */
  async letIn(by: Identity, room_id: RoomId, user_id: string): Promise<void> {
    const ledger = await this.#of(by.org_id);
    await ledger.record(by.user_id, (state) => {
      if (Object.hasOwn(state, keyOf(room_id, user_id))) return { type: 'let_in', room_id, user_id };
      throw new Refusal('not_found', `${user_id} was not kicked from ${room_id}`);
    });
  }

  close(): void {
    this.#ledgers.close();
  }

  #of(org_id: string) {
    return this.#ledgers.of(ledgerKey('kicks', org_id));
  }
}

/** No room's id has a space in it. */
function keyOf(room_id: RoomId, user_id: string): string {
  return `${room_id} ${user_id}`;
}
