/** Makes ChordPro of a text that may be ChordPro already, or words with chords over them. */
import { cellOf, isSilence } from '../chordpro/chords.ts';
import { english, type Notation } from '../chordpro/notes.ts';
import { bracedIn, bracketedIn, bracketsIn } from '../chordpro/scan.ts';
import { untabbed, widthOf } from './columns.ts';
import { directivesAbove } from './header.ts';

/** What heads other lines, behind a colon or in brackets. */
const sectionNames =
  /^(?:(?:pre-?|post-?)?chorus|verse|vers|strophe|refrain|bridge|intro|outro|interlude|instrumental|solo|tag|ending|coda|vamp|turnaround|hook)\b/i;
const german: Notation = { ...english, system: 'german' };

export function fromLyrics(text: string): string {
  // Some collections mark chords and tablatures so.
  const written = text
    .replace(/\r\n?/g, '\n')
    .replace(/\[\/?(?:ch|tab)\]/g, '')
    .split('\n');
  if (written.some((line) => bracedIn(line))) return written.join('\n');
  const { directives, lines: body } = directivesAbove(written);
  const hasBrackets = body.some(hasChordInBrackets);
  if (hasBrackets && directives.length === 0) return written.join('\n');
  const lines = body.map(untabbed);
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
      open = /^(?:chorus|refrain)/i.test(heading) ? 'chorus' : /^bridge/i.test(heading) ? 'bridge' : 'verse';
      song.push(`{start_of_${open}: ${heading}}`);
    } else if (isTabLine(line) && isTabLine(next)) {
      close();
      song.push('{start_of_tab}');
      for (; isTabLine(lines[at] ?? ''); at += 1) song.push(lines[at] ?? '');
      song.push('{end_of_tab}');
      at -= 1;
    } else if (isChordLine(line) && next.trim() !== '' && !isChordLine(next) && !headingOf(next) && !isTabLine(next)) {
      const mergedLine = merged(line, next);
      // Tabs were there to meet the chords: nobody sings them.
      song.push(body[at + 1]?.includes('\t') ? mergedLine.replace(/(?<=\S) {2,}/g, ' ') : mergedLine);
      at += 1;
    } else if (isChordLine(line)) {
      song.push(
        line.replace(/[^\s\u3000]+/g, (word) => (isSilence(word) && !/^n/i.test(word) ? word : `[${inAscii(word)}]`)),
      );
    } else {
      if (line === '') close();
      song.push(namedChords(line));
    }
  }
  close();
  return [...directives, ...(directives.length > 0 ? song : titled(song))].join('\n');
}

/** What a line says that heads others: `[Verse 1]`, or `Chorus:`. */
function headingOf(line: string): string | undefined {
  const bracketed = bracketedIn(line);
  if (bracketed !== undefined) return isChordLine(bracketed) ? undefined : bracketed;
  const text = line.trim();
  const isNamed = text.indexOf(':') === text.length - 1 && sectionNames.test(text);
  return isNamed ? text.slice(0, -1) : undefined;
}

/** `Intro: Am G` is a remark with chords in it. */
function namedChords(line: string): string {
  const colon = line.indexOf(':');
  if (colon < 0 || !sectionNames.test(line.trimStart())) return line;
  const chords = line.slice(colon + 1);
  if (!isChordLine(chords)) return line;
  const named = chords.replace(/[^\s\u3000]+/g, (word) => (isPlainChord(word) ? `[${inAscii(word)}]` : word));
  return `{comment: ${line.slice(0, colon + 1).trim()}${named}}`;
}

function hasChordInBrackets(line: string): boolean {
  for (const { from, to } of bracketsIn(line)) {
    const cell = line.slice(from + 1, to - 1);
    if (cellOf(cell) ?? cellOf(cell, german)) return true;
  }
  return false;
}

function isChordLine(line: string): boolean {
  const words = line.split(/[\s\u3000]+/).filter((word) => word !== '');
  return words.some((word) => isPlainChord(word)) && words.every((word) => isPlainChord(word) || isSilence(word))
    ? true
    : words.length > 0 && words.every((word) => /^n\.?c\.?$/i.test(word));
}

/** A chord where no bracket says that it is one. */
function isPlainChord(word: string): boolean {
  const chord = inAscii(word);
  if (!/^[|:([]*[A-H]/.test(chord) || /^[A-H]o$/.test(chord)) return false;
  return (cellOf(chord) ?? cellOf(chord, german)) !== undefined;
}

/** A line of tablature: a string's name, or a bar, and what is played on it. */
function isTabLine(line: string): boolean {
  return (
    line.length < 2_000 &&
    /^\s*(?:[A-Ha-h][#b]?\s?)?[|:[]?-{2,}/.test(line) &&
    /^[\sA-Ha-h#b|:[\]0-9.pxrst/\\~^()<>*=_-]+$/.test(line)
  );
}

/** A chord is over the letter that stands in its column. */
function merged(chords: string, words: string): string {
  const pieces: string[] = [];
  const letters = Array.from(words);
  let at = 0;
  let column = 0;
  let chordColumn = 0;
  let chordAt = 0;
  for (const { index, 0: chord } of chords.matchAll(/[^\s\u3000]+/g)) {
    for (const letter of chords.slice(chordAt, index)) chordColumn += widthOf(letter);
    for (; at < letters.length && column < chordColumn; at += 1) {
      const letter = letters[at] ?? '';
      pieces.push(letter);
      column += widthOf(letter);
    }
    // An accent belongs to the letter before it.
    for (; at < letters.length && widthOf(letters[at] ?? '') === 0; at += 1) pieces.push(letters[at] ?? '');
    if (column < chordColumn) pieces.push(' '.repeat(chordColumn - column));
    column = Math.max(column, chordColumn);
    pieces.push(`[${inAscii(chord)}]`);
    for (const letter of chord) chordColumn += widthOf(letter);
    chordAt = index + chord.length;
  }
  return pieces.join('') + letters.slice(at).join('');
}

/** `Ｇ＃` is `G#`. */
function inAscii(chord: string): string {
  return chord.replace(/[\uff01-\uff5e]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - 0xfee0));
}

/** A first line that stands alone is the title. */
function titled(lines: string[]): string[] {
  const [first = '', second = ''] = lines;
  const isTitle = first.trim() !== '' && second.trim() === '' && !/[{[]/.test(first);
  return isTitle ? [`{title: ${first.trim()}}`, ...lines.slice(1)] : lines;
}
