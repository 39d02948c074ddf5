import type { TextOperation, TextPart } from '../../shared/documents/text/operation.ts';

/** A seeded source of chance, so that a failure can be had again: the same seed gives the same story. */
export class Random {
  readonly seed: number;
  #state: number;

  /** `SEED=…` in the environment repeats a run. */
  constructor(seed = process.env.SEED ? Number(process.env.SEED) : Date.now() >>> 0) {
    this.seed = seed;
    this.#state = seed | 0;
  }

  /** From 0 up to, not including, 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** True in one of `times` cases. */
  oneIn(times: number): boolean {
    return this.between(1, times) === 1;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.between(0, choices.length - 1)] as T;
  }

  /** A text of so many scraps of all scripts; a scrap is one or several code points. */
  text(scraps: number): string {
    return Array.from({ length: scraps }, () => this.pick(scrapsOfText)).join('');
  }

  /** A canonical text operation that fits a text of `length` code points. */
  textOperation(length: number): TextOperation {
    const operation: TextPart[] = [];
    let rest = length;
    let last = '';
    for (let parts = this.between(0, 6); parts > 0; parts--) {
      const kind = this.pick(['retain', 'insert', 'delete'].filter((kind) => kind !== last));
      if (kind !== 'insert' && rest === 0) continue;
      const points = this.between(1, Math.max(1, Math.min(rest, this.oneIn(4) ? rest : 8)));
      if (kind === 'retain') operation.push(points);
      else if (kind === 'delete') operation.push({ d: points });
      else operation.push(this.text(this.between(1, 4)));
      if (kind !== 'insert') rest -= points;
      last = kind;
    }
    if (typeof operation.at(-1) === 'number') operation.pop();
    return operation;
  }

  /** Runs a story; where it fails, the error names the seed. */
  tell<T>(story: () => T): T {
    try {
      return story();
    } catch (error) {
      throw new Error(`fails with SEED=${this.seed}`, { cause: error });
    }
  }
}

/** What texts are made of: ASCII, accents of their own, CJK, right-to-left, emoji, flags, families joined by ZWJ. */
const scrapsOfText = [
  ...'abcdefghij klmnopq\n\t.,-"\\',
  'word ',
  'é',
  'ß',
  'e\u0301',
  'a\u0323\u0302',
  '歌',
  '한국',
  'שלום',
  'สวัสดี',
  '\u0000',
  '\ufeff',
  '\uffff',
  '😀',
  '🎶🎶',
  '👍🏽',
  '🇩🇪',
  '👩‍👩‍👧‍👦',
  '𝄞',
  '\u{10ffff}',
] as const;
