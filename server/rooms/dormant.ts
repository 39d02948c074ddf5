import type { Cursor, DocumentMessage, RoomState } from '../../shared/events.ts';
import { Refusal } from '../../shared/refusals.ts';
import type { Role, RoomId } from '../../shared/rooms.ts';
import { tenantOfKey } from '../access/keys.ts';
import { Groups } from '../collections/groups.ts';
import type { Connection } from '../connections/connection.ts';
import type { Admission, Membership, Participation } from '../connections/membership.ts';
import type { Log } from '../logs/log.ts';
import { noProof } from '../logs/proof.ts';
import { Attendee } from './attendee.ts';
import type { RemovalReason } from './members.ts';
import { participant } from './presence.ts';
import type { Room } from './room.ts';
import { RoomMember } from './roomMember.ts';

/** After how long a room is asked for again that could not be had, in milliseconds, unless that says a longer time. */
const retryAfter = 1_000;
const nothing: Cursor[] = [];

/** What those tell of a room who are in it before it is in memory. */
export interface Vacant {
  document: DocumentMessage;
  limits: RoomState['limits'];
}

export interface DormantsOptions {
  log: Log;
  now(): number;
  /** The room in memory, if it is there. */
  find(key: string): Room | undefined;
  open(org_id: string, room_id: RoomId): Promise<Room>;
  /** What a room holds that was never written. */
  vacant(room_id: RoomId): Vacant;
  onError(error: unknown): void;
}

/**
 * Those who are in rooms to which nothing was ever written, such as the inboxes of most users: a room is not in memory
 * for them. It is as soon as somebody writes there, or looks, on whatever instance; then they are its members.
 */
export class Dormants {
  readonly #options: DormantsOptions;
  readonly #byRoom = new Groups<Dormant>();
  readonly #unfollow: () => void;

  constructor(options: DormantsOptions) {
    this.#options = options;
    this.#unfollow = options.log.followFirsts((key) => (key === undefined ? this.#look() : this.wake(key)));
  }

  /**
   * How to enter a room without having it in memory; undefined where it is there, or has to be. Refuses `unavailable`.
   * From here on it is noticed when that changes.
   */
  async expect(
    key: string,
    connection: Connection,
    membership: Membership,
    client_id: string,
  ): Promise<Admission | undefined> {
    const { log, find, now } = this.#options;
    if (find(key)) return undefined;
    const dormant = new Dormant(this, key, connection, membership, client_id, now());
    this.#byRoom.add(key, dormant);
    try {
      if ((await log.head(key)).epoch === '') return dormant;
    } catch (error) {
      this.remove(dormant);
      throw error;
    }
    this.remove(dormant);
    return undefined;
  }

  /** The users that are in a room so. */
  usersIn(key: string): string[] {
    return this.#in(key).map(({ connection }) => connection.identity.user_id);
  }

  /** Has the members of a room be in it that is in memory, or is about to be. */
  wake(key: string): void {
    for (const dormant of this.#byRoom.of(key)) dormant.wakeSoon();
  }

  /** Removes a user, or everyone, and tells them why. Returns how many connections that were. */
  expel(key: string, reason: RemovalReason, user_id?: string): number {
    const isMeant = ({ connection }: Dormant) => user_id === undefined || connection.identity.user_id === user_id;
    const dormants = this.#in(key).filter(isMeant);
    for (const dormant of dormants) dormant.dismiss(reason);
    return dormants.length;
  }

  /** The room as one sees it that enters. */
  state({ key, membership: { room_id, role } }: Dormant): RoomState {
    const { document, limits } = this.#options.vacant(room_id);
    return {
      ...{ room_id, role, ...(limits && { limits }) },
      ...{ epoch: '', revision: 0, proof: noProof, recovered: false, document, sequence: 0 },
      ...{ participants: [participant(this.#in(key))], participant_count: 1, cursors: nothing, typing: [] },
    };
  }

  open({ key, membership: { room_id } }: Dormant): Promise<Room> {
    return this.#options.open(tenantOfKey(key), room_id);
  }

  isInMemory(key: string): boolean {
    return this.#options.find(key) !== undefined;
  }

  failed(error: unknown): void {
    this.#options.onError(error);
  }

  remove(dormant: Dormant): void {
    this.#byRoom.delete(dormant.key, dormant);
  }

  close(): void {
    this.#unfollow();
  }

  #in(key: string): Dormant[] {
    return this.#byRoom.of(key).filter((dormant) => dormant.isIn);
  }

  /** Some may have begun. Where the log does not answer, it tells again when it does. */
  #look(): void {
    const { log } = this.#options;
    for (const key of this.#byRoom.keys())
      log.head(key).then(
        ({ epoch }) => epoch !== '' && this.wake(key),
        () => {},
      );
  }
}

/** A connection that is in a room, or about to be, which is not in memory. */
export class Dormant extends Attendee implements Participation, Admission {
  readonly key: string;
  readonly #dormants: Dormants;
  #waking: Promise<void> | undefined;
  #retrying: NodeJS.Timeout | undefined;
  /** Something was written: it has to be awake, if it is in by then. */
  #hasBegun = false;

  constructor(
    dormants: Dormants,
    key: string,
    connection: Connection,
    membership: Membership,
    client_id: string,
    joined_at: number,
  ) {
    super(connection, membership, client_id, joined_at);
    this.#dormants = dormants;
    this.key = key;
  }

  get cursors(): Cursor[] {
    return nothing;
  }

  /** Whether it takes part, and the room does not know it yet. */
  get isIn(): boolean {
    return this.membership.participation === this;
  }

  async ready(): Promise<void> {}

  enter(): RoomState {
    this.membership.entered(this);
    if (this.#hasBegun || this.#dormants.isInMemory(this.key)) this.wakeSoon();
    return this.#dormants.state(this);
  }

  release(): void {
    if (!this.isIn) this.#dormants.remove(this);
  }

  updated(role?: Role): void {
    if (role) this.connection.send('role_changed', { room_id: this.membership.room_id, role });
  }

  withdraw(): void {
    this.dismiss('role_withdrawn');
  }

  gone(): void {
    this.#dormants.remove(this);
  }

  dismiss(reason: RemovalReason): void {
    const { room_id } = this.membership;
    if (this.membership.end('removed')) this.connection.send('room_removed', { room_id, reason });
  }

  /** Resolves when it is a member of the room, or gone. Refuses as the room's log does. */
  wake(): Promise<void> {
    this.#waking ??= this.#wake().finally(() => {
      this.#waking = undefined;
    });
    return this.#waking;
  }

  /** The same, until it is so; of one that is about to enter, as soon as it has. */
  wakeSoon(): void {
    this.#hasBegun = true;
    if (!this.isIn) return;
    this.wake().catch((error) => {
      const mayPass = error instanceof Refusal && ['unavailable', 'rate_limited'].includes(error.error_code);
      if (mayPass) this.#retry(Math.max(retryAfter, error.details.retry_after_ms ?? 0));
      else this.#dormants.failed(error);
    });
  }

  #retry(after: number): void {
    this.#retrying ??= setTimeout(() => {
      this.#retrying = undefined;
      this.wakeSoon();
    }, after).unref();
  }

  async #wake(): Promise<void> {
    const room = await this.#dormants.open(this);
    const release = await room.members.expect(this.client_id);
    try {
      if (!this.isIn) return;
      const { connection, membership, client_id, joined_at } = this;
      room.wake(new RoomMember(room, connection, membership, client_id, joined_at));
      this.#dormants.remove(this);
    } finally {
      release();
    }
  }
}
