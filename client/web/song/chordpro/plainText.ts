/** Songs as plain text, the chords on a line of their own above the words: how the rest of the world writes them. */
import { shortened } from '../../shortened.ts';
import type { Diagram } from './diagrams.ts';
import type { GridToken } from './grids.ts';
import { type Line, type Part, type Section, type Song, songsFrom } from './model.ts';
import { parseSong } from './parser.ts';

/** A chord as it is to be written, in a line that is in a key. */
export type Player = (cell: string, key?: string) => string;

/** Of a title, a label, a fact, in UTF-16 units. */
export const longestName = 200;
/** A column of a grid that is wider is not kept to, in UTF-16 units. */
const widestColumn = 12;

/** A song as plain text, and those behind it; `playerOf` says how the chords of each are to be written. */
export function toLyrics(first: Song, playerOf: (song: Song) => Player = () => (cell) => cell): string {
  return songsFrom(first)
    .map((song) => {
      const heading = [song.title, ...song.subtitles].filter((line) => line !== undefined);
      const blocks = song.sections.map((section) => blockOf(section, playerOf(song)));
      const all = [heading, ...blocks].filter((block) => block.length > 0);
      return `${all.map((block) => block.join('\n')).join('\n\n')}\n`;
    })
    .join('\n\n');
}

/** Some lines of a section as plain text. */
export function toPlainLines(lines: readonly Line[], play: Player): string[] {
  const widths = columnsOf(lines, play);
  return lines.flatMap((line) => plainLine(line, play, widths));
}

/** The title of a song's source, or the first words that it has. */
export function titleOf(source: string): string | undefined {
  return titleIn(parseSong(source));
}

/** What a song is called: its title, or the first words that it has. */
export function titleIn({ title, sections }: Song): string | undefined {
  if (title) return shortened(title, longestName);
  for (const { lines } of sections) {
    const first = lines.find((line) => line.kind === 'lyrics');
    if (first) return shortened(first.parts.map(({ text }) => text).join(''), longestName).trim() || undefined;
  }
  return undefined;
}

function blockOf({ label, lines }: Section, play: Player): string[] {
  return [...(label ? [`[${label.replaceAll('\n', ' ')}]`] : []), ...toPlainLines(lines, play)];
}

function plainLine(line: Line, play: Player, widths: readonly number[]): string[] {
  switch (line.kind) {
    case 'lyrics':
      return chordsOver(line.parts, (cell) => play(cell, line.key));
    case 'comment':
      return [`(${line.parts ? inLine(line.parts, (cell) => play(cell, line.key)) : line.text})`];
    case 'grid':
      return [
        line.tokens
          .map((token, at) => cellText(token, play, line.key).padEnd(widths[at] ?? 0))
          .join(' ')
          .trimEnd(),
      ];
    case 'diagram':
      return [diagramText(line.diagram)];
    case 'change':
      return [`(${line.text || `Key of ${play(line.key ?? '', line.key)}`})`];
    case 'verbatim':
      return [line.text];
  }
}

function chordsOver(parts: readonly Part[], chordOf: (cell: string) => string): string[] {
  let chords = '';
  let words = '';
  /** The words' last letter. Asked of the words themselves, it would copy them for each chord. */
  let last = '';
  for (const { chord, annotation, text } of parts) {
    const over = annotation ?? (chord && chordOf(chord));
    if (over) {
      // A chord never touches the one before it: the words wait for it.
      if (chords.length >= words.length && chords !== '') {
        last = gapAfter(last);
        words = words.padEnd(chords.length + 1, last);
      }
      chords = chords.padEnd(words.length) + over;
    }
    words += text;
    last = text.at(-1) ?? last;
  }
  return [chords, words].map((line) => line.trimEnd()).filter((line) => line !== '');
}

/** What fills the room below a long chord: nothing is seen between words, a dash inside of one. */
function gapAfter(letter: string): string {
  return letter === '' || letter === ' ' ? ' ' : '-';
}

function inLine(parts: readonly Part[], chordOf: (cell: string) => string): string {
  return parts.map(({ chord, annotation, text }) => (annotation ?? (chord ? chordOf(chord) : '')) + text).join('');
}

function columnsOf(lines: readonly Line[], play: Player): number[] {
  const widths: number[] = [];
  for (const line of lines) {
    if (line.kind !== 'grid') continue;
    for (const [at, token] of line.tokens.entries()) {
      widths[at] = Math.max(widths[at] ?? 0, Math.min(widestColumn, cellText(token, play, line.key).length));
    }
  }
  return widths;
}

function cellText({ kind, text }: GridToken, play: Player, key: string | undefined): string {
  return kind === 'chord' ? play(text, key) : kind === 'empty' ? '.' : text;
}

function diagramText({ name, base, frets, keys }: Diagram): string {
  if (!frets) return keys ? `${name}: keys ${keys.join(' ')}` : name;
  return `${name}: ${frets.map((fret) => fret ?? 'x').join(' ')}${base > 1 ? ` from fret ${base}` : ''}`;
}
