import type { ServerPayload } from '../../shared/events.ts';
import { Refusal } from '../../shared/refusals.ts';
import type { RoomId } from '../../shared/rooms.ts';
import { LazyMap } from '../collections/lazyMap.ts';
import { Tally } from '../collections/tally.ts';
import type { Cursors } from './cursors.ts';
import { roomFull } from './elsewhere.ts';
import type { Member } from './member.ts';
import type { Newcomers } from './newcomers.ts';
import { type Presence, presentOf } from './presence.ts';
import type { Present, Whispers } from './relay.ts';
import type { Typing } from './typing.ts';
import type { Writer } from './writer.ts';

export type RemovalReason = ServerPayload<'room_removed'>['reason'];

export interface MembersOptions {
  room_id: RoomId;
  max_participants: number;
  presence: Presence;
  cursors: Cursors;
  typing: Typing;
  whispers: Whispers | undefined;
  /** Remembers what clients wrote, while they are here or about to be. */
  writer: Writer;
  newcomers: Newcomers;
  /** The room on other instances, where there may be any: who has a client_id there, and how to have a guest give way. */
  elsewhere: { holder(client_id: string): Present | undefined; giveWay(user_id: string): void } | undefined;
  onJoined(member: Member): void;
  onLeft(member: Member): void;
  /** Told when the last one has left. */
  onEmpty(): void;
}

/** Who takes part in a room on this instance: connections, each as one client. */
export class Members {
  readonly #options: MembersOptions;
  readonly #byClient = new LazyMap<string, Member>();
  /** The clients that are about to be members, or about to publish. */
  readonly #expected = new Tally();

  constructor(options: MembersOptions) {
    this.#options = options;
  }

  [Symbol.iterator](): Iterator<Member> {
    return this.#byClient.values();
  }

  get size(): number {
    return this.#byClient.size;
  }

  /** Whether nobody is here, or about to be. */
  get none(): boolean {
    return this.size === 0 && this.#expected.isEmpty;
  }

  /** Recalls a client, which is expected from here on. Resolves with how to expect it no longer. */
  async expect(client_id: string): Promise<() => void> {
    const release = () => {
      this.#expected.change(client_id, -1);
      if (this.#byClient.has(client_id)) return;
      if (this.#expected.of(client_id) === 0) this.#options.newcomers.forget(client_id);
      this.#forgetClients();
    };
    this.#expected.change(client_id, 1);
    try {
      await this.#options.writer.recall(client_id);
    } catch (error) {
      release();
      throw error;
    }
    return release;
  }

  /** Refuses `forbidden` a client that is another user's; it is one that is expected. */
  checkOwner(client_id: string, user_id: string): void {
    const member = this.#byClient.get(client_id);
    const held = member ? presentOf(member) : this.#options.elsewhere?.holder(client_id);
    const owner = held?.user_id ?? this.#options.writer.record(client_id)?.user_id ?? user_id;
    if (owner !== user_id) throw new Refusal('forbidden', `client_id ${client_id} is another user's`);
  }

  /** Lets one in that was expected; in a full room the newest guest gives way to a user. Refuses `forbidden` and `room_full`. */
  admit(member: Member): void {
    const { max_participants, presence, whispers } = this.#options;
    const { client_id, connection } = member;
    const { user_id } = connection.identity;
    const holder = this.#byClient.get(client_id);
    this.checkOwner(client_id, user_id);
    if (!presence.has(user_id) && presence.count >= max_participants) {
      const newest = connection.identity.guest ? undefined : presence.newestGuest;
      if (newest === undefined) throw roomFull(max_participants);
      this.giveWay(newest);
    }
    this.#byClient.set(client_id, member);
    presence.add(member);
    whispers?.came(presentOf(member));
    // Its connection's membership before, if any, is over by this.
    member.membership.entered(member);
    this.#options.onJoined(member);
    if (holder && holder.connection !== connection) this.dismiss(holder, 'replaced');
  }

  /** A member's role or name may be another one. */
  updated(member: Member): void {
    const { presence, whispers } = this.#options;
    presence.look(member.connection.identity.user_id);
    whispers?.came(presentOf(member));
  }

  /** What was a member's goes with it. */
  remove(member: Member): void {
    const { presence, cursors, typing, whispers, newcomers } = this.#options;
    const { client_id, connection } = member;
    const { user_id } = connection.identity;
    if (this.#byClient.get(client_id) === member) {
      this.#byClient.delete(client_id);
      newcomers.forget(client_id);
      whispers?.went(client_id);
    }
    cursors.remove(member);
    presence.remove(member);
    if (!presence.has(user_id) && typing.has(user_id)) typing.say(user_id, false);
    this.#forgetClients();
    this.#options.onLeft(member);
    if (this.size === 0) this.#options.onEmpty();
  }

  /** Removes one, and tells it why. */
  dismiss({ connection, membership }: Member, reason: RemovalReason): void {
    if (membership.end('removed')) connection.send('room_removed', { room_id: this.#options.room_id, reason });
  }

  /** Removes a user, or everyone, and tells them why. Returns how many connections that were. */
  expel(reason: RemovalReason, user_id?: string): number {
    const members = user_id === undefined ? [...this] : this.#options.presence.membersOf(user_id);
    for (const member of members) this.dismiss(member, reason);
    return members.length;
  }

  /** Has a guest give way to a user, on all instances. */
  giveWay(user_id: string): void {
    this.expel('room_full', user_id);
    this.#options.elsewhere?.giveWay(user_id);
  }

  /** A client that joins on another instance takes its place over from the connection that it had here. */
  replacedBy({ client_id, user_id, joined_at }: Present): void {
    const member = this.#byClient.get(client_id);
    if (!member || member.connection.identity.user_id !== user_id || member.joined_at >= joined_at) return;
    this.dismiss(member, 'replaced');
  }

  #forgetClients(): void {
    this.#options.writer.forget((client_id) => this.#byClient.has(client_id) || this.#expected.of(client_id) > 0);
  }
}
