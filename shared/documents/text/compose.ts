import { append, consumed, produced, type TextOperation, type TextPart, trimmed } from './operation.ts';
import { unitAfter } from './rope.ts';

/**
 * One operation that does what `first` and then `second` do, in time that grows with their sizes only (the library's
 * own grows with their product: seconds for a paste of 256 KB).
 */
export function composeOperations(first: TextOperation, second: TextOperation): TextOperation {
  const result: TextPart[] = [];
  const reader = new Reader(first);
  for (const part of second) {
    if (typeof part === 'string') append(result, part);
    let rest = consumed(part);
    while (rest > 0) {
      const chunk = reader.take(rest);
      rest -= reader.taken;
      if (typeof part === 'number' || typeof chunk === 'object') append(result, chunk);
      // What the first inserted and the second deletes was never there.
      else if (typeof chunk === 'number') append(result, { d: chunk });
    }
  }
  while (!reader.atEnd) append(result, reader.take(Infinity));
  return trimmed(result);
}

/** Hands an operation out in portions; behind its end it retains for ever. */
class Reader {
  /** How many points of the text that the operation makes the last portion covers: a deletion none. */
  taken = 0;
  readonly #operation: TextOperation;
  #index = -1;
  /** What is left of the part at the index, in points, and where in an inserted text it begins. */
  #rest = 0;
  #unit = 0;

  constructor(operation: TextOperation) {
    this.#operation = operation;
    this.#next();
  }

  get atEnd(): boolean {
    return this.#index === this.#operation.length;
  }

  /** What comes next, cut to at most so many points. A deletion comes whole. */
  take(most: number): TextPart {
    const part = this.#operation[this.#index];
    if (part === undefined) {
      this.taken = most;
      return most;
    }
    if (typeof part === 'object') {
      this.taken = 0;
      this.#next();
      return part;
    }
    this.taken = Math.min(most, this.#rest);
    const portion = typeof part === 'number' ? this.taken : this.#takeText(part);
    this.#rest -= this.taken;
    if (this.#rest === 0) this.#next();
    return portion;
  }

  #takeText(text: string): string {
    const from = this.#unit;
    if (this.taken === this.#rest) this.#unit = text.length;
    else if (this.#rest === text.length - from) this.#unit += this.taken;
    else this.#unit = unitAfter(text, from, this.taken);
    return text.slice(from, this.#unit);
  }

  #next(): void {
    this.#index += 1;
    this.#unit = 0;
    this.#rest = produced(this.#operation[this.#index] ?? 0);
  }
}
