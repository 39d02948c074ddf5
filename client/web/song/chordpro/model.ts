/** A song as ChordPro describes it, read from its source and ready to be set. https://www.chordpro.org */
import type { Diagram } from './diagrams.ts';
import type { GridToken } from './grids.ts';
import type { Marks } from './markup.ts';
import type { Notation } from './notes.ts';

/** Some of a line's text, and what stands over it where it begins: chords, or a remark such as `rit.` */
export interface Part {
  chord?: string;
  annotation?: string;
  text: string;
  /** How the text is to look. */
  marks?: Marks;
  /** How the chord is to look. */
  chordMarks?: Marks;
}

interface Place {
  /** The line of the source that it comes from, counted from 0. */
  at: number;
  /** The key that its chords are in, where it is not the song's. */
  key?: string;
}

export type Line = Place &
  (
    | { kind: 'lyrics'; parts: Part[] }
    | { kind: 'comment'; text: string; style?: 'italic' | 'box'; parts?: Part[] }
    | { kind: 'verbatim'; text: string }
    | { kind: 'grid'; tokens: GridToken[] }
    | { kind: 'diagram'; diagram: Diagram }
    /** From here on another key, or another tempo or time in words. */
    | { kind: 'change'; text: string }
  );

/** Lines that belong together: a verse, a chorus, a tablature. */
export interface Section {
  kind: string;
  label: string | undefined;
  lines: Line[];
  /** Where it begins a page or a column of print. */
  break?: 'page' | 'column';
}

/** How fast a song goes. */
export interface Pace {
  /** Beats a minute. */
  tempo?: number;
  /** Beats of a bar. */
  beats?: number;
  /** In seconds. */
  duration?: number;
}

export interface Song {
  title: string | undefined;
  subtitles: string[];
  /** As the song says, or as its first chord suggests; of the chords as they are set, transposed where the song says so. */
  key: string | undefined;
  capo: number;
  /** What else is said of it, in words: tempo, time, … */
  facts: string[];
  sections: Section[];
  notation: Notation;
  /** How its chords are played, as it defines them. */
  diagrams: Diagram[];
  /** As far as it says so. */
  pace?: Pace;
  /** The song behind it, where a source has several. */
  next?: Song;
}

/** The songs of a source, in order. */
export function songsFrom(first: Song): Song[] {
  const songs: Song[] = [];
  for (let song: Song | undefined = first; song; song = song.next) songs.push(song);
  return songs;
}
