import type { ServerEventName, ServerPayload } from '../../shared/events.ts';
import { monotonic } from '../../shared/monotonic.ts';
import { messageOf, Refusal, type RefusalMessage } from '../../shared/refusals.ts';
import type { RoomId } from '../../shared/rooms.ts';
import { type Banned, refusalOf } from '../access/banned.ts';
import { type Identity, userKeyOf } from '../access/identity.ts';
import { inboxOf } from '../access/inboxes.ts';
import { roomKey, tenantPrefix } from '../access/keys.ts';
import type { Encodings } from '../wire/encodings.ts';
import { Heartbeat } from '../wire/heartbeat.ts';
import { encodeLarge, encodeSmall, type Message } from '../wire/message.ts';
import { Outbox, type OutboxEvents } from '../wire/outbox.ts';
import { isLarge } from '../wire/pieces.ts';
import type { Readers } from '../wire/readers.ts';
import { Memberships, type MembershipsOptions } from './memberships.ts';
import { Newest } from './newest.ts';
import type { TuttiSocket } from './socket.ts';

/** How many events of one connection may wait for the log, or for earlier answers. */
const mostHeld = 1_000;
/** How long before its expiry a token is announced to be expiring, in milliseconds. */
const expiryNotice = 60_000;
/** How long a timer runs at most, in milliseconds: Node keeps all that run as long in one list, and a list for each other time. */
const longestTimer = 60_000;

/** What all connections of a server have in common. */
export interface ConnectionOptions {
  /** How long a token counts for valid after its `exp`, as clocks differ, and how long after that it is closed, in milliseconds. */
  expiry: { tolerance: number; closeAfter: number };
  /** How long it may take to answer a heartbeat, in milliseconds; undefined where that is not for this server to say. */
  heartbeat: number | undefined;
  /** How many rooms it may be in at once, besides its user's inbox. */
  maxRooms: number;
  /** Whether its transport is an application's as well, and lives on without it. */
  shared: boolean;
  /** Of the instance: what waits for its reader is counted there. */
  readers: Readers;
  /** Of the instance, too: what its answers have in common. */
  encodings: Encodings;
  /** Told when it is given up: it reads too slowly, or shows no sign of life. */
  onDropped(connection_id: string, reason: 'slow reader' | 'no answer'): void;
  /** Told of who sends what nobody needs to send, and of more in one message than is read. */
  onFlood(connection: Connection): void;
  onTooLarge(connection: Connection): void;
  onUnread(connection: Connection, packet: string): void;
}

/** Watches nobody. */
const unwatched = () => {};

/** A socket with someone behind it, and the rooms it takes part in. */
export class Connection implements MembershipsOptions, OutboxEvents {
  readonly id: string;
  /** Its user, whom a new token can not change. */
  readonly userKey: string;
  readonly inbox: RoomId;
  /** Whether it is sent compact frames, as it has asked. */
  readonly compact: boolean;
  readonly memberships: Memberships;
  /** When it came, by monotonic(), in whole milliseconds. */
  readonly since = Math.round(monotonic());
  /** Ends its interest in people: see People. */
  unwatch: () => void = unwatched;
  readonly #socket: TuttiSocket;
  readonly #options: ConnectionOptions;
  readonly #outbox: Outbox;
  /** The calendar's time minus monotonic(), when the token was taken: how long it counts depends on no clock that is set since. */
  #tokenClock = Date.now() - monotonic();
  #expiry: NodeJS.Timeout | undefined;
  #announcedExpiry: number | null = null;
  #held = 0;
  /** Resolves when all that came before is let in; undefined while nothing waits. */
  #arriving: Promise<void> | undefined;
  /** Resolves when the last read is answered; undefined where it is. */
  #reading: Promise<void> | undefined;
  #tokens: Newest | undefined;
  #subscriptions: Newest | undefined;

  constructor(socket: TuttiSocket, compact: boolean, options: ConnectionOptions) {
    this.id = socket.id;
    this.compact = compact;
    this.userKey = userKeyOf(socket.data.identity);
    this.#socket = socket;
    this.#options = options;
    const { heartbeat } = options;
    this.#outbox = new Outbox(
      socket.conn,
      options.readers,
      heartbeat === undefined ? undefined : new Heartbeat(socket.conn, heartbeat),
      this,
    );
    this.inbox = inboxOf(this.identity.user_id);
    this.memberships = new Memberships(this);
    this.#watchExpiry();
  }

  /** Whether it reads too slowly for cursors; it gets all of them when it has caught up. */
  get slow(): boolean {
    return this.#outbox.slow;
  }

  /** The tokens that it was sent: the newest good one counts. */
  get tokens(): Newest {
    this.#tokens ??= new Newest();
    return this.#tokens;
  }

  /** The lists of people that it asked to be told of. */
  get subscriptions(): Newest {
    this.#subscriptions ??= new Newest();
    return this.#subscriptions;
  }

  get maxRooms(): number {
    return this.#options.maxRooms;
  }

  get connected(): boolean {
    return this.#socket.connected;
  }

  get address(): string {
    return this.#socket.data.address;
  }

  get identity(): Identity {
    return this.#socket.data.identity;
  }

  /** A new token took over. */
  set identity(identity: Identity) {
    this.#socket.data.identity = identity;
    this.#tokenClock = Date.now() - monotonic();
    if (!this.connected) return;
    this.#watchExpiry();
  }

  get #now(): number {
    return monotonic() + this.#tokenClock;
  }

  get expired(): boolean {
    const { expires_at } = this.identity;
    return expires_at !== null && expires_at + this.#options.expiry.tolerance <= this.#now;
  }

  send<E extends ServerEventName>(event: E, payload: ServerPayload<E>): void {
    // One event's payload out of the union is what Socket.IO's types cannot follow through a generic.
    (this.#socket.emit as (event: string, payload: unknown) => void)(event, payload);
  }

  /** Sends what was encoded for many. */
  write(message: Message): void {
    this.#outbox.write(message);
  }

  /** Answers a callback by its number, or with an event. What a large answer has as its `document` is encoded once for many. */
  answer(to: ServerEventName | number, answer: object): void {
    const { name } = this.#socket.nsp;
    const { encodings } = this.#options;
    if (encodings.knows(answer) || isLarge(answer)) {
      const { pieces, release } = encodings.answer(answer);
      this.write(encodeLarge(to, pieces, name, release));
    } else this.write(encodeSmall(to, answer, name));
  }

  /**
   * Lets events in in the order in which they came, also where some have to wait for their points and others have not. At
   * once where nothing has to be waited for; refuses as `admitted` does.
   */
  inOrder<Admitted>(admitted: Admitted | Promise<Admitted>): Admitted | Promise<Admitted> {
    if (!(admitted instanceof Promise) && !this.#arriving) return admitted;
    const arrived = Promise.allSettled([admitted, this.#arriving]).then(() => admitted);
    const arriving = arrived.then(
      () => {},
      () => {},
    );
    this.#arriving = arriving;
    void arriving.then(() => {
      if (this.#arriving === arriving) this.#arriving = undefined;
    });
    return arrived;
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
    const drained = this.#reading?.then(() => this.#outbox.drained()) ?? this.#outbox.drained();
    const turn = drained.then(prepare).then((answer) => this.#options.readers.turn(answer));
    const over = () => {
      if (this.#reading === reading) this.#reading = undefined;
    };
    const reading = turn.then(over, over);
    this.#reading = reading;
    return turn;
  }

  /** What is published to the room's connections comes this way, from every instance; into an inbox nothing does. */
  onEntered(room_id: RoomId): void {
    if (room_id !== this.inbox) void this.#socket.join(roomKey(this.identity.org_id, room_id));
  }

  onExited(room_id: RoomId): void {
    void this.#socket.leave(roomKey(this.identity.org_id, room_id));
  }

  /** What is in vain counts among the events that wait until it has come. */
  onAbandoned(preparing: Promise<unknown>): void {
    const release = () => {
      this.#held -= 1;
    };
    this.#held += 1;
    preparing.then(release, release);
  }

  /** It gets all cursors when it has caught up. */
  onRecovered(): void {
    for (const { room_id, participation } of this.memberships) {
      if (participation) this.send('cursor_moved', { room_id, cursors: participation.cursors });
    }
  }

  onFull(): void {
    this.#drop('slow reader');
  }

  onHeard(): void {
    this.#outbox.heard();
  }

  onFlood(): void {
    this.#options.onFlood(this);
  }

  onTooLarge(): void {
    this.#options.onTooLarge(this);
  }

  onUnread(packet: string): void {
    this.#options.onUnread(this, packet);
  }

  /** Tells who sent an event why it is refused: by the callback that came with it, or else with an event. */
  tellRefused(message: RefusalMessage, callback: number | undefined, event: 'error' | 'auth_error' = 'error'): void {
    if (callback !== undefined) this.answer(callback, { ok: false, error: message });
    else this.send(event, message);
  }

  /** Refuses whatever may come, and ends the connection; the client does not come back by itself. */
  refuse(refusal: Refusal): void {
    this.send('error', messageOf(refusal, Date.now()));
    this.close();
  }

  /**
   * Ends where its user or its token is banned. Before it is known that they are not, it hears nothing that is published to
   * everyone; and that is for the tenant's own, not for guests.
   */
  heed(banned: Banned): void {
    const refusal = refusalOf(banned, this.identity);
    if (refusal) this.refuse(new Refusal(refusal.error_code, refusal.message, { fatal: true }));
    else if (!this.identity.guest) this.#socket.join(tenantPrefix(this.identity.org_id));
  }

  close(): void {
    this.#socket.disconnect(!this.#options.shared);
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
    this.#outbox.end();
    this.unwatch();
    this.memberships.end();
  }

  /** Ends the connection without waiting for what is unsent; the client comes back and catches up. */
  #drop(reason: 'slow reader' | 'no answer'): void {
    this.#options.onDropped(this.id, reason);
    if (this.#options.shared) this.#socket.disconnect();
    else this.#socket.conn.close(true);
  }

  /** Announces the expiry of the token, and closes the connection when it has passed. */
  #watchExpiry(): void {
    clearTimeout(this.#expiry);
    const { expires_at } = this.identity;
    if (expires_at === null) return;
    const now = this.#now;
    const { tolerance, closeAfter } = this.#options.expiry;
    const closeAt = expires_at + tolerance + closeAfter;
    if (now >= closeAt) {
      this.refuse(new Refusal('unauthorized', 'the token has expired', { fatal: true }));
      return;
    }
    const announceAt = expires_at - expiryNotice;
    if (now >= announceAt && this.#announcedExpiry !== expires_at) {
      this.#announcedExpiry = expires_at;
      this.send('token_expiring', { expires_at });
    }
    const next = now < announceAt ? announceAt : closeAt;
    this.#expiry = setTimeout(() => this.#watchExpiry(), Math.min(next - now, longestTimer));
  }
}
