import type { ServerEventName, ServerPayload } from '../../shared/events.ts';
import { Refusal } from '../../shared/refusals.ts';
import { inboxOf, type RoomId } from '../../shared/rooms.ts';
import { type Identity, userKeyOf } from '../access/identity.ts';
import { connectionKey, tenantPrefix } from '../access/keys.ts';
import type { Message } from '../wire/message.ts';
import { Outbox } from '../wire/outbox.ts';
import type { Readers } from '../wire/readers.ts';
import type { Membership } from './membership.ts';
import type { TuttiSocket } from './socket.ts';

/** How many events of one connection may wait for the log, or for earlier answers. */
const mostHeld = 1_000;
/** How long before its expiry a token is announced to be expiring, in milliseconds. */
const expiryNotice = 60_000;
/** The longest a timer may run; what lies beyond is asked again then. */
const longestTimer = 2 ** 31 - 1;

export interface ConnectionOptions {
  /** Where it comes from, as limits count. */
  address: string;
  /** How long after its token has expired a connection is closed, in milliseconds. */
  closeAfterExpiry: number;
  /** How many rooms it may be in at once, besides its user's inbox. */
  maxRooms: number;
  /** Of the instance: what waits for its reader is counted there. */
  readers: Readers;
  /** Told when it is given up: it reads too slowly, or shows no sign of life. */
  onDropped(reason: 'slow reader' | 'no answer'): void;
}

/** A socket with someone behind it, and the rooms it takes part in. */
export class Connection {
  readonly id: string;
  /** Its user, whom a new token can not change. */
  readonly userKey: string;
  readonly memberships = new Map<RoomId, Membership>();
  /** Ends its interest in people: see People. */
  unwatch: () => void = () => {};
  readonly #socket: TuttiSocket;
  readonly #options: ConnectionOptions;
  readonly #outbox: Outbox;
  readonly #inbox: RoomId;
  #expiry: NodeJS.Timeout | undefined;
  #announcedExpiry: number | null = null;
  #held = 0;
  #reading: Promise<void> = Promise.resolve();
  #postponed = () => {};
  #postponing: NodeJS.Timeout | undefined;

  constructor(socket: TuttiSocket, options: ConnectionOptions) {
    this.id = socket.id;
    this.userKey = userKeyOf(socket.data.identity);
    this.#socket = socket;
    this.#options = options;
    this.#outbox = new Outbox(socket.conn, options.readers, {
      onRecovered: () => this.#showCursors(),
      onFull: () => this.#drop('slow reader'),
    });
    const { org_id, user_id } = this.identity;
    this.#inbox = inboxOf(user_id);
    socket.join([tenantPrefix(org_id), connectionKey(org_id, this.id)]);
    this.#watchExpiry();
  }

  /** Whether it reads too slowly for cursors; it gets all of them when it has caught up. */
  get slow(): boolean {
    return this.#outbox.slow;
  }

  get connected(): boolean {
    return this.#socket.connected;
  }

  get address(): string {
    return this.#options.address;
  }

  get identity(): Identity {
    return this.#socket.data.identity;
  }

  /** A new token took over. */
  set identity(identity: Identity) {
    this.#socket.data.identity = identity;
    this.#watchExpiry();
  }

  get expired(): boolean {
    const { expires_at } = this.identity;
    return expires_at !== null && expires_at <= Date.now();
  }

  send<E extends ServerEventName>(event: E, payload: ServerPayload<E>): void {
    // One event's payload out of the union is what Socket.IO's types cannot follow through a generic.
    (this.#socket.emit as (event: string, payload: unknown) => void)(event, payload);
  }

  /** Sends what was encoded for many. */
  write(message: Message): void {
    this.#outbox.write(message);
  }

  /** From here on it hears what is sent to the room. Refuses `too_many_connections` and `not_found`. */
  enter(membership: Membership): void {
    const { maxRooms } = this.#options;
    if (!this.connected) throw new Refusal('not_found', 'the connection has ended');
    const { room_id, key } = membership;
    // The inbox, which nobody chose to join, counts for nothing.
    const others = this.memberships.size - (this.memberships.has(this.#inbox) ? 1 : 0);
    if (!this.memberships.has(room_id) && room_id !== this.#inbox && others >= maxRooms)
      throw new Refusal('too_many_connections', `in ${maxRooms} rooms, which is all it may`);
    this.memberships.set(room_id, membership);
    // What is published to the room's connections comes this way, from every instance.
    this.#socket.join(key);
  }

  /** From here on it hears nothing of the room. */
  exit({ room_id, key }: Membership): void {
    this.memberships.delete(room_id);
    this.#socket.leave(key);
  }

  /** Handles an event that may have to wait, unless too many do. Refuses `rate_limited`. */
  async hold(handle: () => Promise<void>): Promise<void> {
    if (this.#held >= mostHeld) {
      const message = `${mostHeld} events of this connection are waiting`;
      throw new Refusal('rate_limited', message, { retry_after_ms: 1000 });
    }
    this.#held += 1;
    try {
      await handle();
    } finally {
      this.#held -= 1;
    }
  }

  /**
   * Answers reads one after the other, each when nothing else is being written: whoever asks for much and does not read
   * it has one answer waiting for it, and no more. `prepare` resolves with how to answer, which may take much memory: one
   * connection after the other.
   */
  read(prepare: () => Promise<() => void>): Promise<void> {
    const turn = this.#reading
      .then(() => this.#outbox.drained())
      .then(prepare)
      .then((answer) => this.#options.readers.turn(answer));
    this.#reading = turn.catch(() => {});
    return turn;
  }

  /** Does what was postponed last, once, after so many milliseconds; what was postponed before is forgotten. */
  postpone(run: () => void, milliseconds: number): void {
    this.#postponed = run;
    this.#postponing ??= setTimeout(() => {
      this.#postponing = undefined;
      this.#postponed();
    }, milliseconds);
  }

  /** A room is open to it no longer. */
  withdraw(room_id: RoomId): void {
    const membership = this.memberships.get(room_id);
    if (!membership) return;
    membership.leave();
    this.send('room_removed', { room_id, reason: 'role_withdrawn' });
  }

  /** Refuses whatever may come, and ends the connection; the client does not come back by itself. */
  refuse(refusal: Refusal): void {
    this.send('error', refusal.toMessage(Date.now()));
    this.close();
  }

  close(): void {
    this.#socket.disconnect(true);
  }

  /** Drops the connection unless it shows within `milliseconds` that it lives. */
  probe(milliseconds: number): Promise<void> {
    const { conn } = this.#socket;
    return new Promise((resolve) => {
      const drop = setTimeout(() => this.#drop('no answer'), milliseconds);
      const end = () => {
        clearTimeout(drop);
        conn.off('heartbeat', end);
        conn.off('close', end);
        resolve();
      };
      conn.on('heartbeat', end);
      conn.on('close', end);
      // Engine.IO's own heartbeat, sent early: it has no public name, and every client answers it.
      (conn as unknown as { sendPacket(type: 'ping'): void }).sendPacket('ping');
    });
  }

  /** The connection has ended: its rooms and timers go. */
  ended(): void {
    clearTimeout(this.#expiry);
    clearTimeout(this.#postponing);
    this.unwatch();
    for (const membership of this.memberships.values()) membership.leave();
  }

  #showCursors(): void {
    for (const { room_id, cursors } of this.memberships.values()) this.send('cursor_moved', { room_id, cursors });
  }

  /** Ends the connection without waiting for what is unsent; the client comes back and catches up. */
  #drop(reason: 'slow reader' | 'no answer'): void {
    this.#options.onDropped(reason);
    this.#socket.conn.close(true);
  }

  /** Announces the expiry of the token, and closes the connection when it has passed. */
  #watchExpiry(): void {
    clearTimeout(this.#expiry);
    const { expires_at } = this.identity;
    if (expires_at === null) return;
    const now = Date.now();
    if (now >= expires_at + this.#options.closeAfterExpiry) {
      this.refuse(new Refusal('unauthorized', 'the token has expired', { fatal: true }));
      return;
    }
    const announceAt = expires_at - expiryNotice;
    if (now >= announceAt && this.#announcedExpiry !== expires_at) {
      this.#announcedExpiry = expires_at;
      this.send('token_expiring', { expires_at });
    }
    const next = now < announceAt ? announceAt : expires_at + this.#options.closeAfterExpiry;
    this.#expiry = setTimeout(() => this.#watchExpiry(), Math.min(next - now, longestTimer));
  }
}
