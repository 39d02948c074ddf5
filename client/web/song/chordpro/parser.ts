/** Reads ChordPro: lyrics with chords in brackets, and directives in braces. https://www.chordpro.org */
import { attributesOf, isOff } from './attributes.ts';
import { cellOf, isDegree, isSilence } from './chords.ts';
import { Description, isDescription } from './description.ts';
import { type Diagram, diagramOf, isDrawable } from './diagrams.ts';
import { isOfNoConcern, longNameOf, metaOf } from './directives.ts';
import { type GridToken, gridTokensOf } from './grids.ts';
import { KeyChanges } from './keyChanges.ts';
import { labelIn, plain } from './labels.ts';
import { Metadata } from './metadata.ts';
import type { Line, Song } from './model.ts';
import { notationOf } from './notation.ts';
import type { Notation } from './notes.ts';
import { Recall } from './recall.ts';
import { type Directive, directiveIn, directivesIn } from './scan.ts';
import { Sections } from './sections.ts';
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
  readonly song: Song;
  readonly #selectors: readonly string[];
  readonly #onFinding: ((finding: Finding) => void) | undefined;
  readonly #metadata = new Metadata();
  readonly #description: Description;
  readonly #sections: Sections;
  readonly #keys: KeyChanges;
  readonly #recall: Recall;
  #definitions = new Map<string, Diagram>();
  #hasDiagrams = true;

  constructor(notation: Notation, { selectors = ['guitar'], onFinding }: ReadOptions) {
    this.#selectors = selectors;
    this.#onFinding = onFinding;
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
    this.#description = new Description(this.song, this.#metadata);
    this.#sections = new Sections(this.song);
    this.#keys = new KeyChanges(this.song, this.#metadata, this.#sections);
    this.#recall = new Recall(notation);
  }

  get isVerbatim(): boolean {
    return this.#sections.isVerbatim;
  }

  /** Whether nothing is known of it yet. */
  get isBlank(): boolean {
    return this.#description.isBlank && this.song.sections.length === 0;
  }

  /** A new song begins before anything was said of this one. */
  restart(): void {
    this.#leave();
  }

  read(at: number, text: string): Outcome {
    if (this.isVerbatim) {
      const directive = directiveIn(text);
      if (directive && this.#sections.endsVerbatim(longNameOf(directive.name))) return this.#obey(at, directive);
      if (!this.#sections.isSkipped) this.#add({ kind: 'verbatim', at, text });
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
    this.#sections.end();
    this.#keys.end();
    this.#description.end();
    this.song.diagrams = this.#hasDiagrams ? [...this.#definitions.values()].filter(isDrawable) : [];
    return this.song;
  }

  #obey(at: number, directive: Directive): Outcome {
    const name = longNameOf(directive.name);
    const started = kindAfter('start_of_', name);
    const isForUs = this.#isSelected(directive);
    if (kindAfter('end_of_', name)) {
      if (this.#sections.environment === undefined) this.#find(at, 'section', `{${directive.name}}`);
      this.#leave();
      return undefined;
    }
    if (started) {
      this.#leave();
      if (isForUs) this.#enter(started, this.#metadata.filled(directive.value));
      else this.#sections.skip(started);
      return undefined;
    }
    if (this.#sections.isSkipped || !isForUs) return undefined;
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
      const { item, said } = metaOf(value);
      if (item !== '') this.#describe(at, item, plain(this.#metadata.filled(said)));
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
    else if (name === 'transpose') {
      if (!this.#keys.transpose(at, value)) this.#find(at, 'directive', `{transpose: ${value}}`);
    } else if (name === 'new_page') this.#sections.breakAt('page');
    else if (name === 'column_break') this.#sections.breakAt('column');
    else if (isDescription(name)) this.#describe(at, name, plain(this.#metadata.filled(value)));
    else if (!isOfNoConcern(name)) this.#find(at, 'directive', `{${written}}`);
  }

  #describe(at: number, name: string, value: string): void {
    if (value === '') return;
    const change = this.#description.say(name, value, this.#keys.hasBegun);
    if (change !== undefined) this.#add({ kind: 'change', at, text: change });
    if (name === 'key') this.#keys.write(at, value);
    else if (name === 'capo') this.#keys.note();
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
    if (diagram.isMovable) diagram.name = this.#keys.move(diagram.name);
    if (name === 'define') this.#definitions.set(diagram.name, diagram);
    else this.#add({ kind: 'diagram', at, diagram });
  }

  #sing(at: number, text: string): void {
    if (this.#sections.isSkipped) return;
    const { environment } = this.#sections;
    if (text.trim() === '') {
      if (environment === undefined) this.#sections.part();
      else this.#add({ kind: 'verbatim', at, text: '' });
      return;
    }
    this.#keys.begin();
    const line = this.#metadata.filled(text);
    if (environment === 'grid') this.#add({ kind: 'grid', at, tokens: this.#grid(line) });
    else this.#add({ kind: 'lyrics', at, parts: partsOf(line, (over) => this.#over(at, over)) });
  }

  #over(at: number, over: Over, inLine?: 'inLine'): Over {
    if (over.chord === undefined) return over;
    const written = inLine || this.#sections.environment === undefined ? over.chord : this.#recall.take(over.chord);
    if (written === undefined || written === '^') {
      this.#find(at, 'chord', '[^]');
      const { chord: _, ...rest } = over;
      return rest;
    }
    if (this.#onFinding && !isUnderstood(written, this.song.notation)) this.#find(at, 'chord', `[${written}]`);
    return { ...over, chord: this.#keys.move(written) };
  }

  #grid(line: string): GridToken[] {
    const tokens = gridTokensOf(line);
    this.#recall.takeGrid(tokens);
    return tokens.map((token) => (token.kind === 'chord' ? { ...token, text: this.#keys.move(token.text) } : token));
  }

  #add(line: Line): void {
    this.#sections.add({ ...line, ...this.#keys.ofLine });
    if (line.kind === 'verbatim' && line.text !== '') this.#keys.begin();
  }

  #enter(kind: string, value: string): void {
    this.#sections.enter(kind, value);
    this.#recall.enter(kind, attributesOf(value).pairs.get('cc'));
  }

  #leave(): void {
    this.#sections.leave();
    this.#recall.leave();
  }

  #find(at: number, what: Finding['what'], text: string): void {
    this.#onFinding?.({ at, what, text });
  }
}

function isUnderstood(cell: string, notation: Notation): boolean {
  return cell === '' || cellOf(cell, notation) !== undefined || isSilence(cell) || isDegree(cell);
}

/** What a directive begins or ends; undefined where it does not, or says of nothing what. */
function kindAfter(start: string, directive: string): string | undefined {
  return (directive.startsWith(start) && directive.slice(start.length)) || undefined;
}
