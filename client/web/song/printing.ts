/** How a song is set on paper: on one page, where it can be read there. */
import type { Line, Part, Section, Song } from './chordpro/model.ts';

/** An A4 page within its margins, in points, and the room between columns. */
const page = { width: 504, height: 762 };
const gutter = 26;
/** How sure the estimate is: letters are wider in some fonts. */
const certainty = 0.95;
/** Of any letter, in points: nobody reads smaller ones on a stand. */
const smallest = 8;
/** What is tried, in this order: columns, from one size down to another. */
const attempts: readonly (readonly [columns: number, from: number, to: number])[] = [
  [1, 12, 10.5],
  [2, 10.5, 9],
  [1, 10, 9],
  [2, 8.5, smallest],
  [3, 9, smallest],
  [1, 8.5, smallest],
];
/** Where a song takes several pages. */
const comfortable = 10.5;
/** Sections of so many lines are kept together. */
export const longestWhole = 12;

/** What things take, of the letters' size: a letter at the mean and one of a tablature, rows, and what is above a song. */
const letterWidth = 0.52;
const typeWidth = 0.605;
const wordHeight = 1.31;
const typeHeight = 1.46;
const headerHeight = 6.4;
const sectionGap = 0.9;
/** Diagrams of chords, in points: how high they are, and how many stand side by side. */
const diagramHeight = 75;
const diagramsInRow = 7;

/** So many letters of a tablature fit in a line of the page, at the smallest. */
export const lettersOfTab = Math.floor(page.width / (typeWidth * smallest));

export type PrintSize = Record<`--${string}`, string | number>;

/** How large a song is to be, and in how many columns, to fit on one page; where it cannot be read then, it takes more. */
export function printSize({ sections, diagrams }: Pick<Song, 'sections' | 'diagrams'>): PrintSize {
  const below = diagrams.length === 0 ? 0 : Math.ceil(diagrams.length / diagramsInRow) * diagramHeight;
  const widest = widestOf(sections);
  /** A tablature that is wider than a column keeps the page for itself. */
  const mayHave = (columns: number) => columns === 1 || widest * typeWidth * smallest <= columnWidth(columns);
  for (const [columns, from, to] of attempts) {
    for (let size = from; mayHave(columns) && size >= to; size -= 0.5) {
      if (fits(sections, size, columns, widest, below)) return styleOf(size, columns, widest);
    }
  }
  return styleOf(
    comfortable,
    mayHave(2) && meanLength(sections) * letterWidth * comfortable < columnWidth(2) ? 2 : 1,
    widest,
  );
}

function styleOf(size: number, columns: number, widest: number): PrintSize {
  return {
    '--print-columns': columns,
    '--print-size': `${size}pt`,
    '--print-tab': `${tabSize(size, columns, widest).toFixed(2)}pt`,
  };
}

/** A tablature is as large as its widest line lets it be. */
function tabSize(size: number, columns: number, widest: number): number {
  return Math.max(smallest, Math.min(size * 0.85, columnWidth(columns) / (Math.max(1, widest) * typeWidth)));
}

function columnWidth(columns: number): number {
  return (page.width - (columns - 1) * gutter) / columns;
}

function fits(sections: readonly Section[], size: number, columns: number, widest: number, below: number): boolean {
  const letters = columnWidth(columns) / (letterWidth * size);
  const chordHeight = Math.max(smallest / size, 0.78);
  const tabHeight = (tabSize(size, columns, widest) * typeHeight) / size;
  let height = 0;
  /** Of what is kept together. */
  let highest = 0;
  let wrapped = 0;
  let count = 0;
  for (const { kind, label, lines } of sections) {
    let own = sectionGap + (label ? 1.3 : 0);
    for (const line of lines) {
      const rows = rowsOf(line, letters);
      wrapped += rows - 1;
      own +=
        kind === 'tab'
          ? tabHeight * Math.max(1, Math.ceil(textOf(line).length / lettersOfTab))
          : rows * (wordHeight + (hasChords(line) ? chordHeight : 0));
      if (line.kind === 'diagram') own += diagramHeight / size;
    }
    count += lines.length;
    height += own;
    if (lines.length <= longestWhole) highest = Math.max(highest, own);
  }
  // In narrow columns hardly any line may be broken.
  if (columns === 3 && wrapped > count / 20) return false;
  const room = columns * ((page.height * certainty - below) / size - headerHeight);
  return height + (columns - 1) * highest * 0.6 <= room;
}

function rowsOf(line: Line, letters: number): number {
  const length = line.kind === 'lyrics' ? lengthOf(line.parts) : line.kind === 'comment' ? line.text.length : 1;
  return Math.max(1, Math.ceil(length / letters));
}

function textOf(line: Line): string {
  return line.kind === 'verbatim' ? line.text : '';
}

function hasChords(line: Line): boolean {
  return line.kind === 'lyrics' && line.parts.some(({ chord, annotation }) => chord || annotation);
}

function lengthOf(parts: readonly Part[]): number {
  return parts.reduce(
    (sum, { text, chord = '', annotation = '' }) => sum + Math.max(text.length, chord.length + annotation.length),
    0,
  );
}

function widestOf(sections: readonly Section[]): number {
  let widest = 0;
  for (const { kind, lines } of sections) {
    if (kind !== 'tab') continue;
    for (const line of lines) {
      if (line.kind === 'verbatim') widest = Math.max(widest, Math.min(lettersOfTab, line.text.length));
    }
  }
  return widest;
}

function meanLength(sections: readonly Section[]): number {
  const lines = sections.flatMap((section) => section.lines).filter((line) => line.kind === 'lyrics');
  return lines.reduce((sum, line) => sum + lengthOf(line.parts), 0) / Math.max(1, lines.length);
}
