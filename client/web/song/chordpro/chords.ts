/** Chords as songs write them: `F#m7/C#`, `CMaj7`, `(D)`, `Fis7`. What is no chord, such as `N.C.`, stays as it is. */
import { english, type Notation, type NoteName, notesAt } from './notes.ts';

/** A chord's parts: the root, what is above it as it is written, and the bass. */
export interface Chord {
  root: NoteName;
  quality: string;
  bass: NoteName | undefined;
}

/** Longer than anything is that stands over a word and is a chord, in UTF-16 units. */
const longestCell = 80;

/** What kind a chord is of, right behind the root. A letter alone, such as the `o` of `Co7`, has to be followed by more than letters. */
const kind =
  /(?:[Mm]aj(?:or)?|MAJ|[Mm]in(?:or)?|MIN|m[ai](?=[\d(/#b♯♭]|$)|[Dd]im|DIM|[Aa]ug|AUG|[Dd]om|[mM+°ºøΔ^-]|o(?=[\d(/]|$)|h(?=\d))?/y;
/** What is added to it. A pattern that takes as much as it can, and nothing behind it: it never goes back. */
const additions =
  /(?:\d{1,2}[M+°]?|[#b♯♭+-]\d{1,2}|(?:[Ss]us|SUS)|(?:[Aa]dd|ADD)|(?:no|omit)(?=\d)|[Aa]lt|(?:[Mm]aj|MAJ|ma|M|[Δ^])(?=\d)|(?<=\d)(?:[Mm]aj|MAJ)|(?:[Dd]im|[Aa]ug)(?=\d|$)|[(),]|\/(?=\d|[#b♯♭+-]\d|add|sus|maj|M\d))*/y;

/** Whether a text is one chord, and nothing but that. */
export function isChord(text: string, notation: Notation = english): boolean {
  return parseChord(text, notation) !== undefined;
}

export function parseChord(text: string, notation: Notation = english): Chord | undefined {
  for (const root of notesAt(text, 0, notation)) {
    const end = past(additions, text, past(kind, text, root.end));
    const quality = text.slice(root.end, end);
    // `Solo` is a word.
    if (notation.system === 'latin' && quality.startsWith('o')) continue;
    if (end === text.length) return { root, quality, bass: undefined };
    if (text[end] !== '/') continue;
    const bass = notesAt(text, end + 1, notation).find((note) => note.end === text.length);
    if (bass) return { root, quality, bass };
  }
  return undefined;
}

/**
 * What stands over a word, where it is chords: in turns what is around them, and a chord. `(D)`, `G*`, `|Am`, `Bm | Bm`,
 * `C-G`, `Em x 4` and `A (let it ring)` are; `Intro` and `Slow down` are not.
 */
export function cellOf(text: string, notation: Notation = english): string[] | undefined {
  if (text === '' || text.length > longestCell) return undefined;
  if (isChord(text, notation)) return ['', text, ''];
  const pieces = [''];
  for (const [index, word] of text.split(/([\s|~,]+)/).entries()) {
    const found = index % 2 === 1 ? [word] : piecesOf(word, notation);
    if (!found) return withRemark(text, notation);
    pieces.push((pieces.pop() ?? '') + found[0], ...found.slice(1));
  }
  return pieces.length > 1 ? pieces : undefined;
}

/** What stands for no chord, and is no word either. */
export function isSilence(text: string): boolean {
  return /^(?:n\.? ?c\.?|no chords?|tacet|stop|[x%./|:*'"!&\s_–—-]+|x?\d+x?)$/i.test(text);
}

/** A chord by its place in the scale, `IV` or `5-`: it stays what it is in every key. */
export function isDegree(text: string): boolean {
  const root = /^[#b♯♭]?(?:VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i|[1-7])/.exec(text)?.[0];
  if (root === undefined) return false;
  const end = past(additions, text, past(kind, text, root.length));
  return end === text.length || (text[end] === '/' && isDegree(text.slice(end + 1)));
}

/** With the signs that musicians write: `B♭7♯9`. */
export function withSigns(text: string, notation: Notation = english): string {
  const pieces = cellOf(text, notation);
  if (!pieces) return text;
  return pieces.map((piece, at) => (at % 2 === 1 ? signed(piece, notation) : piece)).join('');
}

function signed(text: string, notation: Notation): string {
  const chord = parseChord(text, notation);
  if (!chord) return text;
  const { root, quality, bass } = chord;
  const end = root.end + quality.length;
  const added = quality.replace(/b(?=\d)/g, '♭').replaceAll('#', '♯');
  return `${signedNote(text.slice(0, root.end))}${added}${bass ? `/${signedNote(text.slice(end + 1))}` : ''}`;
}

/** The name of a note; its first letter may be a b. */
export function signedNote(name: string): string {
  return name.charAt(0) + name.slice(1).replaceAll('#', '♯').replaceAll('b', '♭');
}

/** What a word of a cell is made of, in turns what is around chords and a chord; undefined where it has to do with none. */
function piecesOf(word: string, notation: Notation): string[] | undefined {
  if (word === '' || isSilence(word)) return [word];
  if (isChord(word, notation)) return ['', word, ''];
  const [, before = '', chord = '', after = ''] = /^([(*'"!:<>{.-]*)(.*?)([)*'"!:<>}.†-]*)$/.exec(word) ?? [];
  if (isChord(chord, notation)) return [before, chord, after];
  for (const between of ['-', '/']) {
    const chords = word.split(between);
    if (chords.length < 2 || !chords.every((each) => isChord(each, notation))) continue;
    return [...chords.flatMap((each, at) => [at === 0 ? '' : between, each]), ''];
  }
  return undefined;
}

function withRemark(text: string, notation: Notation): string[] | undefined {
  const at = text.indexOf(' (');
  if (at < 0 || !text.endsWith(')')) return undefined;
  const pieces = cellOf(text.slice(0, at), notation);
  return pieces && [...pieces.slice(0, -1), (pieces.at(-1) ?? '') + text.slice(at)];
}

function past(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
