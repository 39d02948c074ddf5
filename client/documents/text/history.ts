import { composeOperations } from '../../../shared/documents/text/compose.ts';
import { baseLength, type TextOperation } from '../../../shared/documents/text/operation.ts';
import { transformOperation as transform } from '../../../shared/documents/text/transform.ts';

/** Edits that follow each other within this are one step, in milliseconds. */
const pause = 500;
/** How many steps are kept. */
const mostSteps = 200;

/** What takes an edit back, and what others have done since the step became the topmost one. */
interface Step {
  operation: TextOperation;
  over: TextOperation;
}

/**
 * One's own edits, to be undone and redone. A step is what takes one or several edits back, from the text as it is when
 * the later steps have been taken back; it deletes only what its own edits inserted. What others do is gathered at the
 * topmost step and carried down when that goes: their typing costs the same however long the history is.
 */
export class History {
  #undo: Step[] = [];
  #redo: Step[] = [];
  /** When the topmost step was last added to; undefined where the next edit begins a new one. */
  #editedAt: number | undefined;

  get canUndo(): boolean {
    return this.#undo.length > 0;
  }

  get canRedo(): boolean {
    return this.#redo.length > 0;
  }

  /** One's own edit, and what takes it back. It joins the last step where it follows soon and touches it. */
  edited(operation: TextOperation, inverse: TextOperation, now: number): void {
    const follows = this.#editedAt !== undefined && now - this.#editedAt < pause;
    const last = follows ? takeTop(this.#undo) : undefined;
    const joined = last && touches(last, operation);
    if (last && !joined) this.#undo.push({ operation: last, over: [] });
    this.#undo.push({ operation: joined ? composeOperations(inverse, last) : inverse, over: [] });
    if (this.#undo.length > mostSteps) this.#undo.shift();
    this.#redo = [];
    this.#editedAt = now;
  }

  /** Whatever comes next begins a new step. */
  boundary(): void {
    this.#editedAt = undefined;
  }

  /** What another's edit did to the text. */
  overtaken(operation: TextOperation): void {
    for (const steps of [this.#undo, this.#redo]) {
      const top = steps.at(-1);
      if (top) top.over = composeOperations(top.over, operation);
    }
  }

  /** What takes the last step back; undefined where there is none. `inverse` says what takes that back again. */
  undo(inverse: (operation: TextOperation) => TextOperation): TextOperation | undefined {
    return this.#move(this.#undo, this.#redo, inverse);
  }

  redo(inverse: (operation: TextOperation) => TextOperation): TextOperation | undefined {
    return this.#move(this.#redo, this.#undo, inverse);
  }

  #move(from: Step[], to: Step[], inverse: (operation: TextOperation) => TextOperation): TextOperation | undefined {
    this.boundary();
    // A step of which others have left nothing is passed over.
    while (from.length > 0) {
      const operation = takeTop(from);
      if (!operation || operation.length === 0) continue;
      to.push({ operation: inverse(operation), over: [] });
      return operation;
    }
    return undefined;
  }
}

/** Takes the topmost step off, as it is after what others did, and leaves that to the step below it. */
function takeTop(steps: Step[]): TextOperation | undefined {
  const top = steps.pop();
  if (!top) return undefined;
  const below = steps.at(-1);
  if (below) below.over = composeOperations(below.over, transform(top.over, top.operation, 'right'));
  return transform(top.operation, top.over, 'left');
}

/** Whether two operations on one text change places that meet. */
function touches(one: TextOperation, other: TextOperation): boolean {
  return start(one) <= baseLength(other) && start(other) <= baseLength(one);
}

function start(operation: TextOperation): number {
  return typeof operation[0] === 'number' ? operation[0] : 0;
}
