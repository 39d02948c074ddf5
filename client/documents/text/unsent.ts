import { composeOperations } from '../../../shared/documents/text/compose.ts';
import { applyOperation, pointBefore, type TextOperation } from '../../../shared/documents/text/operation.ts';
import type { Rope } from '../../../shared/documents/text/rope.ts';
import type { TextPosition } from '../../../shared/documents/text.ts';
import { mapPosition, transformPosition } from '../../../shared/documents/text.ts';
import { cross } from './transform.ts';

/** An operation as it is sent: what `collaboration_operation` takes, besides the room. */
export interface Outgoing {
  operation: TextOperation;
  revision: number;
  sequence: number;
  restores?: true;
  again?: true;
}

/** What was sent and has not come back. Nothing is composed into it any more: its sequence stands for just this edit. */
export interface InFlight {
  /** The edit, carried to the revision that is known now. */
  operation: TextOperation;
  sequence: number;
  /** The message whose answer is awaited; undefined where it must be sent (again). */
  message?: Outgoing | undefined;
  /** Carried over a difference of contents, so that what the log has of it may read otherwise. */
  rebased?: boolean;
}

/** One's own edits beyond what is confirmed: at most one in flight, and what was typed since. */
export class Unsent {
  inFlight: InFlight | undefined;
  pending: TextOperation;

  constructor(pending: TextOperation = []) {
    this.pending = pending;
  }

  get #sent(): TextOperation {
    return this.inFlight?.operation ?? [];
  }

  get isThere(): boolean {
    return this.inFlight !== undefined || this.pending.length > 0;
  }

  add(operation: TextOperation): void {
    this.pending = composeOperations(this.pending, operation);
  }

  /** What was in flight is pending again, before all else. */
  takeBack(): void {
    if (this.inFlight) this.pending = composeOperations(this.inFlight.operation, this.pending);
    this.inFlight = undefined;
  }

  /** Nobody knows what became of the message on its way. The log takes a sequence once, so it is sent again. */
  sendAgain(): void {
    if (this.inFlight) this.inFlight.message = undefined;
  }

  /** Carries the edits over what happened to the confirmed text; returns what happens to the text that is shown. */
  carry(operation: TextOperation, first: boolean): TextOperation {
    let over = operation;
    if (this.inFlight) [this.inFlight.operation, over] = cross(this.inFlight.operation, over, first);
    [this.pending, over] = cross(this.pending, over, first);
    return over;
  }

  /** The confirmed text with the edits. */
  apply(base: Rope): Rope {
    return applyOperation(applyOperation(base, this.#sent), this.pending);
  }

  /** A position in the confirmed text, where it is in the text that is shown. */
  forward(position: TextPosition): TextPosition {
    return transformPosition(transformPosition(position, this.#sent, false), this.pending, false);
  }

  /** A position in the text that is shown, where it would be in the confirmed text. */
  back(position: TextPosition): TextPosition {
    return mapPosition(position, (point) => pointBefore(pointBefore(point, this.pending), this.#sent));
  }
}
