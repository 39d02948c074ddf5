/** What a sheet shows of a song: all of it, unless it is longer than anybody sings. The editor has the whole of it. */
import { shortened } from '../shortened.ts';
import { type Line, type Part, parseSong, type Section, type Song } from './chordpro.ts';
import { wordsOf } from './words.ts';

/** How much of a source is read, in UTF-16 units. */
const longestSource = 200_000;
/** Of a line, in UTF-16 units of its words and chords; a chord counts one more. */
const longestLine = 2_000;
/** Of a song, in words, lines, headings and, counted twice, chords: about the elements that it takes on the page. */
const mostPieces = 6_000;
/** Of a title, a label, a fact, in UTF-16 units. */
export const longestName = 200;
/** What stands where a line is cut off. */
const goesOn = ' … (goes on in the editor)';
/** How many subtitles there are, and how many facts. */
const mostFacts = 20;

export interface Excerpt {
  song: Song;
  /** Whether lines are missing at the end. */
  isWhole: boolean;
}

export function excerptOf(source: string): Excerpt {
  const read = shortened(source, longestSource, '');
  const song = parseSong(read);
  const { sections, isWhole } = beginningOf(song.sections);
  return {
    song: {
      title: song.title && shortened(song.title, longestName),
      subtitles: shortList(song.subtitles),
      key: song.key && shortened(song.key, longestName),
      capo: song.capo,
      facts: shortList(song.facts),
      sections,
    },
    isWhole: isWhole && read === source,
  };
}

function beginningOf(sections: Section[]): { sections: Section[]; isWhole: boolean } {
  const shown: Section[] = [];
  let left = mostPieces;
  for (const { kind, label, lines } of sections) {
    if (left <= 0) return { sections: shown, isWhole: false };
    left -= label ? 2 : 1;
    const section: Section = { kind, label: label && shortened(label, longestName), lines: [] };
    shown.push(section);
    for (const line of lines) {
      if (left <= 0) return { sections: shown, isWhole: false };
      const begun = beginningOfLine(line);
      section.lines.push(begun);
      left -= piecesOf(begun);
    }
  }
  return { sections: shown, isWhole: true };
}

function beginningOfLine(line: Line): Line {
  if (line.kind !== 'lyrics') return { ...line, text: shortened(line.text, longestLine, goesOn) };
  const parts: Part[] = [];
  let left = longestLine;
  for (const part of line.parts) {
    const { chord, text } = part;
    left -= chord === undefined ? 0 : chord.length + 1;
    if (text.length > left) {
      if (chord !== undefined) parts.push({ chord: shortened(chord, longestName), text: '' });
      parts.push({ text: shortened(text, Math.max(0, left), '') + goesOn });
      return { ...line, parts };
    }
    left -= text.length;
    parts.push(part);
  }
  return { ...line, parts };
}

function piecesOf(line: Line): number {
  if (line.kind !== 'lyrics') return 1;
  return (
    1 +
    wordsOf(line.parts)
      .flat()
      .reduce((sum, { chord }) => sum + (chord === undefined ? 1 : 2), 0)
  );
}

function shortList(texts: string[]): string[] {
  const shown = texts.slice(0, mostFacts).map((text) => shortened(text, longestName));
  return texts.length > mostFacts ? [...shown, '…'] : shown;
}
