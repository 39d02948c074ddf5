import type { AnyCommand, By, Reducer } from '../../../shared/documents/reducer.ts';

/** How many steps are kept to be taken back. */
const mostSteps = 100;
/** Commands that are made sooner after each other, in milliseconds, and do one thing, are one step. */
const pause = 500;

/** What one has done in one go: what it was made on, and the commands. */
interface Step<Content, Command> {
  before: Content;
  commands: readonly Command[];
  at: number;
}

/** What one has done oneself and can take back, and what of that one can do again. */
export class CommandHistory<Content, Command extends AnyCommand> {
  readonly #reducer: Reducer<Content, Command>;
  #done: Step<Content, Command>[] = [];
  #undone: Step<Content, Command>[] = [];
  #isOpen = false;

  constructor(reducer: Reducer<Content, Command>) {
    this.#reducer = reducer;
  }

  get canUndo(): boolean {
    return this.#done.length > 0;
  }

  get canRedo(): boolean {
    return this.#undone.length > 0;
  }

  /** Commands were made on a content, at a time in milliseconds. */
  made(before: Content, commands: readonly Command[], at: number): void {
    if (!this.#reducer.undo) return;
    this.#undone = [];
    const last = this.#done.at(-1);
    const merged =
      last && this.#isOpen && at - last.at < pause && mergeCommands(this.#reducer, last.commands, commands);
    this.#isOpen = true;
    if (merged) Object.assign(last, { commands: merged, at });
    else this.#done = [...this.#done, { before, commands, at }].slice(-mostSteps);
  }

  /** Commands were refused: there is nothing to take back. */
  refused(commands: readonly Command[]): void {
    const refused = JSON.stringify(commands);
    this.#done = this.#done.filter((step) => JSON.stringify(step.commands) !== refused);
  }

  /** The next commands make another step. */
  boundary(): void {
    this.#isOpen = false;
  }

  /**
   * What takes the last step back, or the last undo, where there is one that still changes something; `now` is what it is done
   * to, and `apply` leaves it as it is where that does not fit.
   */
  take(
    which: 'undo' | 'redo',
    now: Content,
    apply: (content: Content, commands: readonly Command[]) => Content,
    by: By,
  ): readonly Command[] | undefined {
    this.boundary();
    const [from, to] = which === 'undo' ? [this.#done, this.#undone] : [this.#undone, this.#done];
    for (let step = from.pop(); step; step = from.pop()) {
      const commands = inverse(this.#reducer, step, by);
      if (commands.length === 0 || apply(now, commands) === now) continue;
      to.push({ before: now, commands, at: 0 });
      return commands;
    }
    return undefined;
  }

  clear(): void {
    [this.#done, this.#undone, this.#isOpen] = [[], [], false];
  }
}

/** Two lists of commands as one, where each command of the one does the same thing as its counterpart of the other, further. */
export function mergeCommands<Command extends AnyCommand>(
  { merge }: Pick<Reducer<unknown, Command>, 'merge'>,
  first: readonly Command[],
  second: readonly Command[],
): readonly Command[] | undefined {
  if (!merge || first.length !== second.length) return undefined;
  const merged = first.flatMap((command, index) => {
    const next = second[index];
    return (next && merge(command, next)) ?? [];
  });
  return merged.length === first.length ? merged : undefined;
}

/** What takes commands back, the last one first. */
function inverse<Content, Command extends AnyCommand>(
  reducer: Reducer<Content, Command>,
  { before, commands }: Step<Content, Command>,
  by: By,
): Command[] {
  let content = before;
  const back: Command[] = [];
  for (const command of commands) {
    back.unshift(...(reducer.undo?.(content, command) ?? []));
    content = reducer.apply(content, command, by);
  }
  return back;
}
