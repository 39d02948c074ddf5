import { Refusal } from '../../shared/refusals.ts';
import type { RoomId } from '../../shared/rooms.ts';
import { Membership, type MembershipEvents, type Participation } from './membership.ts';

export interface MembershipsOptions {
  /** In how many rooms it may be at once, or about to be. */
  maxRooms: number;
  /** The inbox, which nobody chose to join, counts for nothing. */
  inbox: RoomId;
  /** From here on it hears what is sent to the room. */
  onEntered(room_id: RoomId): void;
  /** From here on it hears nothing of the room. */
  onExited(room_id: RoomId): void;
  /** Told of joins that were left, and still wait for something. */
  onAbandoned(preparing: Promise<unknown>): void;
}

/** The rooms of one connection: those that it is in, and those that it is about to enter. */
export class Memberships implements MembershipEvents {
  readonly #options: MembershipsOptions;
  /** In the order in which they were asked for: of a room at most one that it is in, and then those under way. */
  #all: readonly Membership[] = [];
  #ended = false;

  constructor(options: MembershipsOptions) {
    this.#options = options;
  }

  *[Symbol.iterator](): Iterator<Membership> {
    yield* this.#all;
  }

  /** The membership of a room that it is in. */
  in(room_id: RoomId): Membership | undefined {
    return this.#all.find((membership) => membership.room_id === room_id && membership.state === 'in');
  }

  /** What it has of a room that it is in. */
  get(room_id: RoomId): Participation | undefined {
    return this.in(room_id)?.participation;
  }

  /**
   * Asks to join a room: it has its turn when the joins of the same room before it are settled. Refuses
   * `too_many_connections`, and `not_found` where the connection has ended.
   */
  ask(room_id: RoomId): Membership {
    if (this.#ended) throw new Refusal('not_found', 'the connection has ended');
    const { maxRooms, inbox } = this.#options;
    const before = this.#of(room_id).at(-1);
    if (!before && room_id !== inbox && this.#count(inbox) >= maxRooms)
      throw new Refusal('too_many_connections', `in ${maxRooms} rooms, which is all it may`);
    const membership = new Membership(room_id, before?.settled, this);
    this.#all = this.#all.concat(membership);
    return membership;
  }

  /** Resolves when all joins of a room that were asked for are settled; at once where there are none. */
  settled(room_id: RoomId): Promise<void> | undefined {
    return this.#of(room_id).at(-1)?.settled;
  }

  /** Leaves a room, and whatever joins of it are under way. Returns whether it was there, or about to be. */
  leave(room_id: RoomId): boolean {
    const memberships = this.#of(room_id);
    return memberships.map((membership) => membership.end('leave')).includes(true);
  }

  isJoining(room_id: RoomId): boolean {
    return this.#joining(room_id).length > 0;
  }

  /** Refuses the joins of a room that are under way. Returns whether there were any. */
  turnAway(room_id: RoomId): boolean {
    return this.#joining(room_id)
      .map((membership) => membership.end('removed'))
      .includes(true);
  }

  /** A room is open to it no longer. Returns whether it was there, or about to be. */
  withdraw(room_id: RoomId, refusal: Refusal): boolean {
    const memberships = this.#of(room_id);
    for (const membership of memberships) membership.withdraw(refusal);
    return memberships.length > 0;
  }

  /** The connection has ended. */
  end(): void {
    this.#ended = true;
    for (const membership of this) membership.end('ended');
  }

  #of(room_id: RoomId): Membership[] {
    return this.#all.filter((membership) => membership.room_id === room_id);
  }

  #joining(room_id: RoomId): Membership[] {
    return this.#of(room_id).filter(({ state }) => state === 'joining');
  }

  /** How many rooms there are but for one. */
  #count(except: RoomId): number {
    const rooms = new Set(this.#all.map(({ room_id }) => room_id));
    rooms.delete(except);
    return rooms.size;
  }

  onEntered(membership: Membership): void {
    for (const before of this.#of(membership.room_id)) {
      if (before === membership) break;
      before.end('replaced');
    }
    this.#options.onEntered(membership.room_id);
  }

  onOver(membership: Membership, preparing: Promise<unknown> | undefined): void {
    const { room_id } = membership;
    this.#all = this.#all.filter((other) => other !== membership);
    if (!this.in(room_id)) this.#options.onExited(room_id);
    if (preparing) this.#options.onAbandoned(preparing);
  }
}
