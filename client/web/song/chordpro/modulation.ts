/** The key that a song is in while it is read, and how far `{transpose}` moves what comes from here on. */
import { parseKey, prefersFlats, transposedKey } from './keys.ts';
import { english, type Notation } from './notes.ts';
import { shifter } from './transposing.ts';

interface Shift {
  semitones: number;
  spelling: 'sharps' | 'flats' | 'key';
}

export class Modulation {
  #notation: Notation;
  #shifts: Shift[] = [];
  /** The key as it is written, before it is transposed. */
  written: string | undefined;
  /** Moves what stands over words. */
  move = (cell: string): string => cell;

  constructor(notation: Notation = english) {
    this.#notation = notation;
  }

  /** The key that chords are in as they are set. */
  get key(): string | undefined {
    return this.written && transposedKey(this.written, this.#shifts.at(-1)?.semitones ?? 0, this.#notation);
  }

  /** So many semitones more; without a number, what it was before. Answers whether that was understood. */
  transpose(value: string): boolean {
    const [, number, how] = /^([+-]?\d{1,3})\s*([sfk]?)$/.exec(value) ?? [];
    if (number === undefined && value !== '') return false;
    const now = this.#shifts.at(-1);
    if (number === undefined) this.#shifts.pop();
    else {
      const usual = now?.spelling ?? (Number(number) < 0 ? 'flats' : 'sharps');
      const spelling = how === 's' ? 'sharps' : how === 'f' ? 'flats' : how === 'k' ? 'key' : usual;
      this.#shifts.push({ semitones: (now?.semitones ?? 0) + Number(number), spelling });
    }
    const { semitones, spelling } = this.#shifts.at(-1) ?? { semitones: 0, spelling: 'sharps' };
    this.move = shifter(semitones, spelling === 'flats' || (spelling === 'key' && this.#isFlat()), this.#notation);
    return true;
  }

  #isFlat(): boolean {
    const key = parseKey(this.key ?? '', this.#notation);
    return key !== undefined && prefersFlats(key);
  }
}
