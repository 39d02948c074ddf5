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
    const due = this.#next();
    if (!due) return;
    const left = Math.max(least, due.at - this.#options.now());
    this.#timer = setTimeout(() => this.#act(), Math.min(longestTimer, left));
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** What is due next, as the type says; nothing where that throws. */
  #next(): { operation: unknown; at: number } | undefined {
    const { document, onError } = this.#options;
    const { type, content } = document;
    try {
      return this.#closed ? undefined : type.due?.(content);
    } catch (error) {
      onError(error);
      return undefined;
    }
  }

  async #act(): Promise<void> {
    const { now, submit, onError } = this.#options;
    const due = this.#next();
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
