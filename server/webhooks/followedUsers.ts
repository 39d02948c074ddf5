import { userKeyOf } from '../access/identity.ts';
import type { Connections } from '../connections/connections.ts';
import { newId } from './events.ts';
import { grace } from './followedRooms.ts';
import { queueKey } from './queue.ts';
import type { Queues } from './queues.ts';

export interface FollowedUsersOptions {
  queues: Queues;
  connections: Connections;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Notices when users come online and go, on whatever instances. Guests are no users of the application's. */
export class FollowedUsers {
  readonly #options: FollowedUsersOptions;
  /** Users that have no connection here any more, until that is told. */
  readonly #leaving = new Map<string, NodeJS.Timeout>();

  constructor(options: FollowedUsersOptions) {
    this.#options = options;
  }

  /** A user has its first connection here. */
  came(userKey: string): void {
    clearTimeout(this.#leaving.get(userKey));
    this.#leaving.delete(userKey);
    const [connection] = this.#options.connections.of(userKey);
    if (!connection || connection.identity.guest) return;
    this.#tell(userKey, 'user.online', this.#options.now());
  }

  /** The last one has ended. */
  left(userKey: string, at = this.#options.now()): void {
    clearTimeout(this.#leaving.get(userKey));
    this.#leaving.set(
      userKey,
      setTimeout(() => void this.#left(userKey, at), grace),
    );
  }

  /** Tells of a tenant's users who has gone with an instance that died. */
  async lookAt(org_id: string): Promise<void> {
    const { queues, connections } = this.#options;
    const { state } = await queues.of(queueKey(org_id, 'users'));
    for (const user_id of Object.keys(state.online)) {
      const userKey = userKeyOf({ org_id, user_id });
      if (this.#leaving.has(userKey)) continue;
      const online = await connections.isOnline(userKey);
      if (online === undefined) this.left(userKey);
      else if (!online) this.#tell(userKey, 'user.offline', this.#options.now());
    }
  }

  /** Tells anew of those who are online here: another instance may not have seen them. */
  async lookAtOwn(): Promise<void> {
    const { queues, connections } = this.#options;
    const users = new Set([...connections].map(({ userKey }) => userKey));
    for (const userKey of users) {
      const { org_id, user_id } = readUserKey(userKey);
      const { state } = await queues.of(queueKey(org_id, 'users'));
      if (!Object.hasOwn(state.online, user_id)) this.came(userKey);
    }
  }

  close(): void {
    for (const timer of this.#leaving.values()) clearTimeout(timer);
  }

  async #left(userKey: string, at: number): Promise<void> {
    this.#leaving.delete(userKey);
    const online = await this.#options.connections.isOnline(userKey);
    // Nobody can say: it is asked again.
    if (online === undefined) this.left(userKey, at);
    else if (!online) this.#tell(userKey, 'user.offline', at);
  }

  #tell(userKey: string, type: 'user.online' | 'user.offline', timestamp: number): void {
    const { org_id, user_id } = readUserKey(userKey);
    this.#options.queues.add(org_id, 'users', { type, id: newId(), timestamp, user_id });
  }
}

function readUserKey(userKey: string): { org_id: string; user_id: string } {
  const [org_id, user_id] = JSON.parse(userKey) as [string, string];
  return { org_id, user_id };
}
