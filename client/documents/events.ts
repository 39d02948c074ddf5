import { eventIdOf } from '../../shared/documents/eventId.ts';
import {
  type DeclaredEvent,
  type DeclaredEvents,
  type EventInput,
  type EventMessage,
  type EventOf,
  type EventsGap,
  type EventsType,
  type NoContent,
  readEvent,
} from '../../shared/documents/events.ts';
import type { Entry } from '../../shared/documents/type.ts';
import type { Answer, RoomState, ServerPayload, Since } from '../../shared/events.ts';
import type { RoomKind } from '../../shared/rooms.ts';
import type { Listeners } from '../listeners.ts';
import { BatchedState } from './batched.ts';
import type { Need } from './exchange/status.ts';
import type { SavedState, SharedStateEvents } from './state.ts';
import type { Documents, Surroundings } from './type.ts';

/** What on() tells: each event by its name, and what there is to know besides. */
export type SharedEventsEvents<Events extends DeclaredEvents> = SharedStateEvents<NoContent> & { gap: EventsGap } & {
  [Name in keyof Events]: EventOf<Events[Name]>;
};

/** What emit() takes: no data where an event has none. */
type Emitted<Declared extends DeclaredEvent> =
  undefined extends EventInput<Declared> ? [data?: EventInput<Declared>] : [data: EventInput<Declared>];

interface SavedEvents extends SavedState {
  /** All that follows is to be told. */
  placed?: boolean;
  /** What was not told of yet. */
  gap?: EventsGap | undefined;
}

/**
 * The application's own events in a room. Durable ones are told once and in the order of the log, one's own among them, whatever
 * happens to connection and server: from the first listener on, or from where an earlier page has left off, where the storage knows that.
 */
export class SharedEvents<Events extends DeclaredEvents = DeclaredEvents> extends BatchedState<
  NoContent,
  EventMessage,
  SharedEventsEvents<Events>
> {
  readonly #events: Events;
  readonly #from: 'now' | 'start';
  /** Whether somebody listens, on this page. */
  #isListening = false;
  #hasJoined = false;
  /** Whether all that follows where this stands is to be told: somebody listens, or did on an earlier page. */
  #isPlaced = false;
  /** The log does not reach back to where this stands. */
  #isOut = false;
  /** What nobody was told of yet. */
  #gap: EventsGap | undefined;

  constructor(type: EventsType<Events>, from: 'now' | 'start', surroundings: Surroundings) {
    super(type, surroundings);
    this.#events = type.events;
    this.#from = from;
    this.#isPlaced = from === 'start';
  }

  /**
   * Emits an event. A durable one waits for a connection, also over a reload, and resolves with its revision once it is in the
   * log; where it is not taken, `refused` tells why, too. Others resolve when the server has passed them on. Rejects with a
   * Refusal, at once where the data is not as declared.
   */
  emit<Name extends keyof Events & string>(
    name: Name,
    ...data: Emitted<Events[Name]>
  ): Promise<Events[Name] extends { readonly durable: true } ? number : undefined>;
  emit(name: string, data?: unknown): Promise<number | undefined> {
    const durable = this.#events[name]?.durable ?? false;
    let event: EventMessage;
    try {
      readEvent(this.#events, { type: name, data }, durable, 'event');
      // As it is now: the object may be another when it is sent.
      event = JSON.parse(JSON.stringify({ type: name, data }));
    } catch (refusal) {
      return Promise.reject(refusal);
    }
    const emitted: Promise<number | undefined> = durable
      ? this.command([event])
      : this.surroundings.ask('broadcast_message', { message: event }).then(() => undefined);
    // Nobody has to wait for it.
    emitted.catch(() => {});
    return emitted;
  }

  /** Returns how to stop listening. Add all listeners in one go: what comes after the first is told. */
  override on<Name extends keyof SharedEventsEvents<Events>>(
    name: Name,
    listener: (event: SharedEventsEvents<Events>[Name]) => void,
  ): () => void {
    const stop = super.on(name, listener);
    if (Object.hasOwn(this.#events, name) && !this.#isListening) {
      this.#isListening = true;
      this.#isPlaced ||= this.#hasJoined;
      // The room asks for what was held back, and keeps from where on.
      queueMicrotask(() => {
        this.#tellGap();
        this.#say('change', this.content);
      });
    }
    return stop;
  }

  override get need(): Need | undefined {
    const need = super.need;
    return this.isHeld && need?.event === 'get_operations' ? undefined : need;
  }

  override joined(state: RoomState): void {
    const { since } = this;
    const isGap = this.#isPlaced && state.document !== undefined && !this.goesOn(state);
    super.joined(state);
    this.#hasJoined = true;
    this.#isPlaced ||= this.#isListening;
    this.#isOut = false;
    if (isGap) this.#jumped(since, state);
  }

  override caughtUp(answer: Answer<'get_operations'>): void {
    this.#isOut = !answer.operations;
    super.caughtUp(answer);
  }

  /** A message of the room is an event that is in no log. */
  heard({ user_id, message, timestamp }: ServerPayload<'room_message'>): void {
    this.#tell(message as EventMessage, { user_id, timestamp });
  }

  override reset(client_id: string): void {
    this.#isPlaced = this.#from === 'start';
    this.#hasJoined = false;
    this.#gap = undefined;
    super.reset(client_id);
  }

  override save(): SavedEvents {
    return { ...super.save(), placed: this.#isPlaced, ...(this.#gap && { gap: this.#gap }) };
  }

  override restore(saved: SavedEvents): void {
    const { proof: _, ...kept } = saved;
    if (this.#from === 'start') {
      super.restore({ ...kept, epoch: '', revision: 0 });
      return;
    }
    this.#isPlaced ||= saved.placed ?? false;
    this.#gap = saved.gap;
    super.restore(saved);
  }

  protected override get isHeld(): boolean {
    return this.#isPlaced && !this.#isListening;
  }

  protected override goesOn({ epoch, diverged }: RoomState): boolean {
    const { since } = this;
    return this.#isPlaced && !this.#isOut && !diverged && (since.revision === 0 || since.epoch === epoch);
  }

  protected override took(entry: Entry<readonly EventMessage[]>, revision: number): void {
    if (!this.#isPlaced) return;
    this.#tellGap();
    const { operation, user_id, client_id, timestamp } = entry;
    const { epoch } = this.since;
    for (const [index, event] of operation.entries())
      this.#tell(event, { user_id, client_id, timestamp, id: eventIdOf({ epoch, revision, index }) });
  }

  #jumped(before: Since, { epoch, revision, diverged }: RoomState): void {
    const isSame = !diverged && (before.revision === 0 || (before.epoch === epoch && before.revision <= revision));
    const missed = isSame ? revision - before.revision : undefined;
    if (missed === 0) return;
    this.#gap = { missed: this.#gap ? undefined : missed };
    if (this.#isListening) this.#tellGap();
  }

  #tellGap(): void {
    const gap = this.#gap;
    this.#gap = undefined;
    if (gap) this.#say('gap', gap);
  }

  #tell({ type, data }: EventMessage, about: object): void {
    if (Object.hasOwn(this.#events, type)) this.#say(type, { data, ...about });
  }

  /** What the names stand for, the compiler can not follow through a generic. */
  #say(name: string, event: unknown): void {
    (this.listeners as unknown as Listeners<Record<string, unknown>>).emit(name, event);
  }
}

/**
 * For connect(): rooms of a kind that hold an application's events. `from`: where listening begins. `now`: with the first listener,
 * and after a reload where the page before has left off, as the client's storage has it. `start`: on each page with all that
 * the log has.
 */
export function sharedEvents<Events extends DeclaredEvents>(
  type: EventsType<Events>,
  kind: RoomKind,
  from: 'now' | 'start' = 'now',
): Documents<SharedEvents<Events>> {
  return { kinds: [kind], create: (surroundings) => new SharedEvents(type, from, surroundings) };
}
