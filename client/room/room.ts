import type { TextPosition } from '../../shared/documents/text.ts';
import type { Acknowledgement, Participant, RoomState, ServerEventName, ServerPayload } from '../../shared/events.ts';
import { Refusal } from '../../shared/refusals.ts';
import type { Role, RoomId } from '../../shared/rooms.ts';
import type { Connection, RefusalMessage } from '../connection/connection.ts';
import type { SharedFeed } from '../documents/feed.ts';
import type { SharedSession } from '../documents/session.ts';
import type { SavedText, SharedText, ShownCursor } from '../documents/text.ts';
import type { Message, RoomDocument } from '../documents/type.ts';
import { Listeners } from '../listeners.ts';
import { claim } from './claim.ts';
import { People } from './people.ts';
import type { ReplicaStorage } from './storage.ts';

/** How long an operation may go without being heard of before it is sent again, in milliseconds. */
const heardWithin = 10_000;
/** How long to wait for another tab to let go of what it has left unsent, in milliseconds. */
const patience = 2_000;
/** How long changes gather before they are kept, in milliseconds. */
const keepAfter = 100;
/** The shortest time between two cursors, and between two signs of typing, in milliseconds. */
const cursorEvery = 50;
const typingEvery = 2_500;

/**
 * `joining`: not yet, or not at the moment, in the room; it goes on by itself. `removed`: sent away, or not let in, and
 * `refusal` or `reason` says why; rejoin() tries again. `left`: by leave().
 */
export type RoomStatus = 'joining' | 'joined' | 'removed' | 'left';

export interface RoomStateInfo {
  readonly status: RoomStatus;
  readonly role: Role | undefined;
  readonly refusal: RefusalMessage | undefined;
  readonly reason: ServerPayload<'room_removed'>['reason'] | undefined;
}

export interface RoomEvents {
  state: RoomStateInfo;
  participants: readonly Participant[];
  /** The cursors of others, where they are now. */
  cursors: readonly ShownCursor[];
  /** The user_ids of who types now. */
  typing: readonly string[];
  message: ServerPayload<'room_message'>;
  /** Whether something is not yet known to be in the log. */
  unsent: boolean;
}

/** What is kept of a room across reloads. */
interface Kept {
  user_id: string | undefined;
  text: SavedText;
}

export interface RoomOptions {
  connection: Connection;
  storage: ReplicaStorage;
  room_id: RoomId;
  document: RoomDocument;
  /** The server lets every connection in by itself. */
  isInbox: boolean;
  /** Resolves when rooms that were left before have kept what is theirs. */
  othersLeft: Promise<void>;
  /** `kept` resolves when what is unsent is kept. */
  onLeft(kept: Promise<void>): void;
}

/**
 * A room that one takes part in: a song, or what connect() was given the documents of. It joins, joins again after
 * whatever happened, and keeps what is unsent of a song.
 */
export class Room {
  readonly room_id: RoomId;
  readonly #options: RoomOptions;
  readonly #document: RoomDocument;
  readonly #text: SharedText | undefined;
  readonly #listeners = new Listeners<RoomEvents>();
  readonly #people = new People();
  #state: RoomStateInfo = { status: 'joining', role: undefined, refusal: undefined, reason: undefined };
  #typing: readonly string[] = [];
  #cursors: readonly ShownCursor[] = [];
  /** Resolves when what an earlier page left is here. */
  readonly #opened: Promise<void>;
  #kept: Kept | undefined;
  /** Lets go of the replica's name. */
  #release: () => void = () => {};
  /** Whether a question to the server is under way. */
  #asking = false;
  /** Whether there was a reason to ask while one was. */
  #urged = false;
  /** Whether the server has let this connection in, under a name of its own that nothing can be sent by. */
  #isGuest = false;
  #askAgain: Timer;
  #resend: Timer;
  #sent: Message | undefined;
  #keeping: Timer;
  #cursorTimer: Timer;
  #cursorSentAt = Number.NEGATIVE_INFINITY;
  #typingSentAt = Number.NEGATIVE_INFINITY;
  readonly #stops: (() => void)[];

  constructor(options: RoomOptions) {
    const { connection, room_id, document, isInbox, othersLeft } = options;
    this.room_id = room_id;
    this.#options = options;
    this.#document = document;
    this.#text = document.name === 'text' ? this.text : undefined;
    this.#stops = [
      connection.on('state', ({ status }) => {
        if (status === 'connected') {
          if (!isInbox) this.#go();
        } else if (this.#state.status === 'joined') this.#away();
      }),
      document.on('status', ({ role, hasUnsent }) => {
        this.#change({ role });
        this.#listeners.emit('unsent', hasUnsent);
        if (hasUnsent) this.#go();
      }),
      ...(this.#text ? this.#watch(this.#text) : []),
    ];
    this.#opened = this.#text ? othersLeft.then(() => this.#open(this.text)) : Promise.resolve();
    if (!isInbox) this.#opened.then(() => this.#go());
  }

  /** The song. One may write before anything is loaded, and while there is no connection. */
  get text(): SharedText {
    return this.#documentOf('text');
  }

  /** The session, in a room of that kind. */
  get session(): SharedSession {
    return this.#documentOf('session');
  }

  /** The feed, in a room of kind `project`, `channel` or `task`. */
  get feed(): SharedFeed {
    return this.#documentOf('feed');
  }

  /** Whether something is not yet known to be in the log. */
  get hasUnsent(): boolean {
    return this.#document.status.hasUnsent;
  }

  get state(): RoomStateInfo {
    return this.#state;
  }

  get role(): Role | undefined {
    return this.#state.role;
  }

  get participants(): readonly Participant[] {
    return this.#people.participants;
  }

  /** Users, also those beyond the first 200 that `participants` has. */
  get participantCount(): number {
    return this.#people.count;
  }

  get cursors(): readonly ShownCursor[] {
    return this.#cursors;
  }

  get typing(): readonly string[] {
    return this.#typing;
  }

  /** Returns how to stop listening. */
  on<Name extends keyof RoomEvents>(name: Name, listener: (payload: RoomEvents[Name]) => void): () => void {
    return this.#listeners.on(name, listener);
  }

  /** Shows one's cursor or selection, in UTF-16 units; `null` hides it. Of many in a row the newest is sent. */
  setCursor(position: TextPosition): void {
    clearTimeout(this.#cursorTimer);
    const wait = this.#cursorSentAt + cursorEvery - Date.now();
    if (wait > 0) {
      this.#cursorTimer = setTimeout(() => this.setCursor(position), wait);
      return;
    }
    this.#cursorSentAt = Date.now();
    if (this.#state.status !== 'joined') return;
    const { text } = this;
    const within = (place: number) => Math.min(place, text.length);
    const shown =
      typeof position === 'number'
        ? within(position)
        : position && { anchor: within(position.anchor), head: within(position.head) };
    this.#options.connection.send('cursor_update', { room_id: this.room_id, ...text.toWire(shown) });
  }

  /** Says that one types: call it with each key. Ends by itself after five seconds, or with `false`. */
  setTyping(isTyping: boolean): void {
    const now = Date.now();
    if (this.#state.status !== 'joined' || (isTyping && now - this.#typingSentAt < typingEvery)) return;
    this.#typingSentAt = isTyping ? now : Number.NEGATIVE_INFINITY;
    this.#options.connection.send('typing', { room_id: this.room_id, is_typing: isTyping });
  }

  /** Sends JSON or binary to all in the room, or to one user there. Throws a Refusal. Not stored. */
  async sendMessage(message: unknown, to?: string): Promise<void> {
    const payload = { room_id: this.room_id, message, ...(to !== undefined && { to }) };
    await this.#options.connection.request('broadcast_message', payload);
  }

  /** Tries again after having been removed. */
  rejoin(): void {
    if (this.#state.status !== 'removed') return;
    this.#change({ status: 'joining', refusal: undefined, reason: undefined });
    this.#go();
  }

  /** Leaves for good. What is unsent is kept, for the next time that this room is opened. */
  async leave(): Promise<void> {
    if (this.#state.status === 'left') return;
    const { connection, onLeft } = this.#options;
    if (this.#state.status === 'joined') connection.send('leave_room', { room_id: this.room_id });
    this.#change({ status: 'left' });
    for (const stop of this.#stops) stop();
    for (const timer of [this.#askAgain, this.#resend, this.#keeping, this.#cursorTimer]) clearTimeout(timer);
    const kept = this.#close();
    onLeft(kept);
    await kept;
  }

  /** Takes news of this room. */
  received<E extends ServerEventName>(event: E, payload: ServerPayload<E>): void;
  received(event: ServerEventName, payload: never): void {
    if (event === 'room_joined' && this.#state.status !== 'left') this.#joined(payload, true);
    if (event === 'room_removed') this.#removed(payload);
    if (event === 'error') this.#refused(payload);
    if (this.#state.status !== 'joined') return;
    switch (event) {
      case 'collaboration_update':
        this.#document.updated(payload);
        this.#cursorsMayHaveMoved();
        this.#keepSoon();
        this.#go();
        break;
      case 'room_head': {
        const head: ServerPayload<'room_head'> = payload;
        this.#document.headed(head);
        this.#checkCount(head.participant_count);
        this.#go();
        break;
      }
      case 'cursor_moved':
        this.#text?.cursorsMoved((payload as ServerPayload<'cursor_moved'>).cursors);
        this.#cursorsMayHaveMoved();
        break;
      case 'user_joined':
      case 'user_left':
        this.#people.changed(payload, event === 'user_joined');
        this.#peopleChanged(payload);
        break;
      case 'typing_changed':
        this.#typing = (payload as ServerPayload<'typing_changed'>).user_ids;
        this.#listeners.emit('typing', this.#typing);
        break;
      case 'room_message':
        this.#listeners.emit('message', payload);
        break;
    }
  }

  /** Does what a song needs besides. Returns how to stop. */
  #watch(text: SharedText): (() => void)[] {
    onPageHide(true, this.#keep);
    const stop = text.on('change', ({ origin }) => {
      this.#keepSoon();
      this.#cursorsMayHaveMoved();
      if (origin !== 'remote') this.#go();
    });
    return [stop, () => onPageHide(false, this.#keep)];
  }

  #documentOf(name: 'text' | 'session' | 'feed'): never {
    if (this.#document.name === name) return this.#document as never;
    throw new TypeError(`${this.room_id} is no ${name}`);
  }

  async #close(): Promise<void> {
    await this.#opened;
    await this.#keep();
    this.#release();
  }

  /** Takes over what an earlier page left unsent or confirmed here, unless another tab holds it. */
  async #open(text: SharedText): Promise<void> {
    const { connection, storage } = this.#options;
    const user_id = connection.greeting?.user.user_id;
    const prefix = this.#key('');
    const keys = (await storage.keys()).filter((key) => key.startsWith(prefix));
    const found = await Promise.all(
      keys.map(async (key) => ({ key, kept: (await storage.get(key)) as Kept | undefined })),
    );
    // What is unsent has waited for this.
    found.sort((one, other) => Number(hasUnsent(other.kept)) - Number(hasUnsent(one.kept)));
    for (const { key, kept: before } of found) {
      const release = await claim(key, hasUnsent(before) ? patience : 0);
      if (!release) continue;
      const kept = (await storage.get(key)) as Kept | undefined;
      if (kept && (user_id === undefined || kept.user_id === user_id)) {
        this.#release = release;
        this.#kept = kept;
        text.restore(kept.text);
        return;
      }
      release();
    }
    this.#release = (await claim(this.#key(text.client_id))) ?? this.#release;
  }

  get #canAsk(): boolean {
    const { status } = this.#state;
    return this.#options.connection.isConnected && (status === 'joining' || status === 'joined');
  }

  /** Does what is to be done next: ask the server, or send it something. */
  #go(): void {
    if (!this.#canAsk) return;
    this.#urged = this.#asking;
    if (this.#asking) return;
    this.#asking = true;
    this.#opened
      .then(() => this.#next())
      .finally(() => {
        this.#asking = false;
      })
      .then((again) => {
        if (again || this.#urged) this.#go();
      });
  }

  /** Returns whether there may be more to do. */
  async #next(): Promise<boolean> {
    if (!this.#canAsk) return false;
    const { need } = this.#document;
    const mustJoin = need?.event === 'join_room' || (this.#isGuest && this.hasUnsent);
    if (mustJoin || this.#state.status === 'joining') return this.#join();
    if (need) return this.#catchUp(need.since);
    const limits = this.#options.connection.greeting?.limits;
    const message = limits && this.#document.outgoing(limits);
    if (message) {
      await this.#keep();
      this.#send(message);
    } else if (this.#document.wait > 0) {
      this.#later(this.#document.wait);
    }
    return false;
  }

  async #join(): Promise<boolean> {
    const { connection } = this.#options;
    const { room_id } = this;
    const { need, since: here, client_id } = this.#document;
    const user_id = connection.greeting?.user.user_id;
    const writer = this.#kept?.user_id ?? user_id;
    if (writer !== user_id) {
      const message = `what ${writer} wrote, which is kept: open it again`;
      this.#change({ status: 'removed', refusal: new Refusal('forbidden', message).toMessage(Date.now()) });
      return false;
    }
    const since = need ? need.since : here;
    const joining = { room_id, client_id, ...(since && { since }) };
    const answer = await connection.ask('join_room', joining, (answer) => answer.ok && this.#joined(answer, false));
    return answer?.ok || this.#failed(answer?.error);
  }

  #joined(state: RoomState, isGuest: boolean): void {
    this.#isGuest = isGuest;
    this.#document.joined(state);
    this.#people.joined(state);
    this.#typing = state.typing;
    this.#change({ status: 'joined', role: state.role, refusal: undefined, reason: undefined });
    this.#listeners.emit('participants', this.participants);
    this.#listeners.emit('typing', this.#typing);
    this.#cursorsMayHaveMoved();
    this.#keepSoon();
  }

  async #catchUp(since: { epoch: string; revision: number }): Promise<boolean> {
    const asked = { room_id: this.room_id, since };
    const caughtUp = (answer: Acknowledgement<'get_operations'>) => answer.ok && this.#document.caughtUp(answer);
    const answer = await this.#options.connection.ask('get_operations', asked, caughtUp);
    if (answer?.ok) return true;
    if (answer?.error.error_code === 'conflict' || answer?.error.error_code === 'not_found') {
      this.#away();
      return true;
    }
    return this.#failed(answer?.error);
  }

  /** A question was not answered, or refused. */
  #failed(refusal: RefusalMessage | undefined): boolean {
    if (refusal?.error_code === 'forbidden' || refusal?.error_code === 'bad_request') {
      this.#away();
      this.#change({ status: 'removed', refusal });
      return false;
    }
    if (refusal) this.#change({ refusal });
    this.#later(refusal?.retry_after_ms ?? 1_000);
    return false;
  }

  #later(milliseconds: number): void {
    clearTimeout(this.#askAgain);
    this.#askAgain = setTimeout(() => this.#go(), milliseconds);
  }

  /** Its own entry is the answer, so that the server needs to send no other; a refusal comes as an error. */
  #send(message: Message): void {
    this.#sent = message;
    this.#options.connection.send('collaboration_operation', { room_id: this.room_id, ...message });
    clearTimeout(this.#resend);
    this.#resend = setTimeout(() => {
      this.#document.unanswered(message);
      this.#go();
    }, heardWithin);
  }

  #refused(refusal: RefusalMessage): void {
    const message = this.#sent;
    if (refusal.event !== 'collaboration_operation' || !message || refusal.sequence !== message.sequence) return;
    this.#document.answered(message, { ok: false, error: refusal });
    this.#go();
  }

  /** Not in the room any more, as far as is known: joined again as soon as possible. */
  #away(): void {
    clearTimeout(this.#resend);
    this.#document.disconnected();
    if (this.#state.status === 'joined') this.#change({ status: 'joining' });
  }

  #removed({ reason }: ServerPayload<'room_removed'>): void {
    this.#away();
    this.#change({ status: 'removed', reason });
  }

  #peopleChanged({ participant_count }: { participant_count: number }): void {
    this.#listeners.emit('participants', this.participants);
    this.#checkCount(participant_count);
  }

  /** Asks for the state again where something was missed. */
  async #checkCount(count: number): Promise<void> {
    if (!this.#people.disagrees(count)) return;
    const answer = await this.#options.connection.ask('get_room_state', { room_id: this.room_id });
    if (!answer?.ok || this.#state.status !== 'joined') return;
    this.#people.joined(answer);
    this.#listeners.emit('participants', this.participants);
  }

  #cursorsMayHaveMoved(): void {
    const cursors = this.#text?.otherCursors ?? [];
    if (JSON.stringify(cursors) === JSON.stringify(this.#cursors)) return;
    this.#cursors = cursors;
    this.#listeners.emit('cursors', cursors);
  }

  #change(change: Partial<RoomStateInfo>): void {
    const keys = Object.keys(change) as (keyof RoomStateInfo)[];
    if (keys.every((key) => this.#state[key] === change[key])) return;
    this.#state = { ...this.#state, ...change };
    this.#listeners.emit('state', this.#state);
  }

  #keepSoon(): void {
    if (this.#text) this.#keeping ??= setTimeout(this.#keep, keepAfter);
  }

  /** Keeps what a reload must not lose. */
  readonly #keep = async (): Promise<void> => {
    clearTimeout(this.#keeping);
    this.#keeping = undefined;
    const text = this.#text;
    if (!text) return;
    const user_id = this.#kept?.user_id ?? this.#options.connection.greeting?.user.user_id;
    await this.#options.storage.set(this.#key(text.client_id), { user_id, text: text.save() });
  };

  #key(client_id: string): string {
    return `${this.#options.connection.url} ${this.room_id} ${client_id}`;
  }
}

type Timer = ReturnType<typeof setTimeout> | undefined;

function hasUnsent(kept: Kept | undefined): boolean {
  return kept !== undefined && (kept.text.in_flight !== undefined || kept.text.pending.length > 0);
}

function onPageHide(on: boolean, keep: () => void): void {
  if (typeof window === 'undefined') return;
  if (on) window.addEventListener('pagehide', keep);
  else window.removeEventListener('pagehide', keep);
}
