import type { Cursor, RoomState } from '../../shared/events.ts';
import { Refusal } from '../../shared/refusals.ts';
import type { Role, RoomId } from '../../shared/rooms.ts';

/**
 * Where a connection stands in a room, by one of its joins. `joining`: it has asked, and counts among its rooms. `in`: it
 * was answered, and takes part. `left`: it went before it was answered, so whatever comes of the join comes to nothing.
 * `out`: it is over. A connection without any membership in a room is out of it.
 */
export type State = 'joining' | 'in' | 'left' | 'out';

/**
 * What happens to it. `decided`: its role is. `answered`: nothing is left to wait for, and this is the moment of answering.
 * `refused`: by whatever it waited for. `leave`: by leave_room. `removed`: kicked, its role withdrawn, its room deleted, its client elsewhere.
 * `replaced`: a later join of the same room was answered. `ended`: the connection.
 */
export type Happening = 'decided' | 'answered' | 'refused' | Ending;
export type Ending = 'leave' | 'removed' | 'replaced' | 'ended';

/**
 * What becomes of it. From `left` no way leads into the room. What is decided while it is `joining`, it hears by its answer;
 * while it is `in`, by `role_changed`; and what is decided of one that has gone comes to nothing.
 */
export const transitions: Record<State, Record<Happening, State>> = {
  joining: {
    decided: 'joining',
    answered: 'in',
    refused: 'out',
    leave: 'left',
    removed: 'left',
    replaced: 'left',
    ended: 'left',
  },
  in: { decided: 'in', answered: 'in', refused: 'in', leave: 'out', removed: 'out', replaced: 'out', ended: 'out' },
  left: {
    decided: 'left',
    answered: 'out',
    refused: 'out',
    leave: 'left',
    removed: 'left',
    replaced: 'left',
    ended: 'left',
  },
  out: { decided: 'out', answered: 'out', refused: 'out', leave: 'out', removed: 'out', replaced: 'out', ended: 'out' },
};

/** What a connection has of a room that it is in, as far as whoever knows no rooms has to know it. Rooms implement it. */
export interface Participation {
  /** What is shown in the room now. */
  readonly cursors: Cursor[];
  /** Its role, or its user's name, may be another one: `role` where that is. */
  updated(role?: Role): void;
  /** It has no role here any more: it is removed, and told so. */
  withdraw(): void;
  /** The membership is over: what was its in the room goes. */
  gone(): void;
}

/** What is held for a join until it is answered. */
export interface Admission {
  /** Resolves when nothing is left to wait for: what takes much memory, or a place that others may want, comes last. */
  ready(): Promise<void>;
  /** Makes it a member by entered(), and returns what to answer. Refuses. */
  enter(): RoomState;
  /** Gives back what is held. Called once, when nothing is waited for, whatever has become of the join. */
  release(): void;
}

/** What is long settled, and nothing that is put off. */
const over = Promise.resolve();
const nothing = () => {};

/** Told of what a membership has become. */
export interface MembershipEvents {
  onEntered(membership: Membership): void;
  /** It is neither about to enter nor in the room any longer; with what it still prepares, if anything. */
  onOver(membership: Membership, preparing: Promise<unknown> | undefined): void;
}

/** A connection's place in a room, from the moment in which it asks to join until that is over. */
export class Membership {
  readonly room_id: RoomId;
  /** Resolves when the join is answered, refused, or left. */
  #settled: Promise<void>;
  readonly #events: MembershipEvents;
  #turn: Promise<void> | undefined;
  #state: State = 'joining';
  /** As it was decided last. */
  #role: Role | undefined;
  #settle: () => void = nothing;
  #preparing: Promise<unknown> | undefined;
  #admission: Admission | undefined;
  #participation: Participation | undefined;
  #ending: Ending | undefined;
  /** Why it was refused, or went where its ending does not say it. */
  #reason: unknown;
  #postponed: () => void = nothing;
  #postponing: NodeJS.Timeout | undefined;

  /** `turn`: resolves when those that were asked for before in the same room are settled. */
  constructor(room_id: RoomId, turn: Promise<void> | undefined, events: MembershipEvents) {
    this.room_id = room_id;
    this.#turn = turn;
    this.#events = events;
    this.#settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  get settled(): Promise<void> {
    return this.#settled;
  }

  get state(): State {
    return this.#state;
  }

  /** Whether it was in, or about to be, and is not for a reason that was not its own. */
  get wasRemoved(): boolean {
    return this.#ending === 'removed';
  }

  get isDecided(): boolean {
    return this.#role !== undefined;
  }

  /** The lowest, until it is decided. */
  get role(): Role {
    return this.#role ?? 'viewer';
  }

  /** The room that it is in; undefined where it is not. */
  get participation(): Participation | undefined {
    return this.#state === 'in' ? this.#participation : undefined;
  }

  /**
   * Has done, in its turn, what it has to wait for. The function that it resolves with has done the rest of it, when the
   * answers before have been read; and what that one resolves with enters the room and returns what to answer: call it in
   * the moment of answering. All refuse: as the room does, and at once where it has gone meanwhile.
   */
  async prepare(work: () => Promise<Admission>): Promise<() => Promise<() => RoomState>> {
    await this.#waitFor(async () => {
      await this.#turn;
      this.check();
      this.#admission = await work();
    });
    return async () => {
      this.check();
      await this.#waitFor(async () => this.#admission?.ready());
      return () => this.#enter();
    };
  }

  /** Refuses where it has gone: what was prepared for it so far is in vain. */
  check(): void {
    if (this.#state === 'joining') return;
    throw this.#reason ?? (this.#ending && refusalOf(this.#ending, this.room_id));
  }

  /** It takes part from here on. */
  entered(participation: Participation): void {
    this.#participation = participation;
    this.#happen('answered');
    this.#events.onEntered(this);
  }

  /** Its role is decided: what it does from here on, it does by this one. Its user's name may be another, too. */
  update(role: Role): void {
    const isOther = role !== this.#role;
    this.#role = role;
    this.#happen('decided');
    this.participation?.updated(isOther ? role : undefined);
  }

  /** The room is open to it no longer. */
  withdraw(refusal: Refusal): void {
    if (this.participation) this.participation.withdraw();
    else this.end('removed', refusal);
  }

  /** Ends it, unless it is over. What is under way is refused, and says why. Returns whether there was anything to end. */
  end(ending: Ending, refusal?: Refusal): boolean {
    const before = this.#state;
    if (!this.#happen(ending)) return false;
    this.#ending = ending;
    this.#reason = refusal;
    clearTimeout(this.#postponing);
    if (before === 'in') this.#participation?.gone();
    if (!this.#preparing) this.#release();
    this.#events.onOver(this, this.#preparing);
    return true;
  }

  /** Does what was postponed last, once, after so many milliseconds, if it still takes part. */
  postpone(run: () => void, milliseconds: number): void {
    this.#postponed = run;
    this.#postponing ??= setTimeout(() => {
      this.#postponing = undefined;
      this.#postponed();
    }, milliseconds);
  }

  /** Waits for what is to be done, unless it goes meanwhile. */
  async #waitFor(work: () => Promise<void>): Promise<void> {
    this.#preparing = this.#do(work);
    await Promise.race([this.#preparing, this.settled]);
    this.check();
  }

  async #do(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      if (this.#state === 'left') this.#happen('answered');
    } catch (error) {
      this.#refuse(error);
      throw error;
    } finally {
      this.#preparing = undefined;
      if (this.#state !== 'joining') this.#release();
    }
  }

  #enter(): RoomState {
    this.check();
    try {
      if (!this.#admission) throw new Error('a join is prepared before it is answered');
      return this.#admission.enter();
    } catch (error) {
      this.#refuse(error);
      throw error;
    } finally {
      this.#release();
    }
  }

  #refuse(reason: unknown): void {
    const wasJoining = this.#state === 'joining';
    if (wasJoining) this.#reason = reason;
    this.#happen('refused');
    if (wasJoining) this.#events.onOver(this, undefined);
  }

  #release(): void {
    const admission = this.#admission;
    this.#admission = undefined;
    admission?.release();
  }

  /** Returns whether it is another state. */
  #happen(happening: Happening): boolean {
    const before = this.#state;
    this.#state = transitions[before][happening];
    if (this.#state !== 'joining' && this.#settle !== nothing) {
      this.#settle();
      // What it took to wait for is no memory of who stays.
      this.#settle = nothing;
      this.#settled = over;
      this.#turn = undefined;
    }
    return this.#state !== before;
  }
}

function refusalOf(ending: Ending, room_id: RoomId): Refusal {
  if (ending === 'ended') return new Refusal('not_found', 'the connection has ended');
  if (ending === 'removed') return new Refusal('forbidden', `removed from ${room_id} meanwhile`);
  return new Refusal('conflict', `${room_id} was ${ending === 'leave' ? 'left' : 'joined anew'} meanwhile`);
}
