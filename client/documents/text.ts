import { applyOperation, invertOperation, type TextOperation } from '../../shared/documents/text/operation.ts';
import { pointToUnit, toText } from '../../shared/documents/text/rope.ts';
import { mapPosition, type TextPosition } from '../../shared/documents/text.ts';
import { monotonic } from '../../shared/monotonic.ts';
import { Refusal } from '../../shared/refusals.ts';
import { Listeners } from '../listeners.ts';
import type { Status } from './exchange/status.ts';
import type { ShownCursor } from './text/cursors.ts';
import { History } from './text/history.ts';
import { Replica } from './text/replica.ts';
import { nearestPoint, type TextChange, toChanges, toOperation } from './text/units.ts';
import type { Documents } from './type.ts';

export type { Need, Status } from './exchange/status.ts';
export type { ShownCursor } from './text/cursors.ts';
export type { SavedText } from './text/saved.ts';
export type { TextChange } from './text/units.ts';
export type { Outgoing } from './text/unsent.ts';

/** Where a change comes from: one's own typing, others, or undo() and redo(). */
export type Origin = 'local' | 'remote' | 'undo' | 'redo';

export interface SharedTextEvents {
  /** The text has changed. An editor applies the changes to what it shows, unless it made them itself. */
  change: { changes: TextChange[]; origin: Origin };
  status: Status;
}

/** What an input is bound to: a song, or a text of a board. Places count UTF-16 units. */
export interface EditableText {
  readonly text: string;
  readonly length: number;
  edit(changes: readonly TextChange[]): void;
  undo(): void;
  redo(): void;
  on(name: 'change', listener: (event: SharedTextEvents['change']) => void): () => void;
}

/**
 * A text that several people write at once, for an editor. Every edit is shown at once; the replica below brings it into
 * the room's log, and what others wrote into the text. Places count UTF-16 units, as JavaScript's editors do.
 *
 * Pure: it knows no socket, no clock and no page.
 */
export class SharedText extends Replica {
  /** What it is, of all documents. */
  readonly name = 'text';
  /** What is shown. */
  #view = this.shown;
  #history = new History();
  readonly #listeners = new Listeners<SharedTextEvents>();
  /** The status that was told last, as JSON. */
  #told = JSON.stringify(this.status);
  /** Changes that nobody was told of yet: listeners are called when everything is in its place. */
  #untold: SharedTextEvents['change'][] = [];
  /** Who waits for stored(). */
  #waiting: { resolve(): void; reject(refusal: Refusal): void }[] = [];

  get text(): string {
    return toText(this.#view);
  }

  get length(): number {
    return this.#view.units;
  }

  /** Returns how to stop listening. */
  on<Name extends keyof SharedTextEvents>(name: Name, listener: (event: SharedTextEvents[Name]) => void): () => void {
    return this.#listeners.on(name, listener);
  }

  insert(at: number, text: string): void {
    this.replace(at, 0, text);
  }

  delete(at: number, length: number): void {
    this.replace(at, length, '');
  }

  replace(at: number, length: number, text: string): void {
    this.edit([{ from: at, to: at + length, insert: text }]);
  }

  /**
   * Several changes in one go. Throws a RangeError for a place outside of the text or inside of a surrogate pair and for
   * a text with half of one, and a Refusal (`forbidden`) where one may only read. Then nothing is changed.
   */
  edit(changes: readonly TextChange[]): void {
    this.#checkRole();
    const operation = toOperation(changes, this.#view);
    if (operation.length === 0) return;
    this.#history.edited(operation, invertOperation(operation, this.#view), this.now());
    this.#make(operation, 'local');
  }

  get canUndo(): boolean {
    return this.#history.canUndo;
  }

  get canRedo(): boolean {
    return this.#history.canRedo;
  }

  /** Takes the last step of one's own edits back, and nothing that others wrote. Does nothing where there is none. */
  undo(): void {
    this.#step('undo');
  }

  /** Takes the last undo() back, unless one has written since. */
  redo(): void {
    this.#step('redo');
  }

  /** Ends the step that undo() would take back: after a paste, or when the cursor was moved. */
  boundary(): void {
    this.#history.boundary();
  }

  /** Resolves when all that was typed is in the log. Throws a Refusal where the room was left, one may not be in it, or somebody else comes before that. */
  stored(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.report();
    });
  }

  /** The cursors of others, where they are now. */
  get otherCursors(): ShownCursor[] {
    return this.cursors.shown.map((cursor) => ({ ...cursor, position: this.#toUnits(cursor.position) }));
  }

  /** One's own cursor as `cursor_update` takes it; one that stands where the text was before, at the nearest place. */
  toWire(position: TextPosition): { position: TextPosition; revision: number } {
    const points = mapPosition(position, (unit) => nearestPoint(unit, this.#view));
    return { position: this.unsent.back(points), revision: this.since.revision };
  }

  override reset(client_id: string): void {
    this.#history = new History();
    for (const { reject } of this.#waiting.splice(0)) reject(new Refusal('forbidden', 'somebody else is here'));
    super.reset(client_id);
  }

  protected override show(operation: TextOperation): void {
    if (operation.length === 0) return;
    this.#history.overtaken(operation);
    this.#change(operation, 'remote');
  }

  protected override report(): void {
    for (const change of this.#untold.splice(0)) this.#listeners.emit('change', change);
    const { status } = this;
    const told = this.#told;
    this.#told = JSON.stringify(status);
    const { over } = this;
    if (over || !status.hasUnsent)
      for (const { resolve, reject } of this.#waiting.splice(0)) over && status.hasUnsent ? reject(over) : resolve();
    if (this.#told !== told) this.#listeners.emit('status', status);
  }

  #step(origin: 'undo' | 'redo'): void {
    this.#checkRole();
    const operation = this.#history[origin]((step) => invertOperation(step, this.#view));
    if (operation) this.#make(operation, origin);
  }

  #make(operation: TextOperation, origin: Origin): void {
    this.add(operation);
    this.#change(operation, origin);
    this.report();
  }

  #change(operation: TextOperation, origin: Origin): void {
    const changes = toChanges(operation, this.#view);
    this.#view = applyOperation(this.#view, operation);
    this.#untold.push({ changes, origin });
  }

  #checkRole(): void {
    if (this.status.role === 'viewer') throw new Refusal('forbidden', 'a viewer can not write');
  }

  #toUnits(confirmed: TextPosition): TextPosition {
    return mapPosition(this.unsent.forward(confirmed), (point) =>
      pointToUnit(this.#view, Math.min(point, this.#view.length)),
    );
  }
}

/** Rooms of kind `song`. */
export const songs: Documents<SharedText> = {
  kinds: ['song'],
  create: ({ client_id }) => new SharedText({ client_id, now: monotonic }),
};
