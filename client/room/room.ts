import type { TextPosition } from '../../shared/documents/text.ts';
import type {
  Acknowledgement,
  Answer,
  ClientEventName,
  Participant,
  Payload,
  RoomState,
  ServerEventName,
  ServerPayload,
} from '../../shared/events.ts';
import { Refusal, toRefusal } from '../../shared/refusals.ts';
import type { Role, RoomId } from '../../shared/rooms.ts';
import { backoff } from '../connection/backoff.ts';
import type { Connection } from '../connection/connection.ts';
import { isLasting, local } from '../connection/local.ts';
import type { RefusalMessage } from '../connection/state.ts';
import type { SharedFeed } from '../documents/feed.ts';
import type { SharedSession } from '../documents/session.ts';
import type { SharedText, ShownCursor } from '../documents/text.ts';
import type { Documents, Message, RoomDocument } from '../documents/type.ts';
import { Listeners } from '../listeners.ts';
import { randomId } from '../randomId.ts';
import { StateMachine } from '../stateMachine.ts';
import { Ephemeral } from './ephemeral.ts';
import type { Owner, Ownership } from './ownership.ts';
import { People } from './people.ts';
import { Persistence } from './persistence.ts';
import { type Phase, phases, type Step } from './phases.ts';
import type { RoomEvents, RoomStateInfo } from './state.ts';
import type { ReplicaStorage } from './storage.ts';

/** How long an operation may go without being heard of before it is sent again, in milliseconds. */
const heardWithin = 10_000;

export interface RoomOptions {
  connection: Connection;
  storage: ReplicaStorage;
  ownership: Pick<Ownership, 'greeted' | 'first'>;
  room_id: RoomId;
  document: RoomDocument;
  /** What connect() was given for rooms of this kind, and how to make another document of it. */
  documents: Documents;
  create(): RoomDocument;
  /** The server lets every connection in by itself. */
  isInbox: boolean;
  /** Resolves when the same room, left before, has kept what is its own, and the server knows that it was left. */
  before: Promise<unknown> | undefined;
  /** `over` resolves when that is so for this one. */
  onLeft(over: Promise<unknown>): void;
}

/**
 * A room that one takes part in: a song, or what connect() was given the documents of. It joins, joins again after
 * whatever happened, and keeps what is unsent. What it does when, phases.ts has in one table.
 */
export class Room {
  readonly room_id: RoomId;
  readonly #options: RoomOptions;
  readonly #connection: Connection;
  readonly #document: RoomDocument;
  readonly #listeners = new Listeners<RoomEvents>();
  #people = new People();
  readonly #ephemeral: Ephemeral;
  /** Whose what is here is. */
  #owner: Owner | undefined;
  /** Whether the server has not yet said so itself. */
  #isAssumed = true;
  /** Of all but an inbox. */
  #persistence: Persistence | undefined;
  readonly #machine: StateMachine<Phase, Step, RoomStateInfo>;
  /** Ends when the room is ready for its first join. */
  #opened: Promise<unknown> = Promise.resolve();
  /** Ends when it is known what came of the last join. */
  #entering: Promise<void> | undefined;
  /** Whether the server has let this connection in, under a name of its own that nothing can be sent by. */
  #isGuest = false;
  /** How often in a row something was refused. */
  #refusals = 0;
  /** Limits of rooms of this kind. */
  #limits: RoomState['limits'];
  #sent: Message | undefined;
  #resend: ReturnType<typeof setTimeout> | undefined;
  readonly #stops: (() => void)[];

  constructor(options: RoomOptions) {
    const { connection, room_id, document, isInbox, before } = options;
    this.#options = options;
    this.room_id = room_id;
    this.#connection = connection;
    this.#document = document;
    this.#machine = new StateMachine<Phase, Step, RoomStateInfo>(
      phases,
      isInbox ? 'away' : 'opening',
      { status: 'joining', role: undefined, refusal: undefined, reason: undefined, kept: true },
      this.#listeners,
    );
    this.#ephemeral = new Ephemeral(document, this.#listeners, (event, payload) => {
      if (this.state.status !== 'joined') return false;
      connection.send(event, { room_id, ...payload } as Payload<typeof event>);
      return true;
    });
    this.#stops = [
      connection.on('state', ({ status }) => {
        const over = status === 'disconnected' ? new Refusal('unavailable', status) : undefined;
        if (status !== 'connected') this.#out('lost', { status: 'joining' }, over);
        else this.#greeted();
      }),
      document.on('status', ({ role, hasUnsent }) => {
        this.#machine.change({ role });
        this.#listeners.emit('unsent', hasUnsent);
        if (hasUnsent) this.#edited();
      }),
      document.on('change', () => this.#edited()),
    ];
    this.#open(before);
  }

  /** What it holds: as the documents have it that connect() was given, which may be named to know its type. Throws a TypeError where it is another's. */
  document<Held extends RoomDocument>(documents: Documents<Held>): Held;
  document(): RoomDocument;
  document({ kinds } = this.#options.documents): RoomDocument {
    if (kinds === this.#options.documents.kinds) return this.#document;
    throw new TypeError(`${this.room_id} is no ${kinds}`);
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
    return this.#machine.look;
  }

  get role(): Role | undefined {
    return this.state.role;
  }

  get participants(): readonly Participant[] {
    return this.#people.participants;
  }

  /** Users, also those beyond the first 200 that `participants` has. */
  get participantCount(): number {
    return this.#people.count;
  }

  get cursors(): readonly ShownCursor[] {
    return this.#ephemeral.cursors;
  }

  get typing(): readonly string[] {
    return this.#ephemeral.typing;
  }

  /** Returns how to stop listening. */
  on<Name extends keyof RoomEvents>(name: Name, listener: (payload: RoomEvents[Name]) => void): () => void {
    return this.#listeners.on(name, listener);
  }

  /**
   * Shows one's cursor or selection: in a song in UTF-16 units, elsewhere what a position is there, JSON of at most 1 KiB. `null`
   * hides it. Of many in a row the newest is sent.
   */
  setCursor<Position = TextPosition>(position: NoInfer<Position> | null): void {
    this.#ephemeral.setCursor(position);
  }

  /** Says that one types: call it with each key. Ends by itself after five seconds, or with `false`. */
  setTyping(isTyping: boolean): void {
    this.#ephemeral.setTyping(isTyping);
  }

  /** Sends JSON or binary to all in the room, or to one user there. Throws a Refusal. Not stored. */
  async sendMessage(message: unknown, to?: string): Promise<void> {
    const { room_id } = this;
    await this.#connection.request('broadcast_message', { room_id, message, to } as Payload<'broadcast_message'>);
  }

  /** Tries again after having been removed. */
  rejoin(): void {
    if (!this.#machine.step('rejoin', { status: 'joining', refusal: undefined, reason: undefined })) return;
    this.#document.disconnected();
    this.#go();
  }

  /**
   * Leaves for good. What is unsent is kept, for the next time that this room is opened; unless nothing of it is to be
   * kept, as where it was deleted and goes on elsewhere.
   */
  async leave(end: 'close' | 'drop' = 'close'): Promise<void> {
    const { state } = this.#machine;
    if (!this.#machine.step('leave', { status: 'left' })) return;
    if (state !== 'opening') this.#exit();
    clearTimeout(this.#resend);
    for (const stop of this.#stops) stop();
    this.#document.disconnected(new Refusal('not_found', 'left'));
    const kept = this.#opened.then(() => this.#persistence?.[end]());
    this.#options.onLeft(Promise.all([kept, this.#entering]));
    // While it is not known whose it is, that may take for ever.
    await Promise.all([this.#owner && kept, this.#entering]);
  }

  /** Takes news of this room. */
  received<E extends ServerEventName>(event: E, payload: ServerPayload<E>): void;
  received(event: ServerEventName, payload: never): void {
    if (event === 'room_joined') this.#joined('entered', payload);
    if (this.state.status !== 'joined') return;
    switch (event) {
      case 'collaboration_update':
        this.#document.updated(payload);
        this.#edited();
        break;
      case 'room_head':
        this.#document.headed(payload);
        this.#people.counted((payload as ServerPayload<'room_head'>).participant_count);
        this.#go();
        break;
      case 'cursor_moved':
        this.#document.cursorsMoved((payload as ServerPayload<'cursor_moved'>).cursors);
        this.#ephemeral.moved();
        break;
      case 'user_joined':
      case 'user_left':
        this.#people.changed(payload, event === 'user_joined');
        this.#listeners.emit('participants', this.participants);
        this.#go();
        break;
      case 'typing_changed':
        this.#ephemeral.typed((payload as ServerPayload<'typing_changed'>).user_ids);
        break;
      case 'room_message':
        this.#document.heard?.(payload);
        this.#listeners.emit('message', payload);
        break;
      case 'role_changed':
        if (this.#machine.next('role')) this.#document.roleChanged(payload);
        break;
      case 'room_removed': {
        const { reason } = payload as ServerPayload<'room_removed'>;
        this.#out('removed', { status: 'removed', reason }, new Refusal('forbidden', reason));
        break;
      }
      case 'error':
        // Nothing else that is sent has a sequence.
        if (this.#sent && this.#sent.sequence === (payload as RefusalMessage).sequence) {
          this.#document.refused(this.#sent, payload);
          this.#go();
        }
        break;
    }
  }

  /** Reads what was left of the room, as soon as `before` is over and it is known whose it may be. */
  #open(before: Promise<unknown> | undefined): void {
    const { ownership, isInbox } = this.#options;
    const persistence = isInbox
      ? undefined
      : new Persistence(this.#options, this.#document, (kept) => this.#machine.change({ kept }));
    this.#persistence = persistence;
    this.#opened = Promise.resolve(before)
      .then(() => ownership.greeted ?? ownership.first)
      .then((owner) => {
        this.#owner = owner;
        this.#isAssumed = !ownership.greeted;
        return persistence?.open(owner);
      })
      // What can not be read is not there.
      .catch(() => this.#machine.change({ kept: false }));
    this.#opened.then(
      this.#machine.during(() => {
        persistence?.restore();
        this.#done();
      }),
    );
  }

  /** The server has said who is here. */
  #greeted(): void {
    const { ownership, isInbox } = this.#options;
    if (this.#owner !== undefined && this.#owner !== ownership.greeted) this.#handOver();
    this.#isAssumed = false;
    if (!isInbox) this.#go();
  }

  /**
   * Somebody else is here: what is there is kept for whose it is, and the room begins anew. What was typed while one could
   * only assume who that is, and into nothing of theirs, goes along.
   */
  #handOver(): void {
    const { isInbox } = this.#options;
    const persistence = this.#persistence;
    const document = this.#document;
    const goesAlong = this.#isAssumed && !persistence?.goesOn;
    const kept = persistence?.now;
    const before = this.#opened;
    persistence?.stop();
    // An inbox is entered unasked, and is another room for each user.
    if (!isInbox) this.#out('handOver', { status: 'joining', refusal: undefined, reason: undefined });
    this.#owner = undefined;
    this.#people = new People();
    this.#listeners.emit('participants', []);
    if (goesAlong) {
      this.#open(before);
      this.#opened
        .then(() => this.#persistence?.keep())
        .then(() => persistence?.drop())
        // Then it stays where it is, too.
        .catch(() => {});
    } else {
      this.#open(before.then(() => persistence?.close(kept)));
      document.reset(randomId());
    }
  }

  /** Begins what is to be done next, where nothing is under way: asks the server, or sends it something. */
  #go(): void {
    if (!this.#connection.isConnected || !this.#machine.next('join')) return;
    const { need } = this.#document;
    const isOutdated = this.#machine.state !== 'joined' || need?.event === 'join_room' || this.#people.isBehind;
    if (isOutdated || (this.#isGuest && this.hasUnsent)) this.#join();
    else if (!need) this.#send();
    else {
      this.#machine.step('catchUp');
      this.#ask('get_operations', { room_id: this.room_id, since: need.since }, (answer) => {
        this.#document.caughtUp(answer);
        this.#done();
      });
    }
  }

  #join(): void {
    this.#machine.step('join');
    const { room_id } = this;
    const { need, since: here, client_id } = this.#document;
    const joining = { room_id, client_id, since: need ? need.since : here } as Payload<'join_room'>;
    this.#entering = this.#ask('join_room', joining, (state) => this.#joined('done', state)).then((answer) => {
      // The server may have let in whom it had been told to be gone.
      if (answer?.ok && this.#machine.state === 'left') this.#exit();
    });
  }

  /** Is in the room: it was asked for, or the server has let it in unasked. */
  #joined(step: 'done' | 'entered', state: RoomState): void {
    if (!this.#machine.next(step)) return;
    this.#document.joined(state);
    this.#people.joined(state);
    this.#limits = state.limits;
    this.#isGuest = step === 'entered';
    if (!this.#machine.step(step, { status: 'joined', refusal: undefined, reason: undefined })) return;
    this.#refusals = 0;
    this.#listeners.emit('participants', this.participants);
    this.#ephemeral.typed(state.typing);
    this.#edited();
  }

  /**
   * Sends what is unsent, once it is kept. Its own entry is the answer, so that the server needs to send no other; a refusal
   * comes as an error.
   */
  #send(): void {
    const limits = this.#connection.greeting?.limits;
    const message = limits && this.#document.outgoing({ ...limits, ...(this.#limits as typeof limits) });
    const { wait } = this.#document;
    if (!message) {
      if (wait > 0) this.#machine.after(wait, () => this.#go());
      return;
    }
    this.#machine.step('keep');
    Promise.resolve(this.#persistence?.keep()).then(
      this.#machine.during(() => {
        this.#sent = message;
        this.#connection.send('collaboration_operation', { room_id: this.room_id, ...message });
        clearTimeout(this.#resend);
        this.#resend = setTimeout(() => {
          this.#document.unanswered(message);
          this.#go();
        }, heardWithin);
        this.#done();
      }),
      this.#machine.during((error) => {
        this.#document.unanswered(message);
        this.#refused(local(`not kept: ${error}`));
      }),
    );
  }

  /** Asks what the phase is there for. */
  #ask<E extends ClientEventName>(
    event: E,
    payload: Payload<E>,
    answered: (answer: Answer<E>) => void,
  ): Promise<Acknowledgement<E> | undefined> {
    const heard = this.#machine.during((answer?: Acknowledgement<E>) => {
      if (answer?.ok) answered(answer);
      else this.#refused(answer?.error);
    });
    const asked = this.#connection.ask(event, payload, heard);
    asked.then(heard);
    return asked;
  }

  #done(): void {
    if (this.#machine.step('done')) this.#go();
  }

  /** What was asked for was refused, or not answered. */
  #refused(refusal?: RefusalMessage): void {
    const { code, retry_after_ms = 0 } = refusal ?? {};
    if (refusal && isLasting(code)) this.#out('barred', { status: 'removed', refusal }, toRefusal(refusal));
    else {
      this.#machine.step('refused', refusal && { refusal });
      this.#machine.after(retry_after_ms + backoff(++this.#refusals, Math.random), () => this.#done());
    }
  }

  /** In the room no more, as far as is known. `over`: and it does not come back by itself. */
  #out(step: Step, change: Partial<RoomStateInfo>, over?: Refusal): void {
    // Who was out already may be so for another reason now.
    if (!this.#machine.step(step, change) && this.state.status !== 'joining') return;
    clearTimeout(this.#resend);
    this.#document.disconnected(over);
  }

  /** Tells the server. What it answers where one was not in matters to nobody. */
  #exit(): void {
    this.#connection.ask('leave_room', { room_id: this.room_id });
  }

  /** The document, or what is known of it, may be another. */
  #edited(): void {
    if (!this.#machine.next('leave')) return;
    this.#persistence?.keepSoon();
    this.#ephemeral.moved();
    this.#go();
  }

  #documentOf(name: 'text' | 'session' | 'feed'): never {
    if (this.#document.name === name) return this.#document as never;
    throw new TypeError(`${this.room_id} is no ${name}`);
  }
}
