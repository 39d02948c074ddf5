/** Reads ChordPro: lyrics with chords in brackets, and directives in braces. https://www.chordpro.org */
import { isChord } from './chord.ts';
import { bracketsIn, directiveIn } from './scan.ts';

/** Some of a line's text, and the chord that is struck where it begins. */
export interface Part {
  chord?: string;
  text: string;
}

/** A line of the song; `at` is the line of the source that it comes from, counted from 0. */
export type Line =
  | { kind: 'lyrics'; at: number; parts: Part[] }
  | { kind: 'comment'; at: number; text: string }
  | { kind: 'verbatim'; at: number; text: string };

/** Lines that belong together: a verse, a chorus, a tablature. */
export interface Section {
  kind: string;
  label: string | undefined;
  lines: Line[];
}

export interface Song {
  title: string | undefined;
  subtitles: string[];
  /** As the song says, or as its first chord suggests; of the chords as they are written. */
  key: string | undefined;
  capo: number;
  /** What else is said of it, in words: tempo, time, … */
  facts: string[];
  sections: Section[];
}

/** Directives by their short names. */
const longNames = new Map(
  Object.entries({
    t: 'title',
    st: 'subtitle',
    c: 'comment',
    ci: 'comment',
    cb: 'comment',
    comment_italic: 'comment',
    comment_box: 'comment',
    highlight: 'comment',
    soc: 'start_of_chorus',
    eoc: 'end_of_chorus',
    sov: 'start_of_verse',
    eov: 'end_of_verse',
    sob: 'start_of_bridge',
    eob: 'end_of_bridge',
    sot: 'start_of_tab',
    eot: 'end_of_tab',
    sog: 'start_of_grid',
    eog: 'end_of_grid',
  }),
);

/** Sections whose lines are kept as they are, space for space. */
const verbatimKinds = ['tab', 'grid', 'abc', 'ly', 'textblock'];

/** Never fails: what is no ChordPro is lyrics. */
export function parseSong(source: string): Song {
  const song: Song = { title: undefined, subtitles: [], key: undefined, capo: 0, facts: [], sections: [] };
  /** The section that an environment began; it ends with it, not with an empty line. */
  let environment: string | undefined;
  let section: Section | undefined;

  const begin = (kind: string, label?: string) => {
    section = { kind, label, lines: [] };
    song.sections.push(section);
    return section;
  };
  const add = (line: Line) => (section ?? begin(environment ?? 'verse')).lines.push(line);

  for (const [at, text] of source.split('\n').entries()) {
    const found = directiveIn(text);
    if (found) {
      const { value } = found;
      const name = found.name.toLowerCase();
      const directive = longNames.get(name) ?? name;
      const started = kindAfter('start_of_', directive);
      if (started) {
        environment = started;
        begin(
          started,
          labelOf(value) ?? (started === 'chorus' || started === 'bridge' ? capitalized(started) : undefined),
        );
      } else if (kindAfter('end_of_', directive)) {
        environment = undefined;
        section = undefined;
      } else if (directive === 'comment') add({ kind: 'comment', at, text: value });
      else if (directive === 'chorus') {
        add({ kind: 'comment', at, text: labelOf(value) ?? 'Chorus' });
      } else describe(song, directive, value);
    } else if (environment && verbatimKinds.includes(environment)) {
      add({ kind: 'verbatim', at, text });
    } else if (text.trim() === '') {
      if (!environment) section = undefined;
      else add({ kind: 'verbatim', at, text: '' });
    } else if (!text.startsWith('#')) {
      add({ kind: 'lyrics', at, parts: partsOf(text) });
    }
  }
  song.key ??= chordsOf(song)[0]?.replace(/^([A-G][b#]?m?(?!a)).*$/, '$1');
  return song;
}

/** Each chord of a song once, in the order of the song. */
export function chordsOf({ sections }: Song): string[] {
  const lines = sections.flatMap((section) => section.lines);
  const chords = lines.flatMap((line) => (line.kind === 'lyrics' ? line.parts.map(({ chord = '' }) => chord) : []));
  return [...new Set(chords.filter(isChord))];
}

function describe(song: Song, directive: string, value: string): void {
  if (value === '') return;
  switch (directive) {
    case 'title':
      song.title ??= value;
      break;
    case 'subtitle':
    case 'artist':
    case 'composer':
    case 'lyricist':
    case 'arranger':
      song.subtitles.push(value);
      break;
    case 'key':
      song.key ??= value;
      break;
    case 'capo':
      song.capo = Math.min(11, Math.max(0, Number.parseInt(value, 10) || 0));
      break;
    case 'time':
      song.facts.push(value);
      break;
    case 'tempo':
      song.facts.push(`${value} bpm`);
      break;
    case 'copyright':
      song.facts.push(`© ${value}`);
      break;
    case 'album':
    case 'year':
      song.facts.push(value);
      break;
  }
}

function partsOf(line: string): Part[] {
  const parts: Part[] = [];
  let chord: string | undefined;
  let at = 0;
  const add = (text: string) => {
    if (chord !== undefined) parts.push({ chord, text });
    else if (text !== '') parts.push({ text });
  };
  for (const { from, to } of bracketsIn(line)) {
    add(line.slice(at, from));
    chord = line.slice(line[from + 1] === '*' ? from + 2 : from + 1, to - 1).trim();
    at = to;
  }
  add(line.slice(at));
  return parts;
}

/** What a directive begins or ends; undefined where it does not, or says of nothing what. */
function kindAfter(start: string, directive: string): string | undefined {
  return (directive.startsWith(start) && directive.slice(start.length)) || undefined;
}

function labelOf(value: string): string | undefined {
  return (/^label\s*=\s*"(.*)"$/.exec(value)?.[1] ?? value) || undefined;
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
