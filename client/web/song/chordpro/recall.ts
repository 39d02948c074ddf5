/** The chords of a section's first occurrence, which `[^]` brings back in the later ones. */
import { isChord } from './chords.ts';
import type { GridToken } from './grids.ts';
import type { Notation } from './notes.ts';

/** Of chords that are remembered for one kind of section: a song repeats no more. */
const longest = 1_000;

export class Recall {
  #notation: Notation;
  #lists = new Map<string, string[]>();
  #list: string[] | undefined;
  #isLearning = false;
  #at = 0;

  constructor(notation: Notation) {
    this.#notation = notation;
  }

  /** A section begins; `changes` is what its directive says of them: chords, the name of a list, or `name:chords`. */
  enter(kind: string, changes = ''): void {
    const colon = changes.indexOf(':');
    const words = changes
      .slice(colon + 1)
      .split(/\s+/, longest)
      .filter((word) => word !== '');
    const hasChords = words.length > 0 && words.every((word) => isChord(word, this.#notation));
    const name = colon > 0 ? changes.slice(0, colon).trim() : hasChords || changes === '' ? kind : changes.trim();
    if (hasChords) this.#lists.set(name, words);
    this.#isLearning = !this.#lists.has(name);
    this.#list = this.#lists.get(name) ?? [];
    this.#lists.set(name, this.#list);
    this.#at = 0;
  }

  leave(): void {
    this.#list = undefined;
  }

  /** What stands over a word. For `^` that is what was there before; undefined where nothing was. */
  take(chord: string): string | undefined {
    const at = this.#at;
    this.#at += 1;
    if (chord === '^') return this.#isLearning ? undefined : this.#list?.[at];
    if (this.#isLearning && this.#list && at < longest) this.#list.push(chord);
    return chord;
  }

  /** A line of a grid: what is repeated in it is played again. */
  takeGrid(tokens: readonly GridToken[]): void {
    if (!this.#isLearning || !this.#list) return;
    const measures: string[][] = [[]];
    /** Where what is repeated begins. */
    let repeated = 0;
    let left = longest - this.#list.length;
    const play = (chords: readonly string[]) => {
      measures.at(-1)?.push(...chords.slice(0, Math.max(0, left)));
      left -= chords.length;
    };
    for (const { kind, text } of tokens) {
      if (left <= 0 || measures.length > longest) break;
      if (kind === 'chord' && isChord(text, this.#notation)) play([text]);
      else if (text === '%') play(measures.at(-2) ?? []);
      else if (kind === 'bar') {
        if (text.startsWith(':')) for (const measure of measures.slice(repeated)) play(measure);
        measures.push([]);
        if (text.endsWith(':')) repeated = measures.length - 1;
      }
    }
    for (const measure of measures) this.#list.push(...measure);
  }
}
