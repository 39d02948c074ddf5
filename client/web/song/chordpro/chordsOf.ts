/** The chords that a song has. */
import { type Chord, cellOf, parseChord } from './chords.ts';
import type { Song } from './model.ts';
import type { Notation } from './notes.ts';

/** Each chord of a song once, in the order of the song. */
export function chordsOf(song: Pick<Song, 'sections' | 'notation'>): string[] {
  const cells = new Set(cellsOf(song));
  const chords = new Set<string>();
  for (const cell of cells) for (const chord of chordsIn(cell, song.notation)) chords.add(chord);
  return [...chords];
}

/** What stands over words, in grids and in remarks. */
function* cellsOf({ sections }: Pick<Song, 'sections'>, without?: 'no remarks'): Generator<string> {
  for (const { lines } of sections) {
    for (const line of lines) {
      if (line.kind === 'grid') for (const { kind, text } of line.tokens) if (kind === 'chord') yield text;
      if (line.kind !== 'lyrics' && (without || line.kind !== 'comment')) continue;
      for (const { chord } of line.parts ?? []) if (chord) yield chord;
    }
  }
}

function chordsIn(cell: string, notation: Notation): string[] {
  return (cellOf(cell, notation) ?? []).filter((_, at) => at % 2 === 1);
}

/** The first chord that is sung to or in a grid; single notes are none. */
export function firstChordOf({ sections, notation }: Song): Chord | undefined {
  const seen = new Set<string>();
  for (const cell of cellsOf({ sections }, 'no remarks')) {
    if (seen.has(cell)) continue;
    seen.add(cell);
    const [first] = chordsIn(cell, notation);
    const chord = first === undefined ? undefined : parseChord(first, notation);
    if (chord && !chord.root.isSmall) return chord;
  }
  return undefined;
}
