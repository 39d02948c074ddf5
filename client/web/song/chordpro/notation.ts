/** Which notation a source is in: an H is in German or Scandinavian songs alone, and nobody mixes Do and C. */
import { cellOf, parseChord } from './chords.ts';
import { english, type Notation } from './notes.ts';
import { bracketsIn } from './scan.ts';

/** Of what stands over words: nobody has more of it to tell from. */
const mostCells = 2_000;

export function notationOf(source: string): Notation {
  const cells = cellsIn(source);
  const german: Notation = { system: 'german', hasSyllables: false };
  const latin: Notation = { system: 'latin', hasSyllables: false };
  const isIn = (notation: Notation) => (cell: string) => cellOf(cell, notation) !== undefined;
  const ofEnglish = cells.filter(isIn(english));
  if (ofEnglish.length < cells.filter(isIn(latin)).length) return latin;
  const ofGerman = ofEnglish.length < cells.length ? cells.filter(isIn(german)) : ofEnglish;
  const hasSyllables = ofGerman.some((cell) => hasSyllable(cell, german));
  const hasH = ofGerman.some((cell) => !isIn(english)(cell) && /(?:^|[^A-Za-z])[Hh]/.test(cell));
  if (!hasH) return hasSyllables ? { ...english, hasSyllables } : english;
  return {
    system: ofGerman.some((cell) => /(?:^|[^A-Za-z])B[b♭]/.test(cell)) ? 'scandinavian' : 'german',
    hasSyllables,
  };
}

/** What stands in brackets, and between bars, each once. */
function cellsIn(source: string): string[] {
  const cells = new Set<string>();
  for (const { from, to } of bracketsIn(source)) {
    if (to - from > 40 || source[from + 1] === '*') continue;
    cells.add(source.slice(from + 1, to - 1).trim());
    if (cells.size >= mostCells) break;
  }
  const grid = /\{(?:start_of_grid|sog)\b/g;
  for (let found = grid.exec(source); found && cells.size < mostCells; found = grid.exec(source)) {
    const end = source.indexOf('{', found.index + 1);
    for (const word of source.slice(found.index, end < 0 ? undefined : end).split(/[\s|:]+/, 500)) cells.add(word);
    if (end < 0) break;
  }
  return [...cells];
}

function hasSyllable(cell: string, notation: Notation): boolean {
  return (cellOf(cell, notation) ?? []).some((piece, at) => {
    const chord = at % 2 === 1 ? parseChord(piece, notation) : undefined;
    return chord !== undefined && (chord.root.hasSyllable || chord.bass?.hasSyllable === true);
  });
}
