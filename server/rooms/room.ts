import type { Author, Entry, OperationLimits } from '../../shared/documents/type.ts';
import type {
  Answer,
  Cursor,
  DocumentMessage,
  Payload,
  RoomState,
  ServerEventName,
  ServerPayload,
  Since,
} from '../../shared/events.ts';
import { checkSize, sizeOf } from '../../shared/json.ts';
import { Refusal } from '../../shared/refusals.ts';
import { includesRole, kindOf, parseRoomId, type Role, type RoomId } from '../../shared/rooms.ts';
import type { Connection } from '../connections/connection.ts';
import { Document } from '../documents/document.ts';
import type { Budget } from '../limits/budget.ts';
import type { Consume } from '../limits/limits.ts';
import { Tally } from '../limits/tally.ts';
import type { Keep, LoadedRoom, Log, News } from '../logs/log.ts';
import { encode } from '../wire/message.ts';
import { Accounts } from './accounts.ts';
import type { Beat } from './beat.ts';
import { Cursors } from './cursors.ts';
import { Due } from './due.ts';
import { Elsewhere, roomFull } from './elsewhere.ts';
import type { Broadcast } from './frame.ts';
import { readHistory } from './history.ts';
import type { Member } from './member.ts';
import { missedSince, readMissed, readOlder, type Source, weightOf } from './missed.ts';
import { type First, Newcomers } from './newcomers.ts';
import { Presence, presentOf } from './presence.ts';
import { type Present, type Relay, type RoomMessage, Whispers } from './relay.ts';
import { Typing } from './typing.ts';
import { Updates } from './updates.ts';
import { anotherEpoch, Writer } from './writer.ts';

/** How many revisions lie between two snapshots, and how many bytes of the document add one: long ones take long to keep. */
const snapshotEvery = 500;
const bytesPerRevision = 512;
/** Bytes of entries after which there is a snapshot too, besides as many as the document has: all of them are loaded. */
const snapshotBytes = 1024 * 1024;
/** What the log keeps for clients that were away: typing for a day, or of pastes eight times the largest document. */
const kept: Keep = { entries: 10_000, bytes: 16 * 1024 * 1024 };
/** Bytes that a room takes in memory besides its document, roughly. */
const overhead = 6 * 1024;
/** What is told to everyone here is counted from so many bytes on. */
const light = 1024;
/** Who the room is where it does something by itself: nobody's `sub` is empty. */
const itself = { user_id: '', client_id: 'server', role: 'service' } as const;

export interface RoomOptions {
  /** The room's key, tenant included: in the log, and among Socket.IO's rooms. */
  key: string;
  room_id: RoomId;
  log: Log;
  beat: Beat;
  /** Where the cost of what is done here is counted. */
  budget: Budget;
  /** Takes from what a user may write. */
  consume: Consume;
  /** How the room speaks to other instances, where there may be any. */
  relay?: Relay | undefined;
  operationLimits: OperationLimits;
  max_document_bytes: number;
  max_message_bytes: number;
  max_participants: number;
  onAppended(milliseconds: number, committed: boolean): void;
  /** Told of what was sent to so many connections. */
  onSent(payload: ServerPayload<ServerEventName>, connections: number): void;
  onError(error: unknown): void;
}

/** How someone joins: see `join_room` in shared/events.ts. */
export interface Joining {
  client_id: string;
  role: Role;
  since: Since | undefined;
}

/** One live room on this instance: its document, who takes part, and what it tells them. */
export class Room {
  readonly key: string;
  readonly room_id: RoomId;
  readonly presence: Presence;
  readonly cursors: Cursors;
  readonly typing: Typing;
  /** The room on other instances, where there may be any. */
  readonly elsewhere: Elsewhere | undefined;
  readonly writer: Writer;
  readonly #options: RoomOptions;
  readonly #accounts: Accounts;
  readonly #document: Document;
  readonly #members = new Map<string, Member>();
  readonly #newcomers: Newcomers;
  readonly #updates: Updates;
  readonly #whispers: Whispers | undefined;
  readonly #due: Due;
  readonly #unfollow: () => void;
  #snapshotAt: number;
  /** Bytes of entries since then. */
  #unkept: number;
  /** Resolves when the last one is there, or has failed. */
  #snapshotting = Promise.resolve();
  /** The clients that are about to be members, or about to publish. */
  readonly #expected = new Tally();
  /** The clients that have not yet been told the state since the document has another history. */
  #outdated = new Set<string>();
  /** Since when nobody has been in it. */
  #idleSince = Date.now();
  #closed = false;

  constructor(options: RoomOptions, loaded: LoadedRoom) {
    const { key, room_id, log, beat, relay, max_document_bytes, max_participants, onAppended, onError } = options;
    this.key = key;
    this.room_id = room_id;
    this.#options = options;
    this.#accounts = new Accounts(options.budget, key);
    this.#newcomers = new Newcomers(options.consume);
    this.#document = new Document(room_id, loaded, options.operationLimits.max_operation_parts);
    this.#snapshotAt = loaded.snapshot?.revision ?? 0;
    this.#unkept = weightOf(this.#document, loaded.entries);
    const broadcast: Broadcast = (event, payload, except) => this.#broadcast(event, payload, except);
    this.presence = new Presence(room_id, broadcast);
    const whispers = relay && new Whispers((whisper) => relay.tell(key, whisper));
    this.#whispers = whispers;
    this.cursors = new Cursors({
      room_id,
      document: this.#document,
      broadcast,
      whispers,
      accounts: this.#accounts,
    });
    this.typing = new Typing(room_id, broadcast);
    this.#updates = new Updates(room_id, this.#document, broadcast);
    this.writer = new Writer({
      key,
      log,
      document: this.#document,
      max_document_bytes,
      beat,
      accounts: this.#accounts,
      onCommitted: (news, here) => this.#committed(news, here),
      onReplaced: () => this.#replaced(),
      onAppended,
      onError,
    });
    this.#due = new Due({
      document: this.#document,
      submit: (operation) => this.append({ operation }, itself),
      onError,
    });
    this.#due.look();
    this.#unfollow = log.follow(key, (news) => this.writer.receive(news));
    if (!relay || !whispers) return;
    this.elsewhere = new Elsewhere({
      key,
      relay,
      whispers,
      max_participants,
      presence: this.presence,
      cursors: this.cursors,
      typing: this.typing,
      members: () => [...this.#members.values()].map(presentOf),
      onReplaced: (present) => this.#replacedBy(present),
      onMessage: (message) => this.#deliver(message),
      onError,
    });
  }

  /**
   * Prepares what a connection needs to become a member. The function that it resolves with makes it one, and returns
   * the state to answer with: call it in the moment of answering, so that no news of the room is sent before the answer
   * and none falls between the two. It refuses `forbidden`, `room_full`, `too_many_connections`
   * and `rate_limited`.
   */
  async join(connection: Connection, joining: Joining): Promise<() => RoomState> {
    const { client_id, role, since } = joining;
    const { user_id } = connection.identity;
    const [older, release] = await this.#expect(client_id, async () => {
      this.#accounts.take(user_id, 'bytes', 0);
      const read = since ? await readOlder(this.#source, since) : [];
      return [read, await this.elsewhere?.reserve(user_id)] as const;
    });
    return () => {
      this.#expected.change(client_id, -1);
      const missed = since && missedSince(this.#document, since, older);
      try {
        this.#accounts.take(user_id, 'bytes', this.#weigh(missed));
        this.#admit(new RoomMember(this, connection, joining));
      } finally {
        release?.();
      }
      return this.state(client_id, role, missed);
    };
  }

  /** Ends a membership. Says nothing to the one that leaves. */
  leave(member: Member): void {
    if (member.connection.memberships.get(this.room_id) !== member) return;
    member.connection.exit(member);
    this.#remove(member);
  }

  /** Removes a user, or everyone, and tells them why. Returns how many connections that were. */
  expel(reason: ServerPayload<'room_removed'>['reason'], user_id?: string): number {
    const members = [...(user_id === undefined ? this.#members.values() : this.presence.membersOf(user_id))];
    for (const member of members) this.#dismiss(member, reason);
    return members.length;
  }

  /** The room for a user that reads it. Refuses `rate_limited` where that one has read too much. */
  read(client_id: string, role: Role, user_id: string): RoomState {
    this.#accounts.take(user_id, 'bytes', this.#weigh());
    return this.state(client_id, role);
  }

  /** The room as a client sees it that joins; only what it missed, where that is given. */
  state(client_id: string, role: Role, missed?: readonly Entry[]): RoomState {
    const { epoch, revision } = this.#document;
    this.#outdated.delete(client_id);
    return {
      room_id: this.room_id,
      role,
      epoch,
      revision,
      recovered: missed !== undefined,
      ...(missed ? { operations: [...missed] } : { document: this.#saved() }),
      sequence: this.writer.record(client_id)?.sequence ?? 0,
      participants: this.presence.list(),
      participant_count: this.presence.count,
      cursors: this.cursors.list(),
      typing: this.typing.list(),
    };
  }

  /**
   * The entries since a revision, as many as one answer carries, or the document where the log no longer reaches back.
   * Refuses `conflict`, and `rate_limited` where the user has read too much.
   */
  async operations(since: Since, limit: number, user_id: string): Promise<Answer<'get_operations'>> {
    const { epoch } = this.#document;
    if (since.epoch !== epoch && since.revision > 0) {
      throw new Refusal('conflict', `${this.room_id} is in another epoch: join again`);
    }
    if (since.revision > this.#document.revision) {
      throw new Refusal(
        'conflict',
        `revision ${since.revision} is not there yet, the document is at ${this.#document.revision}`,
      );
    }
    this.#accounts.take(user_id, 'bytes', 0);
    const missed = await readMissed(this.#source, since.revision, limit);
    const { epoch: now, revision } = this.#document;
    // In a room that was empty, none was missed; it may have its first entry since.
    if (epoch !== '' && epoch !== now) throw anotherEpoch();
    this.#accounts.charge(user_id, 'bytes', this.#weigh(missed));
    if (!missed) return { epoch: now, revision, document: this.#saved(), more: false };
    const reached = since.revision + missed.length;
    return { epoch: now, revision: reached, operations: [...missed], more: reached < revision };
  }

  /** The entries of a feed before one of them. Refuses `bad_request` where the room is no feed. */
  history(before: string | undefined, limit: number, user_id: string): Promise<Answer<'get_history'>> {
    return readHistory({ ...this.#source, accounts: this.#accounts }, user_id, before, limit);
  }

  /** Reads an operation as it came, and brings it into the log. Resolves with the revision that it made. */
  submit(member: Member, payload: Omit<Payload<'collaboration_operation'>, 'room_id'>): Promise<number> {
    const { client_id, role, connection } = member;
    if (this.#outdated.has(client_id)) throw anotherEpoch();
    const author = { client_id, role, user_id: connection.identity.user_id };
    const firsts: First[] = [];
    // Inboxes are as many as users.
    if (this.#document.revision === 0 && kindOf(this.room_id) !== 'user') firsts.push('new rooms');
    if (payload.sequence !== undefined && !this.writer.record(client_id)) firsts.push('new clients');
    const taking = this.#newcomers.take(connection.userKey, client_id, firsts);
    return taking ? taking.then(() => this.append(payload, author)) : this.append(payload, author);
  }

  /**
   * Prepares to append what a service has to say. The function that it resolves with does so, and must be called: what was
   * prepared first comes first. A named client says one thing only, which is committed once.
   */
  async publish(operation: unknown, user_id: string, named?: string): Promise<() => Promise<number>> {
    const client_id = named ?? 'service';
    await this.#expect(client_id, async () => {});
    return async () => {
      try {
        const author = { user_id, client_id, role: 'service' } as const;
        return await this.append({ operation, sequence: named === undefined ? undefined : 1 }, author);
      } finally {
        this.#expected.change(client_id, -1);
        this.#forgetClients();
      }
    };
  }

  /** The same for whoever is no member. */
  append(
    { operation, revision, sequence }: Omit<Payload<'collaboration_operation'>, 'room_id'>,
    author: Author & { client_id: string },
  ): Promise<number> {
    const { type } = this.#document;
    const { max_message_bytes, operationLimits } = this.#options;
    if (type.bounded) checkSize('operation', operation, max_message_bytes);
    const decoded = type.decode(operation, operationLimits);
    const needed = type.roleFor(decoded);
    if (!includesRole(author.role, needed)) {
      throw new Refusal('forbidden', `needs the role ${needed} in ${this.room_id}, this is ${author.role}`);
    }
    if (author.role !== 'service') this.#payToTell(author.user_id, type.weight(decoded), this.#members.size);
    // Commands are made against the head, whatever it is.
    const base = type.transform ? revision : undefined;
    return this.writer.submit({ operation: decoded, revision: base, sequence, ...author });
  }

  /**
   * Sends a message to everyone in the room, or to the connections of one user. Returns when. Refuses `not_found` a user
   * who is not here, and `rate_limited` where the sender, or the room, has used up its share of what is sent.
   */
  message(member: Member, message: unknown, to: string | undefined): number {
    const timestamp = Date.now();
    const { user_id } = member.connection.identity;
    if (to !== undefined && !this.presence.has(to)) {
      throw new Refusal('not_found', `to: nobody here has the user_id ${to}`);
    }
    const listeners = to === undefined ? this.#members.size : this.presence.membersOf(to).length;
    this.#payToTell(user_id, sizeOf(message), listeners);
    const sent = { message: { user_id, message, timestamp }, ...(to !== undefined && { to }) };
    this.#deliver(sent);
    this.#whispers?.message(sent);
    return timestamp;
  }

  /** A member's role or name is another one. */
  update(member: Member, role: Role): void {
    member.role = role;
    this.#whispers?.came(presentOf(member));
  }

  /** Says who types, here and on other instances. */
  type(user_id: string, is_typing: boolean): void {
    this.typing.set(user_id, is_typing);
    this.#whispers?.typing(user_id, is_typing);
  }

  /** Called now and then. */
  tick(now: number): void {
    if (this.#members.size > 0) this.#updates.tellHead(now, this.presence.count);
    if (this.writer.queued === 0) this.#trim();
  }

  /** Since when nobody has been here, in milliseconds since the epoch; undefined while somebody is or is coming. */
  get idleSince(): number | undefined {
    return this.#members.size === 0 && this.#expected.isEmpty ? this.#idleSince : undefined;
  }

  /** Someone asks for the room: it stays a while longer. */
  touch(): void {
    this.#idleSince = Date.now();
  }

  /** Bytes in memory, roughly. */
  get bytes(): number {
    return this.#document.bytes + overhead;
  }

  /** Resolves when all that was submitted is in the log, and the content beside it. */
  async settled(): Promise<void> {
    await this.writer.settled();
    await this.#snapshot();
  }

  /** Leaves memory. Only after settled() and while nobody is here, unless its log is gone. */
  close(): void {
    this.#closed = true;
    this.#unfollow();
    this.elsewhere?.close();
    this.#updates.close();
    this.#due.close();
    this.presence.close();
    this.cursors.close();
    this.typing.close();
  }

  #admit(member: Member): void {
    if (this.#closed) throw new Refusal('not_found', `${this.room_id} was deleted: join again`);
    const { connection, client_id } = member;
    const { user_id } = connection.identity;
    const holder = this.#members.get(client_id);
    const held = holder ? presentOf(holder) : this.elsewhere?.holder(client_id);
    const owner = held?.user_id ?? this.writer.record(client_id)?.user_id ?? user_id;
    if (owner !== user_id) throw new Refusal('forbidden', `client_id ${client_id} is another user's`);
    const { max_participants } = this.#options;
    if (!this.presence.has(user_id) && this.presence.count >= max_participants) throw roomFull(max_participants);
    const before = membershipOf(connection, this.room_id);
    connection.enter(member);
    this.#members.set(client_id, member);
    this.presence.add(member);
    this.#whispers?.came(presentOf(member));
    if (before) this.#remove(before);
    if (holder && holder !== before) this.#dismiss(holder, 'replaced');
  }

  #dismiss(member: Member, reason: ServerPayload<'room_removed'>['reason']): void {
    this.leave(member);
    member.connection.send('room_removed', { room_id: this.room_id, reason });
  }

  /** What was a member's goes with it. */
  #remove(member: Member): void {
    const { client_id, connection } = member;
    const { user_id } = connection.identity;
    if (this.#members.get(client_id) === member) {
      this.#members.delete(client_id);
      this.#newcomers.forget(client_id);
      this.#whispers?.went(client_id);
    }
    this.cursors.remove(member);
    this.presence.remove(member);
    if (!this.presence.has(user_id) && this.typing.has(user_id)) this.type(user_id, false);
    this.#forgetClients();
    if (this.#members.size > 0) return;
    this.#idleSince = Date.now();
    this.#snapshot().catch(this.#options.onError);
  }

  /** Recalls a client, which is expected from here on. */
  async #expect<Prepared>(client_id: string, prepare: () => Promise<Prepared>): Promise<Prepared> {
    this.#expected.change(client_id, 1);
    try {
      await this.writer.recall(client_id);
      return await prepare();
    } catch (error) {
      this.#expected.change(client_id, -1);
      throw error;
    }
  }

  #forgetClients(): void {
    this.writer.forget((client_id) => this.#members.has(client_id) || this.#expected.of(client_id) > 0);
  }

  get #source(): Source {
    return { log: this.#options.log, key: this.key, document: this.#document };
  }

  /** Bytes of what is answered: of entries, or where there are none of the document. */
  #weigh(missed?: readonly Entry[]): number {
    const { type, content } = this.#document;
    return missed ? weightOf(this.#document, missed) : type.bytes(content);
  }

  #saved(): DocumentMessage {
    const { type, content } = this.#document;
    return { type: type.name, content: type.save(content) };
  }

  #committed(news: News, here: boolean): void {
    if (this.#closed) return;
    this.#updates.add(news, here);
    this.#due.look();
    this.#options.beat.wrote(this.#members.size);
    this.cursors.follow();
    this.#trim();
    this.#unkept += weightOf(this.#document, news.entries);
    const { type, content, revision } = this.#document;
    const bytes = type.bytes(content);
    const many = revision - this.#snapshotAt >= snapshotEvery + bytes / bytesPerRevision;
    if (many || this.#unkept >= snapshotBytes + bytes) this.#snapshot().catch(this.#options.onError);
  }

  /** What goes to many costs more than its sender had to send. */
  #payToTell(user_id: string, bytes: number, listeners: number): void {
    if (bytes > light) this.#accounts.take(user_id, 'bytes', bytes * listeners);
  }

  /** Lets entries go that memory has too many of. */
  #trim(): void {
    if (!this.#document.overfull || this.writer.needsOld) return;
    this.cursors.advance();
    this.#document.trim();
  }

  /** Speaks to the connections of this instance: encoded once, written to each. */
  #broadcast<E extends ServerEventName>(event: E, payload: ServerPayload<E>, except: string[] = []): void {
    const left = new Set(except);
    const listeners = [...this.#members.values()].filter(
      ({ connection }) => !left.has(connection.id) && !(event === 'cursor_moved' && connection.slow),
    );
    if (listeners.length === 0) return;
    const message = encode(event, payload);
    for (const { connection } of listeners) connection.write(message);
    this.#options.onSent(payload, listeners.length);
  }

  #deliver({ message, to }: RoomMessage): void {
    const payload = { room_id: this.room_id, ...message };
    const members = to === undefined ? [...this.#members.values()] : this.presence.membersOf(to);
    // One by one: it may be binary, which Socket.IO encodes.
    for (const { connection } of members) connection.send('room_message', payload);
    this.#options.onSent(payload, members.length);
  }

  /** A client that joins on another instance takes its place over from the connection that it had here. */
  #replacedBy({ client_id, user_id, joined_at }: Present): void {
    const member = this.#members.get(client_id);
    if (!member || member.connection.identity.user_id !== user_id || member.joined_at >= joined_at) return;
    this.#dismiss(member, 'replaced');
  }

  #replaced(): void {
    const { epoch, revision } = this.#document;
    this.#outdated = new Set(this.#members.keys());
    this.#snapshotAt = 0;
    this.cursors.clear();
    this.#updates.add({ epoch, revision, entries: [] }, false);
  }

  /**
   * Keeps the content beside the log, so that the next one who loads the room need not apply all of it again. One that is
   * on its way already is waited for.
   */
  async #snapshot(): Promise<void> {
    const snapshot = this.#document.snapshot();
    if (snapshot.revision === this.#snapshotAt) return this.#snapshotting;
    this.#snapshotAt = snapshot.revision;
    this.#unkept = 0;
    const keeping = this.#options.log.snapshot(this.key, snapshot, kept);
    this.#snapshotting = keeping.then(
      () => {},
      () => {},
    );
    await keeping;
  }
}

/** A member, which knows the room that it is in. */
export class RoomMember implements Member {
  readonly room: Room;
  readonly connection: Connection;
  readonly client_id: string;
  readonly joined_at = Date.now();
  role: Role;

  constructor(room: Room, connection: Connection, { client_id, role }: Joining) {
    this.room = room;
    this.connection = connection;
    this.client_id = client_id;
    this.role = role;
  }

  get room_id(): RoomId {
    return this.room.room_id;
  }

  get key(): string {
    return this.room.key;
  }

  get cursors(): Cursor[] {
    return this.room.cursors.list();
  }

  update(role: Role): void {
    this.room.update(this, role);
  }

  leave(): void {
    this.room.leave(this);
  }
}

/** A connection's place in a room; undefined where it has not joined. */
function membershipOf({ memberships }: Connection, room_id: RoomId): RoomMember | undefined {
  const membership = memberships.get(room_id);
  return membership instanceof RoomMember ? membership : undefined;
}

/** A connection's place in a room. Refuses `not_found` where it has not joined, `forbidden` where its role is too low. */
export function memberOf(connection: Connection, raw: string, needed: Role): RoomMember {
  const room_id = parseRoomId(raw);
  const member = membershipOf(connection, room_id);
  if (!member) throw new Refusal('not_found', `not joined: ${room_id}`);
  if (includesRole(member.role, needed)) return member;
  throw new Refusal('forbidden', `needs the role ${needed} in ${room_id}, this is ${member.role}`);
}
