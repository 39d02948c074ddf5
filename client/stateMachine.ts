/** Where each event leads in each state; what is not there is ignored. */
export type Transitions<State extends string, Event extends string> = Record<
  State,
  Partial<Record<Event, State | undefined>>
>;

/**
 * A state's row of such a table, which it `satisfies`: the compiler asks for each event but those that the row names as
 * ignored, which so are in the source and in no bundle.
 */
export type Row<State extends string, Event extends string, Ignored extends Event> = Record<
  Exclude<Event, Ignored>,
  State
>;

/**
 * What is in one state of several, and how that looks from outside. Each time that it enters a state is a visit, and what
 * was begun in a visit, be it a question or a timer, comes to nothing when that has ended.
 */
export class StateMachine<State extends string, Event extends string, Look extends object> {
  readonly #transitions: Transitions<State, Event>;
  #state: State;
  #look: Look;
  readonly #listeners: { emit(name: 'state', look: Look): void };
  readonly #enter: (() => void) | undefined;
  #visit = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `listeners` hear of each change of the look, as `state`; `enter` begins what is done in the state that was entered. */
  constructor(
    transitions: Transitions<State, Event>,
    state: State,
    look: Look,
    listeners: { emit(name: 'state', look: Look): void },
    enter?: () => void,
  ) {
    this.#transitions = transitions;
    this.#state = state;
    this.#look = look;
    this.#listeners = listeners;
    this.#enter = enter;
  }

  get state(): State {
    return this.#state;
  }

  /** From outside: a new object whenever something in it has changed. */
  get look(): Look {
    return this.#look;
  }

  /** Where an event leads from here; undefined where it is ignored. */
  next(event: Event): State | undefined {
    return this.#transitions[this.#state][event];
  }

  /**
   * Takes an event: ends the visit, begins the next one, and only then tells, for who hears of it may send an event itself.
   * Returns whether the event led anywhere.
   */
  step(event: Event, change: Partial<Look> = {}): boolean {
    const next = this.next(event);
    if (!next) return false;
    this.#state = next;
    this.#visit += 1;
    clearTimeout(this.#timer);
    this.change(change, this.#enter);
    return true;
  }

  /** Changes the look within the visit; tells when `first` is done. */
  change(change: Partial<Look>, first?: () => void): void {
    const look = { ...this.#look, ...change };
    const isNews = JSON.stringify(look) !== JSON.stringify(this.#look);
    if (isNews) this.#look = look;
    first?.();
    if (isNews) this.#listeners.emit('state', this.#look);
  }

  /** The callback as long as this visit lasts; called later it does nothing. */
  during<Args extends unknown[], Result>(callback: (...args: Args) => Result): (...args: Args) => Result | undefined {
    const visit = this.#visit;
    return (...args) => (visit === this.#visit ? callback(...args) : undefined);
  }

  /** Calls back after so many milliseconds of this visit, in place of what was to be called before. */
  after(milliseconds: number, callback: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(callback, milliseconds);
  }
}
