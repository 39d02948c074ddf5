import type { AnyCommand, By, ReducerType } from '../../shared/documents/reducer.ts';
import { monotonic } from '../../shared/monotonic.ts';
import { Refusal } from '../../shared/refusals.ts';
import type { RoomKind } from '../../shared/rooms.ts';
import { BatchedState } from './batched.ts';
import { CommandHistory, mergeCommands } from './reducer/history.ts';
import type { Documents, Surroundings } from './type.ts';

/** What is shown: content as the log has it, and the steps that are not in the log applied to it. */
interface Shown<Content> {
  content: Content;
  first: unknown;
  last: unknown;
  count: number;
  view: Content;
}

/**
 * What a room holds of a reducer: one's own commands are shown at once, and applied again on top of what comes before them in
 * the log. What is refused is not shown any more, and `refused` tells why.
 */
export class SharedReducer<Content, Command extends AnyCommand> extends BatchedState<Content, Command> {
  readonly #type: ReducerType<Content, Command>;
  readonly #history: CommandHistory<Content, Command>;
  #shown: Shown<Content>;
  /** What the listeners were told last. */
  #told: Content;
  /** What is shown as soon as what is made now is among what is unsent. */
  #next: Content | undefined;

  constructor(type: ReducerType<Content, Command>, surroundings: Surroundings) {
    super(type, surroundings);
    this.#type = type;
    this.#history = new CommandHistory(type.reducer);
    this.#shown = shownOf(super.content);
    this.#told = this.#shown.view;
    this.on('refused', ({ operation }) => this.#history.refused(operation as readonly Command[]));
  }

  /** As the log has it. */
  get confirmed(): Content {
    return super.content;
  }

  /** With one's own commands that are not in the log yet. A new object whenever it changes. */
  override get content(): Content {
    return this.#shown.view;
  }

  /**
   * Does these commands, all or none: shown at once. Resolves with the revision that they made, once they are in the log; rejects with a
   * Refusal where they are not taken, of which `refused` tells too, so that it need not be awaited.
   */
  do(...commands: readonly Command[]): Promise<number> {
    const before = this.content;
    const made = this.#make(commands);
    if (made.isMade) this.#history.made(before, commands, monotonic());
    return made.done;
  }

  get canUndo(): boolean {
    return this.#history.canUndo;
  }

  get canRedo(): boolean {
    return this.#history.canRedo;
  }

  /** Takes the last step of one's own back, and nothing that others have changed since. Does nothing where there is none. */
  undo(): void {
    this.#step('undo');
  }

  /** Takes the last undo() back, unless one has done something since. */
  redo(): void {
    this.#step('redo');
  }

  /** Ends the step that undo() would take back: where a drag ends, or a field was left. */
  boundary(): void {
    this.#history.boundary();
  }

  override reset(client_id: string): void {
    this.#history.clear();
    super.reset(client_id);
  }

  protected override merged(first: unknown, second: unknown): unknown {
    return mergeCommands(this.#type.reducer, first as readonly Command[], second as readonly Command[]);
  }

  /** What is shown is told in report(), when all is in its place. */
  protected override changed(): void {}

  protected override report(): void {
    this.#show();
    super.report();
    if (this.#told === this.content) return;
    this.#told = this.content;
    this.listeners.emit('change', this.content);
  }

  #step(which: 'undo' | 'redo'): void {
    const commands = this.#history.take(which, this.content, (made, step) => this.#applied(made, step), this.#by);
    if (commands) this.#make(commands);
  }

  /** Shows commands and has them sent. */
  #make(commands: readonly Command[]): { isMade: boolean; done: Promise<number> } {
    const shown = this.#shown;
    try {
      if (this.status.role === 'viewer') throw new Refusal('forbidden', 'a viewer can not write');
      this.#next = this.#apply(this.content, commands);
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      // Before anything is known of the room, nobody knows what fits.
      if (this.since.epoch !== '' || refusal.error_code === 'forbidden') {
        this.listeners.emit('refused', { operation: commands, refusal });
        return { isMade: false, done: handled(Promise.reject(refusal)) };
      }
    }
    const done = handled(this.command(commands));
    this.#next = undefined;
    return { isMade: this.#shown !== shown, done };
  }

  /** Applies what is unsent to what the log has, or only what was made now. */
  #show(): void {
    const { unsent, confirmed: content } = this;
    const shown = this.#shown;
    const [first, last, count] = [unsent[0], unsent.at(-1), unsent.length];
    const isSame = content === shown.content;
    if (isSame && first === shown.first && last === shown.last && count === shown.count) return;
    let view = isSame ? this.#next : undefined;
    this.#next = undefined;
    view ??= (unsent as readonly (readonly Command[])[]).reduce((made, step) => this.#applied(made, step), content);
    this.#shown = { content, first, last, count, view };
  }

  /** The content after a step; the same where the step does not fit any more, of which the server will tell. */
  #applied(content: Content, step: readonly Command[]): Content {
    try {
      return this.#apply(content, step);
    } catch {
      return content;
    }
  }

  #apply(content: Content, commands: readonly Command[]): Content {
    const by = this.#by;
    return commands.reduce((made, command) => this.#type.reducer.apply(made, command, by), content);
  }

  get #by(): By {
    const { client_id, surroundings } = this;
    return { client_id, user_id: surroundings.user_id() ?? '', timestamp: surroundings.now() };
  }
}

function shownOf<Content>(content: Content): Shown<Content> {
  return { content, first: undefined, last: undefined, count: 0, view: content };
}

/** A promise that nobody has to wait for: what it is refused for is told otherwise. */
function handled<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => {});
  return promise;
}

/** For connect(): rooms of some kinds that hold what a reducer makes. */
export function sharedReducer<Content, Command extends AnyCommand>(
  type: ReducerType<Content, Command>,
  ...kinds: RoomKind[]
): Documents<SharedReducer<Content, Command>> {
  return { kinds, create: (surroundings) => new SharedReducer(type, surroundings) };
}
