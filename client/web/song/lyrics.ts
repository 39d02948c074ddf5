/** Songs as plain text, the chords on a line of their own above the words: how the rest of the world writes them. */
import { shortened } from '../shortened.ts';
import { isChord } from './chord.ts';
import { type Part, parseSong, type Song } from './chordpro.ts';
import { longestName } from './excerpt.ts';
import { bracedIn, bracketedIn, bracketsIn } from './scan.ts';

/** A song as plain text; `chordOf` says how a chord is to be written. */
export function toLyrics(song: Song, chordOf: (chord: string) => string = (chord) => chord): string {
  const heading = [song.title, ...song.subtitles].filter((line) => line !== undefined);
  const blocks = song.sections.map(({ label, lines }) => [
    ...(label ? [`[${label}]`] : []),
    ...lines.flatMap((line) => {
      if (line.kind === 'comment') return [`(${line.text})`];
      return line.kind === 'verbatim' ? [line.text] : chordsOver(line.parts, chordOf);
    }),
  ]);
  return `${[heading, ...blocks]
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

/** The ChordPro of a text that may be ChordPro already, or words with chords over them. */
export function fromLyrics(text: string): string {
  const lines = text.replace(/\r\n?/g, '\n').replace(/\t/g, '    ').split('\n');
  if (isChordPro(lines)) return lines.join('\n');
  const song: string[] = [];
  /** The environment that a heading began, until the next empty line. */
  let open: string | undefined;
  const close = () => {
    if (open) song.push(`{end_of_${open}}`);
    open = undefined;
  };
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at]?.trimEnd() ?? '';
    const next = lines[at + 1]?.trimEnd() ?? '';
    const heading = headingOf(line);
    if (heading) {
      close();
      open = /chorus/i.test(heading) ? 'chorus' : /bridge/i.test(heading) ? 'bridge' : 'verse';
      song.push(`{start_of_${open}: ${heading}}`);
    } else if (isChordLine(line) && next.trim() !== '' && !isChordLine(next)) {
      song.push(merged(line, next));
      at += 1;
    } else if (isChordLine(line)) {
      song.push(line.replace(/\S+/g, '[$&]'));
    } else {
      if (line === '') close();
      song.push(line);
    }
  }
  close();
  return titled(song).join('\n');
}

function chordsOver(parts: Part[], chordOf: (chord: string) => string): string[] {
  let chords = '';
  let words = '';
  /** The words' last letter. Asked of the words themselves, it would copy them for each chord. */
  let last = '';
  for (const { chord, text } of parts) {
    if (chord) {
      // A chord never touches the one before it: the words wait for it.
      if (chords.length >= words.length && chords !== '') {
        last = gapAfter(last);
        words = words.padEnd(chords.length + 1, last);
      }
      chords = chords.padEnd(words.length) + chordOf(chord);
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

/** What a line says that heads others: `[Verse 1]`, or `Chorus:`. */
function headingOf(line: string): string | undefined {
  const bracketed = bracketedIn(line);
  if (bracketed !== undefined) return bracketed;
  const text = line.trim();
  const isNamed = text.indexOf(':') === text.length - 1 && /^(?:verse|chorus|bridge)\b/i.test(text);
  return isNamed ? text.slice(0, -1) : undefined;
}

function isChordPro(lines: string[]): boolean {
  return lines.some((line) => {
    if (bracedIn(line)) return true;
    for (const { from, to } of bracketsIn(line)) if (isChord(line.slice(from + 1, to - 1))) return true;
    return false;
  });
}

function isChordLine(line: string): boolean {
  const words = line.split(/\s+/).filter((word) => word !== '');
  return words.length > 0 && words.every((word) => isChord(word) || word === 'N.C.');
}

function merged(chords: string, words: string): string {
  const pieces: string[] = [];
  let at = 0;
  for (const { index, 0: chord } of chords.matchAll(/\S+/g)) {
    pieces.push(words.slice(at, index).padEnd(index - at), `[${chord}]`);
    at = index;
  }
  return pieces.join('') + words.slice(at);
}

/** A first line that stands alone is the title. */
function titled(lines: string[]): string[] {
  const [first = '', second = ''] = lines;
  const isTitle = first.trim() !== '' && second.trim() === '' && !/[{[]/.test(first);
  return isTitle ? [`{title: ${first.trim()}}`, ...lines.slice(1)] : lines;
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
    if (first) return shortened(first.parts.map(({ text }) => text).join(''), longestName) || undefined;
  }
  return undefined;
}
