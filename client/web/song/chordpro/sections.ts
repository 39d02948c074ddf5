/** The sections of a song while it is read, and what is put into them. */
import { headingOf } from './labels.ts';
import type { Line, Section, Song } from './model.ts';

/** Sections whose lines are kept as they are, space for space. */
const verbatimKinds = ['tab', 'abc', 'ly', 'svg', 'textblock', 'musicxml', 'strum'];

export class Sections {
  readonly #song: Song;
  #section: Section | undefined;
  /** The section that a directive began; it ends with another, not with an empty line. */
  #environment: string | undefined;
  #isSkipped = false;
  /** Those that the song names, and that are shown also where nothing is in them. */
  #labelled = new Set<Section>();
  /** Where a page or a column begins. */
  #break: 'page' | 'column' | undefined;

  constructor(song: Song) {
    this.#song = song;
  }

  get environment(): string | undefined {
    return this.#environment;
  }

  /** Whether what comes is not for us. */
  get isSkipped(): boolean {
    return this.#isSkipped;
  }

  get isVerbatim(): boolean {
    return this.#environment !== undefined && verbatimKinds.includes(this.#environment);
  }

  /** In a tablature braces are braces, but for those that end it; who forgot to is not lost. */
  endsVerbatim(name: string): boolean {
    if (name === `end_of_${this.#environment}`) return true;
    return this.#environment === 'tab' && /^(?:start|end)_of_./.test(name);
  }

  /** A directive begins one; what came before it was left. */
  enter(kind: string, value: string): void {
    this.#environment = kind;
    const { label, isNamed } = headingOf(kind, value);
    const section = this.#open(kind, label);
    if (isNamed) this.#labelled.add(section);
  }

  /** The same of one that is not for us. */
  skip(kind: string): void {
    this.#environment = kind;
    this.#isSkipped = true;
  }

  leave(): void {
    this.#environment = undefined;
    this.#section = undefined;
    this.#isSkipped = false;
  }

  /** What comes next is another one, where no directive holds them together. */
  part(): void {
    if (!this.#environment) this.#section = undefined;
  }

  breakAt(place: 'page' | 'column'): void {
    this.#break = place;
    this.part();
  }

  add(line: Line): void {
    this.#section ??= this.#open(this.#environment ?? 'verse', undefined);
    this.#section.lines.push(line);
  }

  /** Takes back that the key changes, where nothing has come since. Answers whether it did. */
  takeBackChange(): boolean {
    const last = this.#section?.lines.at(-1);
    if (last?.kind !== 'change' || last.text !== '') return false;
    this.#section?.lines.pop();
    return true;
  }

  /** Nothing comes any more: those that are empty go, but for those with a name. */
  end(): void {
    this.#song.sections = this.#song.sections.filter((section) => {
      trimBlank(section.lines);
      return section.lines.length > 0 || this.#labelled.has(section);
    });
  }

  #open(kind: string, label: string | undefined): Section {
    const section: Section = { kind, label, lines: [], ...(this.#break && { break: this.#break }) };
    this.#break = undefined;
    this.#section = section;
    this.#song.sections.push(section);
    return section;
  }
}

/** Empty lines at both ends are room between sections, which there is anyway. */
function trimBlank(lines: Line[]): void {
  const isBlank = (line: Line | undefined) => line?.kind === 'verbatim' && line.text.trim() === '';
  while (isBlank(lines.at(-1))) lines.pop();
  let first = 0;
  while (isBlank(lines[first])) first += 1;
  lines.splice(0, first);
}
