/** Reads ChordPro: lyrics with chords in brackets, and directives in braces. https://www.chordpro.org */
import { attributesOf, isOff } from './attributes.ts';
import { cellOf, isDegree, isSilence } from './chords.ts';
import { firstChordOf } from './chordsOf.ts';
import { type Diagram, diagramOf, isDrawable } from './diagrams.ts';
import { facts, isOfNoConcern, longNameOf, people } from './directives.ts';
import { type GridToken, gridTokensOf } from './grids.ts';
import { transposedKey } from './keys.ts';
import { headingOf, inWords, labelIn, plain } from './labels.ts';
import { Metadata } from './metadata.ts';
import type { Line, Section, Song } from './model.ts';
import { Modulation } from './modulation.ts';
import { notationOf } from './notation.ts';
import { type Notation, nameOf } from './notes.ts';
import { paceOf } from './pace.ts';
import { Recall } from './recall.ts';
import { type Directive, directiveIn, directivesIn } from './scan.ts';
import { SourceLines } from './sourceLines.ts';
import { type Over, partsOf, wordsIn } from './tokens.ts';

/** What was not understood: where, what kind of thing it is, and as it is written. */
export interface Finding {
  at: number;
  what: 'directive' | 'chord' | 'brace' | 'section';
  text: string;
}

export interface ReadOptions {
  /** What the song is read for: directives with another selector are not for us. The instrument, as the reference has it. */
  selectors?: readonly string[];
  /** Called with each thing that was not understood. */
  onFinding?(finding: Finding): void;
}

/** Sections whose lines are kept as they are, space for space. */
const verbatimKinds = ['tab', 'abc', 'ly', 'svg', 'textblock', 'musicxml', 'strum'];

/** Never fails: what is no ChordPro is lyrics. */
export function parseSong(source: string, options: ReadOptions = {}): Song {
  const notation = notationOf(source);
  const lines = new SourceLines(source);
  const first = new Reading(notation, options);
  let reading = first;
  for (let line = lines.next(true); line; line = lines.next(!reading.isVerbatim)) {
    if (reading.read(line.at, line.text) !== 'new song') continue;
    const next = new Reading(notation, options);
    if (reading.isBlank) reading.restart();
    else {
      reading.end().next = next.song;
      reading = next;
    }
  }
  reading.end();
  return first.song;
}

/** What a line comes to: usually nothing more than what is in the song then. */
type Outcome = 'new song' | undefined;

/** One song while it is read. */
class Reading {
  song: Song;
  #notation: Notation;
  #selectors: readonly string[];
  #onFinding: ((finding: Finding) => void) | undefined;
  #metadata = new Metadata();
  #recall: Recall;
  #definitions = new Map<string, Diagram>();
  #hasDiagrams = true;
  /** What is said of it, by name. */
  #facts = new Map<string, Set<string>>();
  /** Who made it, in small letters: nobody is named twice. */
  #named = new Set<string>();
  #section: Section | undefined;
  /** The section that a directive began; it ends with another, not with an empty line. */
  #environment: string | undefined;
  /** Whether what is in it is not for us. */
  #isSkipped = false;
  /** Sections that the song names, and that are shown also where nothing is in them. */
  #labelled = new Set<Section>();
  /** Whether something is sung or played already: what is said from then on is a change. */
  #hasBegun = false;
  #modulation: Modulation;
  /** The key that lines are in now. */
  #keyNow: string | undefined;
  /** The one before it. */
  #keyBefore: string | undefined;
  /** Where a page or a column begins. */
  #break: 'page' | 'column' | undefined;

  constructor(notation: Notation, { selectors = ['guitar'], onFinding }: ReadOptions) {
    this.#notation = notation;
    this.#selectors = selectors;
    this.#onFinding = onFinding;
    this.#recall = new Recall(notation);
    this.#modulation = new Modulation(notation);
    this.song = {
      title: undefined,
      subtitles: [],
      key: undefined,
      capo: 0,
      facts: [],
      sections: [],
      notation,
      diagrams: [],
    };
  }

  get isVerbatim(): boolean {
    return this.#environment !== undefined && verbatimKinds.includes(this.#environment);
  }

  /** Whether nothing is known of it yet. */
  get isBlank(): boolean {
    return this.song.title === undefined && this.song.sections.length === 0 && this.song.subtitles.length === 0;
  }

  /** A new song begins before anything was said of this one. */
  restart(): void {
    this.#leave();
  }

  read(at: number, text: string): Outcome {
    if (this.isVerbatim) {
      const directive = directiveIn(text);
      if (directive && this.#endsVerbatim(longNameOf(directive.name))) return this.#obey(at, directive);
      if (!this.#isSkipped) this.#add({ kind: 'verbatim', at, text });
      return undefined;
    }
    if (text.startsWith('#')) return undefined;
    const begun = directivesIn(text);
    if (begun) {
      let outcome: Outcome;
      for (const directive of begun.directives) outcome = this.#obey(at, directive) ?? outcome;
      if (begun.rest.trim() !== '') this.#sing(at, begun.rest);
      return outcome;
    }
    if (text.startsWith('{')) this.#find(at, 'brace', text);
    this.#sing(at, text);
    return undefined;
  }

  /** Nothing comes any more. */
  end(): Song {
    const { song } = this;
    song.sections = song.sections.filter((section) => {
      trimBlank(section.lines);
      return section.lines.length > 0 || this.#labelled.has(section);
    });
    song.key ??= this.#suggestedKey() ?? this.#modulation.key;
    song.facts = [...this.#facts].flatMap(([name, values]) => [...values].map((value) => inWords(name, value)));
    song.pace = paceOf((name) => [...(this.#facts.get(name) ?? [])][0]);
    song.diagrams = this.#hasDiagrams ? [...this.#definitions.values()].filter(isDrawable) : [];
    return song;
  }

  /** In a tablature braces are braces, but for those that end it; who forgot to is not lost. */
  #endsVerbatim(name: string): boolean {
    if (name === `end_of_${this.#environment}`) return true;
    return this.#environment === 'tab' && /^(?:start|end)_of_./.test(name);
  }

  // ---------------------------------------------------------------- directives

  #obey(at: number, directive: Directive): Outcome {
    const name = longNameOf(directive.name);
    const started = kindAfter('start_of_', name);
    const isForUs = this.#isSelected(directive);
    if (kindAfter('end_of_', name)) {
      if (this.#environment === undefined) this.#find(at, 'section', `{${directive.name}}`);
      this.#leave();
      return undefined;
    }
    if (started) {
      this.#leave();
      this.#environment = started;
      this.#isSkipped = !isForUs;
      if (isForUs) this.#enter(started, this.#metadata.filled(directive.value));
      return undefined;
    }
    if (this.#isSkipped || !isForUs) return undefined;
    if (name === 'new_song') return 'new song';
    this.#say(at, name, directive);
    return undefined;
  }

  /** A selector is an instrument, a voice or somebody; or something that is said of the song. */
  #isSelected({ selector, isNegated }: Directive): boolean {
    if (selector === undefined) return true;
    const small = selector.toLowerCase();
    return (this.#selectors.includes(small) || this.#metadata.has(small)) !== (isNegated === true);
  }

  #say(at: number, name: string, { name: written, value }: Directive): void {
    if (name === 'meta') {
      const [, item = '', said = ''] = /^(\S+?)[:\s]\s*(.*)$/.exec(value) ?? [];
      if (item !== '') this.#describe(at, longNameOf(item), plain(this.#metadata.filled(said)));
    } else if (name === 'comment' || name === 'comment_italic' || name === 'comment_box') {
      this.#comment(at, name, this.#metadata.filled(value));
    } else if (name === 'chorus') {
      this.#add({ kind: 'comment', at, text: labelIn(value) ?? 'Chorus' });
    } else if (name === 'image') {
      const { words, pairs } = attributesOf(value);
      const shown = pairs.get('title') ?? (pairs.get('src') ?? words[0] ?? '').split(/[\\/]/).at(-1) ?? '';
      if (shown !== '') this.#add({ kind: 'comment', at, text: `Picture: ${shown}`, style: 'box' });
    } else if (name === 'define' || name === 'chord') this.#define(at, name, value);
    else if (name === 'diagrams') this.#hasDiagrams = !isOff(value);
    else if (name === 'no_diagrams') this.#hasDiagrams = false;
    else if (name === 'transpose') this.#transpose(at, value);
    else if (name === 'new_page' || name === 'column_break') {
      this.#break = name === 'new_page' ? 'page' : 'column';
      if (!this.#environment) this.#section = undefined;
    } else if (isDescription(name)) this.#describe(at, name, plain(this.#metadata.filled(value)));
    else if (!isOfNoConcern(name)) this.#find(at, 'directive', `{${written}}`);
  }

  #describe(at: number, name: string, value: string): void {
    const { song } = this;
    if (value === '') return;
    if (name === 'time' || name === 'tempo') {
      if (this.#metadata.get(name) === value) return;
      this.#metadata.set(name, value);
    } else if (name !== 'key') this.#metadata.add(name, value);
    if (name === 'title') {
      song.title ??= value;
      this.#named.add(value.toLowerCase());
    } else if (people.includes(name)) this.#credit(value);
    else if (name === 'capo') {
      song.capo = Math.min(11, Math.max(0, Number.parseInt(value, 10) || 0));
      this.#noteKeys();
    } else if (name === 'key') {
      this.#modulation.written = value;
      this.#changeKey(at);
    } else if (facts.includes(name)) {
      if (!this.#hasBegun) this.#note(name, value);
      else if (name === 'time' || name === 'tempo') this.#add({ kind: 'change', at, text: inWords(name, value) });
    }
  }

  /** Who wrote, sang or set it, each once: the artist may be the composer too. */
  #credit(name: string): void {
    const small = name.toLowerCase();
    if (this.#named.has(small)) return;
    this.#named.add(small);
    this.song.subtitles.push(name);
  }

  #note(name: string, value: string): void {
    const values = name === 'time' || name === 'tempo' ? undefined : this.#facts.get(name);
    if (values) values.add(value);
    else this.#facts.set(name, new Set([value]));
  }

  #comment(at: number, name: string, value: string): void {
    const parts = partsOf(value, (over) => this.#over(at, over, 'inLine'));
    const style = name === 'comment_italic' ? 'italic' : name === 'comment_box' ? 'box' : undefined;
    const isPlain = parts.every((part) => part.chord === undefined && part.annotation === undefined && !part.marks);
    this.#add({
      kind: 'comment',
      at,
      text: isPlain
        ? wordsIn(parts)
        : parts.map(({ chord = '', annotation = '', text }) => chord + annotation + text).join(''),
      ...(style && { style }),
      ...(!isPlain && { parts }),
    });
  }

  #define(at: number, name: 'define' | 'chord', value: string): void {
    const diagram = diagramOf(value, this.#definitions);
    if (!diagram) return;
    if (diagram.isMovable) diagram.name = this.#modulation.move(diagram.name);
    if (name === 'define') this.#definitions.set(diagram.name, diagram);
    else this.#add({ kind: 'diagram', at, diagram });
  }

  // ---------------------------------------------------------------- keys

  #transpose(at: number, value: string): void {
    if (this.#modulation.transpose(value)) this.#changeKey(at);
    else this.#find(at, 'directive', `{transpose: ${value}}`);
  }

  #changeKey(at: number): void {
    const key = this.#modulation.key;
    if (!key) return;
    this.#noteKeys();
    if (!this.#hasBegun) {
      this.song.key = key;
      return;
    }
    // Where one change follows another, the last counts.
    const last = this.#section?.lines.at(-1);
    if (last?.kind === 'change' && last.text === '') {
      this.#section?.lines.pop();
      this.#keyNow = this.#keyBefore;
    }
    if (key === (this.#keyNow ?? this.song.key)) return;
    this.#keyBefore = this.#keyNow;
    this.#keyNow = key;
    this.#add({ kind: 'change', at, text: '' });
  }

  /** For texts that use them. */
  #noteKeys(): void {
    const key = this.#modulation.key;
    if (!key) return;
    this.#metadata.set('key', this.#modulation.written ?? key);
    this.#metadata.set('key.print', key);
    this.#metadata.set('key.sound', transposedKey(key, this.song.capo, this.#notation));
  }

  #suggestedKey(): string | undefined {
    const chord = firstChordOf(this.song);
    if (!chord) return undefined;
    const isMinor = /^(?:m(?!a)|Min|MIN|-)/.test(chord.quality);
    return `${nameOf(chord.root, this.#notation)}${isMinor ? 'm' : ''}`;
  }

  // ---------------------------------------------------------------- lines

  #sing(at: number, text: string): void {
    if (this.#isSkipped) return;
    if (text.trim() === '') {
      if (!this.#environment) this.#section = undefined;
      else this.#add({ kind: 'verbatim', at, text: '' });
      return;
    }
    this.#begin();
    const line = this.#metadata.filled(text);
    if (this.#environment === 'grid') this.#add({ kind: 'grid', at, tokens: this.#grid(line) });
    else this.#add({ kind: 'lyrics', at, parts: partsOf(line, (over) => this.#over(at, over)) });
  }

  #begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.song.key ??= this.#modulation.key;
  }

  #over(at: number, over: Over, inLine?: 'inLine'): Over {
    if (over.chord === undefined) return over;
    const written = inLine || !this.#environment ? over.chord : this.#recall.take(over.chord);
    if (written === undefined || written === '^') {
      this.#find(at, 'chord', '[^]');
      const { chord: _, ...rest } = over;
      return rest;
    }
    if (this.#onFinding && !isUnderstood(written, this.#notation)) this.#find(at, 'chord', `[${written}]`);
    return { ...over, chord: this.#modulation.move(written) };
  }

  #grid(line: string): GridToken[] {
    const tokens = gridTokensOf(line);
    this.#recall.takeGrid(tokens);
    return tokens.map((token) =>
      token.kind === 'chord' ? { ...token, text: this.#modulation.move(token.text) } : token,
    );
  }

  #add(line: Line): void {
    const key = this.#keyNow;
    this.#section ??= this.#open(this.#environment ?? 'verse', undefined);
    this.#section.lines.push(key !== undefined && key !== this.song.key ? { ...line, key } : line);
    if (line.kind === 'verbatim' && line.text !== '') this.#begin();
  }

  // ---------------------------------------------------------------- sections

  #enter(kind: string, value: string): void {
    const { label, isNamed } = headingOf(kind, value);
    const section = this.#open(kind, label);
    if (isNamed) this.#labelled.add(section);
    this.#recall.enter(kind, attributesOf(value).pairs.get('cc'));
  }

  #open(kind: string, label: string | undefined): Section {
    const section: Section = { kind, label, lines: [], ...(this.#break && { break: this.#break }) };
    this.#break = undefined;
    this.#section = section;
    this.song.sections.push(section);
    return section;
  }

  #leave(): void {
    this.#environment = undefined;
    this.#section = undefined;
    this.#isSkipped = false;
    this.#recall.leave();
  }

  #find(at: number, what: Finding['what'], text: string): void {
    this.#onFinding?.({ at, what, text });
  }
}

function isDescription(name: string): boolean {
  return name === 'title' || name === 'key' || name === 'capo' || people.includes(name) || facts.includes(name);
}

function isUnderstood(cell: string, notation: Notation): boolean {
  return cell === '' || cellOf(cell, notation) !== undefined || isSilence(cell) || isDegree(cell);
}

/** What a directive begins or ends; undefined where it does not, or says of nothing what. */
function kindAfter(start: string, directive: string): string | undefined {
  return (directive.startsWith(start) && directive.slice(start.length)) || undefined;
}

/** Empty lines at both ends are room between sections, which there is anyway. */
function trimBlank(lines: Line[]): void {
  const isBlank = (line: Line | undefined) => line?.kind === 'verbatim' && line.text.trim() === '';
  while (isBlank(lines.at(-1))) lines.pop();
  let first = 0;
  while (isBlank(lines[first])) first += 1;
  lines.splice(0, first);
}
