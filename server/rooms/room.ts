import type { Author, Trial } from '../../shared/documents/type.ts';
import type { Payload, RoomState, Since } from '../../shared/events.ts';
import { checkSize } from '../../shared/json.ts';
import { monotonic } from '../../shared/monotonic.ts';
import { Refusal } from '../../shared/refusals.ts';
import { type AuthorRole, includesRole, type RoomId } from '../../shared/rooms.ts';
import { userKeyOf } from '../access/identity.ts';
import { tenantOfKey } from '../access/keys.ts';
import { Document } from '../documents/document.ts';
import { weightOf } from '../documents/weight.ts';
import type { LoadedRoom, News } from '../logs/log.ts';
import { Accounts } from './accounts.ts';
import { Cursors, type CursorsOptions } from './cursors.ts';
import { Due } from './due.ts';
import { Elsewhere } from './elsewhere.ts';
import type { Broadcast } from './frame.ts';
import type { HeldRoom } from './held.ts';
import { Listening, type RoomListener } from './listening.ts';
import type { Member } from './member.ts';
import { Members, type MembersOptions } from './members.ts';
import type { Older } from './missed.ts';
import { type First, Newcomers } from './newcomers.ts';
import { OfKind, type RoomOptions } from './ofKind.ts';
import { Presence, type PresenceEvents, presentOf } from './presence.ts';
import { Reading, type ReadingOptions } from './reading.ts';
import { Redacting } from './redacting.ts';
import { type RoomMessage, Whispers } from './relay.ts';
import { Rest, type RestOptions } from './rest.ts';
import { Snapshots, type SnapshotsOptions } from './snapshots.ts';
import type { Stand } from './stand.ts';
import { Telling, type TellingOptions } from './telling.ts';
import { Trying } from './trying.ts';
import { Typing } from './typing.ts';
import { Underway } from './underway.ts';
import { Updates, type UpdatesOptions } from './updates.ts';
import { anotherEpoch, Writer, type WriterOptions } from './writer.ts';

/** Bytes that a room takes in memory besides its document, roughly. */
const overhead = 4 * 1024;
/** Bytes from which on an operation is refused where rooms take as much memory as they may: the rest is for who types. */
const large = 4 * 1024;
/** Bytes that a command takes in memory besides, as long as it waits: it is some objects. */
const commandBytes = 300;
/** Who the room is where it does something by itself: nobody's `sub` is empty. */
const itself = { user_id: '', client_id: 'server', role: 'service' } as const;

/** An operation as it is sent by whoever has not joined. */
export type Written = Omit<Payload<'collaboration_operation'>, 'room_id'> & {
  /** In which it was made. */
  epoch?: string | undefined;
  /** See Submission. */
  exact?: true | undefined;
};

/** One live room on this instance: who takes part, what they write, and what all are told of it. */
export class Room
  extends OfKind
  implements
    TellingOptions,
    PresenceEvents,
    CursorsOptions,
    SnapshotsOptions,
    WriterOptions,
    RestOptions,
    MembersOptions,
    ReadingOptions,
    UpdatesOptions,
    HeldRoom
{
  readonly key: string;
  readonly org_id: string;
  readonly room_id: RoomId;
  /** What it holds; to be read alone. */
  readonly document: Document;
  readonly accounts: Accounts;
  readonly newcomers: Newcomers;
  /** What is told to other instances, where there may be any. */
  readonly whispers: Whispers | undefined;
  readonly members: Members;
  readonly presence: Presence;
  readonly cursors: Cursors;
  readonly typing: Typing;
  readonly telling: Telling;
  readonly reading: Reading;
  readonly writer: Writer;
  readonly snapshots: Snapshots;
  /** Of a kind in which something is unsaid. */
  readonly redacting: Redacting | undefined;
  readonly #underway = new Underway();
  /** The room on other instances, where there may be any. */
  readonly elsewhere: Elsewhere | undefined;
  readonly #updates: Updates;
  /** Of a type that does something by itself. */
  readonly #due: Due | undefined;
  readonly #unfollow: () => void;
  /** Those who have not yet been told the state since the document has another history. */
  #outdated: WeakSet<Member> | undefined;
  readonly #listening = new Listening();
  /** Of a type whose operations are tried before. */
  readonly #trying: Trying | undefined;
  readonly #rest: Rest;
  /** Since when nobody has been in it. */
  #idleSince = monotonic();
  #closed = false;

  /** `key`: tenant included, as the log and Socket.IO have it. */
  constructor({ key, room_id }: Pick<Room, 'key' | 'room_id'>, options: RoomOptions, loaded: LoadedRoom) {
    const { kind, log, now, relay, onError } = options;
    super(options);
    this.key = key;
    this.org_id = tenantOfKey(key);
    this.room_id = room_id;
    this.document = new Document(kind.type, loaded, options.operationLimits.max_operation_parts);
    this.accounts = new Accounts(options.budget, key);
    this.newcomers = new Newcomers(options.consume);
    this.whispers = relay && new Whispers((whisper) => relay.tell(key, whisper));
    const { document, whispers } = this;
    // To each of its parts the room is what that has to know: no part holds a list of its own of the others.
    this.telling = new Telling(this);
    this.presence = new Presence(room_id, this.broadcast, this);
    this.cursors = new Cursors(this);
    this.typing = new Typing(room_id, this.broadcast, whispers);
    this.snapshots = new Snapshots(this, loaded.snapshot?.revision ?? 0, document.weigh(loaded.entries));
    if (kind.redaction)
      this.redacting = new Redacting({
        key,
        log,
        document,
        kind,
        accounts: this.accounts,
        keepSnapshot: () => this.snapshots.keepNow(),
        onError,
      });
    this.writer = new Writer(this);
    this.#rest = new Rest(this);
    this.members = new Members(this);
    this.#updates = new Updates(this);
    this.reading = new Reading(this);
    if (kind.type.vet) this.#trying = new Trying();
    if (kind.type.due)
      this.#due = new Due({ document, now, submit: (operation) => this.append({ operation }, () => itself), onError });
    this.#due?.look();
    this.redacting?.committed(heldBy(document));
    this.#unfollow = this.#follow();
    if (!relay || !whispers) return;
    this.elsewhere = new Elsewhere({
      key,
      relay,
      whispers,
      max_participants: this.max_participants,
      presence: this.presence,
      cursors: this.cursors,
      typing: this.typing,
      members: () => [...this.members].map(presentOf),
      onReplaced: (present) => this.members.replacedBy(present),
      onMessage: (message) => this.telling.deliver(message),
      onGivesWay: (user_id) => this.members.giveWay(user_id),
      onToldToGo: (user_id) => void this.members.expel('room_full', user_id),
      onError,
    });
  }

  /** Speaks to everyone here. */
  get broadcast(): Broadcast {
    return this.telling.broadcast;
  }

  /**
   * Lets in who was expected, and returns the state to answer with: in the moment of answering, so that no news of the
   * room is sent before the answer and none falls between the two. `older`: what was fetched of what it has missed.
   * Refuses `not_found`, `forbidden`, `room_full` and `rate_limited`, and `unavailable` where the client has sent something
   * since it was waited for.
   */
  admit(member: Member, since: Since | undefined, older: Older): RoomState {
    if (this.#closed) throw new Refusal('not_found', `${this.room_id} was deleted: join again`);
    if (this.#underway.has(member.client_id))
      throw new Refusal('unavailable', 'an operation of this client is on its way', { retry_after_ms: 10 });
    const missed = this.reading.missed(since, older, member.connection.identity.user_id);
    this.members.admit(member);
    this.#outdated?.delete(member);
    return this.reading.state(member.client_id, member.role, missed);
  }

  /** Lets in who was here before the room was in memory, and tells it what has been written. */
  wake(member: Member): void {
    const { room_id } = this;
    this.#updates.flush();
    this.members.admit(member);
    const { epoch, revision, proof, reach } = this.document;
    if (revision === 0) return;
    const operations = [...this.document.since(reach)];
    if (reach === 0) member.connection.send('collaboration_update', { room_id, epoch, revision: 0, operations, proof });
    else {
      const participant_count = this.presence.count;
      member.connection.send('room_head', { room_id, epoch, revision, proof, participant_count });
    }
  }

  /** Resolves when what a client has sent is in the log or refused: what it is told of the room then says what became of it. */
  settledOf(client_id: string): Promise<void> {
    return this.#underway.over(client_id);
  }

  /** What a member that asks is told of the room: it knows of its history from here on. Refuses `rate_limited`. */
  read(member: Member): RoomState {
    const { client_id, role, connection } = member;
    const state = this.reading.read(client_id, role, connection.identity.user_id);
    this.#outdated?.delete(member);
    return state;
  }

  /** Reads an operation as it came, and brings it into the log. Resolves with the revision that it made. */
  submit(member: Member, payload: Omit<Payload<'collaboration_operation'>, 'room_id'>): Promise<number> {
    const { client_id, connection } = member;
    const { epoch } = this.document;
    const author = () => {
      const { role, membership } = member;
      // Meanwhile it may have been removed, or the document have another history.
      if (membership.wasRemoved) throw new Refusal('forbidden', `removed from ${this.room_id} meanwhile`);
      if (this.#outdated?.has(member) || (epoch !== '' && epoch !== this.document.epoch)) throw anotherEpoch();
      return { client_id, role, user_id: connection.identity.user_id };
    };
    return this.#submit(payload, { client_id, userKey: connection.userKey }, (before) =>
      this.append(payload, author, before),
    );
  }

  /**
   * The same for whoever has not joined, made in an `epoch`, if it names one. Resolves with where the room stands by it.
   * Refuses `conflict` where that is another history, and `forbidden` where the client is another user's.
   */
  async write({ epoch, ...payload }: Written, author: Author & { client_id: string }): Promise<Stand> {
    const { client_id, user_id, role } = author;
    const release = await this.members.expect(client_id);
    try {
      this.members.checkOwner(client_id, user_id);
      await this.reach({ epoch, revision: payload.revision });
      const made = epoch ?? this.document.epoch;
      const isRepeat = (payload.sequence ?? 0) <= (this.writer.record(client_id)?.sequence ?? -1);
      const checked = () => {
        if (this.#closed) throw new Refusal('not_found', `${this.room_id} was deleted`);
        // Whoever stands where nothing was written takes the epoch of the first entry.
        if (!isRepeat && made !== '' && made !== this.document.epoch) throw anotherEpoch();
        return author;
      };
      const append = (before?: readonly Promise<unknown>[]) => this.append(payload, checked, before);
      const userKey = userKeyOf({ org_id: this.org_id, user_id });
      const revision = await (role === 'service' ? append() : this.#submit(payload, { client_id, userKey }, append));
      return { epoch: this.document.epoch, revision };
    } finally {
      release();
    }
  }

  /** Looks at the log where somebody knows of another head than this one: another instance may have told them of it. */
  async reach({ epoch, revision = 0 }: { epoch?: string | undefined; revision?: number | undefined }): Promise<void> {
    const isHere = (epoch === undefined || epoch === this.document.epoch) && revision <= this.document.revision;
    if (!isHere) await this.writer.look();
  }

  /**
   * Prepares to append what a service has to say. The function that it resolves with does so, and must be called: what was
   * prepared first comes first. A named client says one thing only, which is committed once.
   */
  async publish(operation: unknown, user_id: string, named?: string): Promise<() => Promise<number>> {
    const client_id = named ?? 'service';
    const release = await this.members.expect(client_id);
    return async () => {
      try {
        const author = { user_id, client_id, role: 'service' } as const;
        return await this.append({ operation, sequence: named === undefined ? undefined : 1 }, () => author);
      } finally {
        release();
      }
    };
  }

  /**
   * Brings an operation into the log. Refuses `unavailable` where too much waits for that. `whose`: by whom it is, or refuses
   * where that one may not write; asked again where it had to wait, for it had to be tried or came after one that had to.
   * `before`: what its client has on its way.
   */
  append(
    { operation, revision, sequence, exact, restores, again }: Omit<Written, 'epoch'>,
    whose: () => Author & { client_id: string },
    before: readonly Promise<unknown>[] = [],
  ): Promise<number> {
    const { type } = this.document;
    const { max_message_bytes, operationLimits, backlog, held } = this.options;
    if (type.bounded) checkSize('operation', operation, max_message_bytes);
    const decoded = type.decode(operation, operationLimits);
    const allowed = () => {
      const author = whose();
      this.#checkRole(author.role, type.roleFor(decoded));
      this.#checkRole(author.role, this.kind.roles?.write ?? 'viewer');
      return author;
    };
    const author = allowed();
    const bytes = weightOf(type, decoded);
    if (bytes >= large) held.check(this.org_id);
    const objects = type.transform ? 0 : commandBytes * type.parts(decoded);
    return backlog.hold(bytes + objects, () => {
      if (author.role !== 'service') this.telling.pay(author.user_id, bytes, this.members.size);
      // Commands are made against the head, whatever it is.
      const base = type.transform ? revision : undefined;
      const submit = (by: typeof author) =>
        this.writer.submit({ operation: decoded, revision: base, sequence, exact, restores, again, ...by });
      const vet = () => type.vet?.(decoded, this.document.content, author, this.#trialOf(author));
      const trying = this.#trying;
      const turn = trying?.turn(author.client_id, before, vet);
      if (!trying || !turn) return submit(author);
      const late = turn.then(() => submit(allowed()));
      return trying.add(author.client_id, late);
    });
  }

  /**
   * Sends what is stored nowhere to everyone in the room, or to one user there. Returns when. Refuses what the document's type
   * does not take, who may not send it, `not_found` a user who is not here, and `rate_limited`.
   */
  message({ user_id, role }: Author, raw: unknown, to?: string): number {
    const { type } = this.document;
    checkSize('message', raw, this.options.max_message_bytes);
    const message = type.decodeMessage(raw);
    this.#checkRole(role, type.roleForMessage(message));
    return this.telling.message(role === 'service' ? undefined : user_id, { user_id, message }, to);
  }

  /** Keeps the room in memory, and tells of what happens in it. Returns how to stop. */
  listen(listener: RoomListener): () => void {
    const stop = this.#listening.add(listener);
    return () => {
      stop();
      this.touch();
    };
  }

  /** Hears what other instances have brought into the log. Returns how to stop. */
  #follow(): () => void {
    return this.log.follow(this.key, (news) => this.writer.receive(news));
  }

  #checkRole(role: AuthorRole, needed: AuthorRole): void {
    if (includesRole(role, needed)) return;
    throw new Refusal('forbidden', `needs the role ${needed} in ${this.room_id}, this is ${role}`);
  }

  #trialOf({ user_id }: Author): Trial {
    return {
      room: this.key,
      user: user_id,
      take: () => this.accounts.take(user_id, 'trials', 0),
      charge: (milliseconds) => this.accounts.charge(user_id, 'trials', milliseconds),
    };
  }

  /** Takes what first operations cost before one is appended; that its client has one on its way is known until it is. */
  #submit(
    { sequence }: Pick<Written, 'sequence'>,
    { client_id, userKey }: { client_id: string; userKey: string },
    append: (before: readonly Promise<unknown>[]) => Promise<number>,
  ): Promise<number> {
    // Only where operations are tried it is asked for.
    const before = this.#trying ? this.#underway.of(client_id) : [];
    const firsts: First[] = [];
    // Inboxes are as many as users.
    if (this.document.revision === 0 && !this.kind.personal) firsts.push('new rooms');
    if (sequence !== undefined && !this.writer.record(client_id)) firsts.push('new clients');
    const taking = this.newcomers.take(userKey, client_id, firsts);
    return this.#underway.add(client_id, taking ? taking.then(() => append(before)) : append(before));
  }

  /** Called now and then. */
  tick(): void {
    if (this.members.size > 0) this.#updates.tellHead(this.presence.count);
    if (this.writer.queued > 0) return;
    this.#trim();
    this.#rest.tick();
  }

  /** Since when nobody has been here, by monotonic(); undefined while somebody is, is coming or listens. */
  get idleSince(): number | undefined {
    return this.members.none && this.#listening.none ? this.#idleSince : undefined;
  }

  /** Someone asks for the room: it stays a while longer. */
  touch(): void {
    this.#idleSince = monotonic();
  }

  /** Where its document stands. */
  get head(): { epoch: string; revision: number } {
    const { epoch, revision } = this.document;
    return { epoch, revision };
  }

  /** Bytes in memory, roughly. */
  get bytes(): number {
    return this.document.bytes + overhead;
  }

  get entryBytes(): number {
    return this.document.entryBytes;
  }

  /** Lets the oldest entries go, but for so many, unless somebody needs them now. */
  keep(entries: { entries: number; bytes: number }): void {
    if (this.writer.needsOld || this.writer.queued > 0) return;
    this.cursors.advance();
    this.document.trim(entries);
  }

  /** Resolves when all that was submitted is in the log, and the content beside it. */
  async settled(): Promise<void> {
    await this.writer.settled();
    await this.snapshots.keep();
  }

  /** Leaves memory. Only after settled() and while nobody is here, unless its log is gone. */
  close(): void {
    this.#closed = true;
    this.#unfollow();
    this.elsewhere?.close();
    this.#updates.close();
    this.#due?.close();
    this.redacting?.close();
    this.presence.close();
    this.cursors.close();
    this.typing.close();
    this.#listening.closed();
  }

  onMessage(message: RoomMessage['message']): void {
    this.#listening.message(message);
  }

  onOccupied(isOccupied: boolean): void {
    this.options.observer?.occupied(this.key, this.head, isOccupied);
  }

  onJoined(member: Member): void {
    this.options.observer?.joined(this.key, member);
  }

  onLeft(member: Member): void {
    this.options.observer?.left(this.key, member);
  }

  onEmpty(): void {
    this.#idleSince = monotonic();
    this.snapshots.keepSoon();
    this.options.observer?.emptied(this.key);
  }

  onCommitted(news: News, here: boolean): void {
    if (this.#closed) return;
    this.#updates.add(news, here);
    this.redacting?.committed(news);
    this.#due?.look();
    this.#rest.wrote();
    this.cursors.follow();
    this.#trim();
    this.snapshots.grown(this.document.weigh(news.entries));
    this.options.observer?.changed(this.key, this.document, news, here);
    this.#listening.changed();
  }

  /** Lets entries go that memory has too many of. */
  #trim(): void {
    if (!this.document.overfull || this.writer.needsOld) return;
    this.cursors.advance();
    this.document.trim();
  }

  onReplaced(): void {
    const { epoch, revision } = this.document;
    this.#outdated = new WeakSet(this.members);
    this.snapshots.restart();
    this.redacting?.committed(heldBy(this.document));
    this.cursors.clear();
    const news = { epoch, revision, entries: [] };
    this.#updates.add(news, false);
    this.options.observer?.changed(this.key, this.document, news, false);
    this.#listening.changed();
  }
}

/** The entries that a document has in memory. */
function heldBy(document: Document): News {
  const { epoch, reach } = document;
  return { epoch, revision: reach, entries: document.since(reach) };
}
