/** What a sheet shows of a song: all of it, unless it is longer than anybody sings. The editor has the whole of it. */
import { shortened } from '../shortened.ts';
import type { GridToken } from './chordpro/grids.ts';
import { type Line, type Part, type Section, type Song, songsFrom } from './chordpro/model.ts';
import { parseSong } from './chordpro/parser.ts';
import { longestName } from './chordpro/plainText.ts';
import { wordsOf } from './words.ts';

/** How much of a source is read, in UTF-16 units. */
const longestSource = 200_000;
/** Of a line, in UTF-16 units of its words and chords; a chord counts one more. */
const longestLine = 2_000;
/** Of a song, in words, lines, headings and, counted twice, chords: about the elements that it takes on the page. */
const mostPieces = 6_000;
/** What a heading and a diagram count for. */
const piecesOfSong = 10;
const piecesOfDiagram = 40;
/** How many diagrams there are, subtitles, and facts. */
const mostDiagrams = 60;
const mostFacts = 20;
/** What stands where a line is cut off. */
const goesOn = ' … (goes on in the editor)';

export interface Excerpt {
  song: Song;
  /** Whether lines are missing at the end. */
  isWhole: boolean;
}

export function excerptOf(source: string): Excerpt {
  const read = shortened(source, longestSource, '');
  const budget = { left: mostPieces };
  const songs: Song[] = [];
  let isWhole = read === source;
  for (const song of songsFrom(parseSong(read))) {
    if (budget.left <= 0) {
      isWhole = false;
      break;
    }
    budget.left -= songs.length > 0 ? piecesOfSong : 0;
    const begun = beginningOf(song.sections, budget);
    isWhole &&= begun.isWhole;
    songs.push(shortSong(song, begun.sections));
  }
  for (const [at, song] of songs.entries()) {
    const next = songs[at + 1];
    if (next) song.next = next;
  }
  return { song: songs[0] as Song, isWhole };
}

function shortSong(
  { title, subtitles, key, capo, facts, notation, diagrams, pace = {} }: Song,
  sections: Section[],
): Song {
  return {
    title: title && shortened(title, longestName),
    subtitles: shortList(subtitles),
    key: key && shortened(key, longestName),
    capo,
    facts: shortList(facts),
    sections,
    notation,
    pace,
    diagrams: diagrams
      .slice(0, mostDiagrams)
      .map((diagram) => ({ ...diagram, name: shortened(diagram.name, longestName) })),
  };
}

function beginningOf(sections: Section[], budget: { left: number }): { sections: Section[]; isWhole: boolean } {
  const shown: Section[] = [];
  for (const whole of sections) {
    const { label, lines } = whole;
    if (budget.left <= 0) return { sections: shown, isWhole: false };
    budget.left -= label ? 2 : 1;
    const section: Section = { ...whole, label: label && shortened(label, longestName), lines: [] };
    shown.push(section);
    for (const line of lines) {
      if (budget.left <= 0) return { sections: shown, isWhole: false };
      const begun = beginningOfLine(line);
      section.lines.push(begun);
      budget.left -= piecesOf(begun);
    }
  }
  return { sections: shown, isWhole: true };
}

function beginningOfLine(line: Line): Line {
  switch (line.kind) {
    case 'lyrics':
      return { ...line, parts: beginningOfParts(line.parts) };
    case 'comment':
      return {
        ...line,
        text: shortened(line.text, longestLine, goesOn),
        ...(line.parts && { parts: beginningOfParts(line.parts) }),
      };
    case 'verbatim':
    case 'change':
      return { ...line, text: shortened(line.text, longestLine, goesOn) };
    case 'grid':
      return { ...line, tokens: beginningOfTokens(line.tokens) };
    case 'diagram':
      return { ...line, diagram: { ...line.diagram, name: shortened(line.diagram.name, longestName) } };
  }
}

function beginningOfParts(whole: readonly Part[]): Part[] {
  const parts: Part[] = [];
  let left = longestLine;
  for (const part of whole) {
    const { text, chord, annotation, ...rest } = part;
    const over = annotation ?? chord;
    left -= over === undefined ? 0 : over.length + 1;
    if (text.length > left) {
      const short = over !== undefined && shortened(over, longestName);
      if (short !== false)
        parts.push({ ...rest, ...(annotation === undefined ? { chord: short } : { annotation: short }), text: '' });
      parts.push({ text: shortened(text, Math.max(0, left), '') + goesOn });
      return parts;
    }
    left -= text.length;
    parts.push(part);
  }
  return parts;
}

function beginningOfTokens(whole: readonly GridToken[]): GridToken[] {
  const tokens: GridToken[] = [];
  let left = longestLine;
  for (const token of whole) {
    left -= token.text.length + 8;
    if (left < 0) {
      tokens.push({ kind: 'margin', text: goesOn });
      return tokens;
    }
    tokens.push(token);
  }
  return tokens;
}

function piecesOf(line: Line): number {
  if (line.kind === 'grid') return 1 + line.tokens.length;
  if (line.kind === 'diagram') return piecesOfDiagram;
  const parts = line.kind === 'lyrics' || line.kind === 'comment' ? line.parts : undefined;
  if (!parts) return 1;
  return (
    1 +
    wordsOf(parts)
      .flat()
      .reduce((sum, { chord, annotation }) => sum + (chord === undefined && annotation === undefined ? 1 : 2), 0)
  );
}

function shortList(texts: string[]): string[] {
  const shown = texts.slice(0, mostFacts).map((text) => shortened(text, longestName));
  return texts.length > mostFacts ? [...shown, '…'] : shown;
}
