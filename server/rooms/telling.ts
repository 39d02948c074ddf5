import type { ServerEventName, ServerPayload } from '../../shared/events.ts';
import { sizeOf } from '../../shared/json.ts';
import { Refusal } from '../../shared/refusals.ts';
import type { RoomId } from '../../shared/rooms.ts';
import { CompactFrames, hasCompactForm } from '../wire/compact.ts';
import { encode, type Message } from '../wire/message.ts';
import type { Accounts } from './accounts.ts';
import type { Broadcast } from './frame.ts';
import type { Member } from './member.ts';
import type { RoomMessage, Whispers } from './relay.ts';

/** What is told to everyone here is counted from so many bytes on. */
const light = 1024;

export interface TellingOptions {
  now(): number;
  room_id: RoomId;
  /** Socket.IO's, in which its connections are. */
  namespace: string | undefined;
  accounts: Accounts;
  whispers: Whispers | undefined;
  /** Everyone here. */
  members: Iterable<Member>;
  presence: {
    /** Whether a user is in the room, on whatever instance. */
    has(user_id: string): boolean;
    /** The connections of one user here. */
    membersOf(user_id: string): readonly Member[];
  };
  /** Told of what was sent to so many connections. */
  onSent(payload: ServerPayload<ServerEventName>, connections: number): void;
  /** Told of what was sent to everyone. */
  onMessage(message: RoomMessage['message']): void;
}

/** Speaks to the connections of a room on this instance. */
export class Telling {
  readonly #options: TellingOptions;
  /** From the first who is sent any. */
  #compact: CompactFrames | undefined;

  constructor(options: TellingOptions) {
    this.#options = options;
  }

  /** Encoded once in each of its forms, written to each. */
  readonly broadcast: Broadcast = (event, payload, except = []) => {
    const left = new Set(except);
    const listeners = [...this.#options.members].filter(
      ({ connection }) => !left.has(connection.id) && !(event === 'cursor_moved' && connection.slow),
    );
    if (listeners.length === 0) return;
    const isCompact = hasCompactForm(event);
    const compact = isCompact ? listeners.filter(({ connection }) => connection.compact) : [];
    const { namespace, now } = this.#options;
    if (isCompact && compact.length > 0) {
      this.#compact ??= new CompactFrames();
      write(encode('c', this.#compact.encode(event, payload as never, compact, now()), namespace), compact);
    }
    if (compact.length < listeners.length) {
      const readable = compact.length > 0 ? listeners.filter(({ connection }) => !connection.compact) : listeners;
      write(encode(event, payload, namespace), readable);
    }
    this.#options.onSent(payload, listeners.length);
  };

  /**
   * Sends a message to everyone in the room, or to the connections of one user. Returns when. Refuses `not_found` a user
   * who is not here, and `rate_limited` where who pays for it, or the room, has used up its share of what is sent.
   */
  message(
    payer: string | undefined,
    sent: Pick<RoomMessage['message'], 'user_id' | 'message'>,
    to: string | undefined,
  ): number {
    const timestamp = this.#options.now();
    if (to !== undefined && !this.#options.presence.has(to)) {
      throw new Refusal('not_found', `to: nobody here has the user_id ${to}`);
    }
    if (payer !== undefined) this.pay(payer, sizeOf(sent.message), this.#membersTo(to).length);
    const told = { message: { ...sent, timestamp }, ...(to !== undefined && { to }) };
    this.deliver(told);
    this.#options.whispers?.message(told);
    return timestamp;
  }

  /** What goes to many costs more than its sender had to send. Refuses `rate_limited`. */
  pay(user_id: string, bytes: number, listeners: number): void {
    if (bytes > light) this.#options.accounts.take(user_id, 'deliveries', bytes * listeners);
  }

  /** Hands on a message to those whom it is for here. */
  deliver({ message, to }: RoomMessage): void {
    const payload = { room_id: this.#options.room_id, ...message };
    const members = this.#membersTo(to);
    // One by one: it may be binary, which Socket.IO encodes.
    for (const { connection } of members) connection.send('room_message', payload);
    this.#options.onSent(payload, members.length);
    if (to === undefined) this.#options.onMessage(message);
  }

  /** Everyone here, or the connections of one user. */
  #membersTo(user_id: string | undefined): readonly Member[] {
    const { members, presence } = this.#options;
    return user_id === undefined ? [...members] : presence.membersOf(user_id);
  }
}

function write(message: Message, members: readonly Member[]): void {
  for (const { connection } of members) connection.write(message);
}
