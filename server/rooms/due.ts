import { Refusal } from '../../shared/refusals.ts';
import type { Document } from '../documents/document.ts';

/** The longest a timer may run, in milliseconds; what lies beyond is looked at again then. */
const longestTimer = 2 ** 31 - 1;
/** After how long another try is made, in milliseconds, where the first one did not come into the log. */
const retryAfter = 1_000;

export interface DueOptions {
  document: Document;
  now(): number;
  /** Brings the operation into the log. */
  submit(operation: unknown): Promise<unknown>;
  onError(error: unknown): void;
}

/**
 * Does what a document does by itself when its time has come, such as skipping a track that has ended. Every instance
 * that has the room tries, also one that loads it later: the log takes the first, and the others are refused.
 */
export class Due {
  readonly #options: DueOptions;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: DueOptions) {
    this.#options = options;
  }

  /** Sees what is due next, in no less than so many milliseconds. Called whenever the document has changed. */
  look(least = 0): void {
    clearTimeout(this.#timer);
    const { document, now } = this.#options;
    const { type, content } = document;
    const due = this.#closed ? undefined : type.due?.(content);
    if (!due) return;
    const left = Math.max(least, due.at - now());
    this.#timer = setTimeout(() => this.#act(), Math.min(longestTimer, left));
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #act(): Promise<void> {
    const { document, now, submit, onError } = this.#options;
    const due = document.type.due?.(document.content);
    // A timer may be a millisecond early.
    if (!due || due.at > now()) return this.look();
    try {
      await submit(due.operation);
    } catch (error) {
      const overtaken = error instanceof Refusal && error.error_code === 'invalid_operation';
      if (!overtaken) onError(error);
      this.look(retryAfter);
    }
  }
}
