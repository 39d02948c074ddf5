import assert from 'node:assert/strict';
import type { SharedText } from '../../client/index.ts';

/** Ideographs beyond the first plane: each takes two UTF-16 units. */
const first = 0x20000;

/** Letters that are told apart: each is typed once, so that one which is lost or doubled is seen. */
export class Letters {
  #typed = 0;
  readonly #deleted = new Set<string>();

  get typed(): number {
    return this.#typed;
  }

  /** Types so many new letters in place of some others. Places are counted in letters; what is too far is the end. */
  replace(text: SharedText, at: number, deleted: number, inserted: number): void {
    const from = Math.min(at, text.length / 2);
    const gone = [...text.text.slice(2 * from, 2 * (from + deleted))];
    for (const letter of gone) this.#deleted.add(letter);
    const typed = Array.from({ length: inserted }, () => String.fromCodePoint(first + this.#typed++)).join('');
    text.replace(2 * from, 2 * gone.length, typed);
  }

  /** Whether every letter is in the text once, unless it was deleted. */
  check(text: string): void {
    const there = new Map<string, number>();
    for (const letter of text) there.set(letter, (there.get(letter) ?? 0) + 1);
    const wrong = Array.from({ length: this.#typed }, (_, index) => String.fromCodePoint(first + index))
      .map((letter) => ({ letter, is: there.get(letter) ?? 0, expected: this.#deleted.has(letter) ? 0 : 1 }))
      .filter(({ is, expected }) => is !== expected);
    assert.deepEqual(wrong, [], 'letters are lost, doubled, or there though they were deleted');
  }
}
