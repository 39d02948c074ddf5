/** Chords as songs write them: `F#m7/C#`. What is no chord, such as `N.C.`, stays as it is wherever it occurs. */

/** A note name: the letter's place in the scale of C, and how far sharps raise it (flats lower it). */
interface Note {
  letter: number;
  accidental: number;
}

const letters = 'CDEFGAB';
/** The pitch of each letter, in semitones above C. */
const pitches = [0, 2, 4, 5, 7, 9, 11];
/** The keys that songs are in, by the pitch of their keynote. */
const majorKeys = ['C', 'Db', 'D', 'Eb', 'E', 'F', 'F#', 'G', 'Ab', 'A', 'Bb', 'B'];
const minorKeys = ['C', 'C#', 'D', 'Eb', 'E', 'F', 'F#', 'G', 'G#', 'A', 'Bb', 'B'];

/** What says which notes sound above the root, besides single signs and a slash before a digit. */
const qualities = ['maj', 'min', 'dim', 'aug', 'sus', 'add', 'omit', 'no', 'alt', 'ma', 'mi', 'm', 'M'];
const qualitySigns = '-+°ø^Δ()#b♯♭,0123456789';

/** A chord's parts as they are written: `F#`, `m7`, `C#`. */
interface Chord {
  root: string;
  quality: string;
  bass: string | undefined;
}

export function isChord(text: string): boolean {
  return parseChord(text) !== undefined;
}

/** Moves chords of a song in `key` by semitones, spelled as the key that it is then in spells them. */
export function transposer(key: string | undefined, semitones: number): (chord: string) => string {
  const from = parseChord(key ?? 'C');
  const to = parseChord(transposedKey(key ?? 'C', semitones));
  if (semitones % 12 === 0 || !from || !to) return (chord) => chord;
  const steps = parseNote(to.root).letter - parseNote(from.root).letter;
  const prefersFlats = to.root.includes('b') || to.root === 'F';
  const move = (note: string) => moveNote(parseNote(note), steps, semitones, prefersFlats);
  return (chord) => {
    const parsed = parseChord(chord);
    if (!parsed) return chord;
    const { root, quality, bass } = parsed;
    return `${move(root)}${quality}${bass ? `/${move(bass)}` : ''}`;
  };
}

/** The name of the key that lies so many semitones above another. */
export function transposedKey(key: string, semitones: number): string {
  const parsed = parseChord(key);
  if (!parsed || semitones % 12 === 0) return key;
  const { root, quality } = parsed;
  const names = /^(m|mi|min|-)(?!a)/.test(quality) ? minorKeys : majorKeys;
  return `${names[modulo(pitchOf(parseNote(root)) + semitones, 12)]}${quality}`;
}

/** With the signs that musicians write: `B♭7♯9`. */
export function withSigns(chord: string): string {
  return isChord(chord) ? chord.replaceAll('#', '♯').replace(/(?<=[A-G])b|b(?=[b\d])/g, '♭') : chord;
}

function parseChord(text: string): Chord | undefined {
  const rootEnd = noteEnd(text, 0);
  if (rootEnd === 0) return undefined;
  const slash = text.lastIndexOf('/');
  const hasBass = slash >= rootEnd && slash + 1 < text.length && noteEnd(text, slash + 1) === text.length;
  const qualityEnd = hasBass ? slash : text.length;
  const quality = text.slice(rootEnd, qualityEnd);
  if (!isQuality(quality)) return undefined;
  return { root: text.slice(0, rootEnd), quality, bass: hasBass ? text.slice(slash + 1) : undefined };
}

/** Where a note's name ends that begins at a place; the place itself where none does. */
function noteEnd(text: string, place: number): number {
  if (!letters.includes(text.charAt(place) || ' ')) return place;
  const sign = text.charAt(place + 1);
  if (sign === '' || !'b#♭♯'.includes(sign)) return place + 1;
  return 'b#'.includes(sign) && text.charAt(place + 2) === sign ? place + 3 : place + 2;
}

/**
 * Whether a text is nothing but qualities. One may go on where another ends (`mi` and `no`, or `min`), so all the places
 * where one ends are followed side by side.
 */
function isQuality(text: string): boolean {
  const ends = new Uint8Array(text.length + 1);
  ends[0] = 1;
  for (let at = 0; at < text.length; at += 1) {
    if (!ends[at]) continue;
    if (qualitySigns.includes(text.charAt(at))) ends[at + 1] = 1;
    if (text.charAt(at) === '/' && isDigit(text.charAt(at + 1))) ends[at + 2] = 1;
    for (const word of qualities) if (text.startsWith(word, at)) ends[at + word.length] = 1;
  }
  return ends[text.length] === 1;
}

function moveNote(note: Note, steps: number, semitones: number, prefersFlats: boolean): string {
  const letter = modulo(note.letter + steps, 7);
  const pitch = modulo(pitchOf(note) + semitones, 12);
  const accidental = modulo(pitch - (pitches[letter] ?? 0) + 6, 12) - 6;
  return Math.abs(accidental) < 2 ? nameOf({ letter, accidental }) : simpleName(pitch, prefersFlats);
}

/** The name of a pitch with one sign at most. */
function simpleName(pitch: number, prefersFlats: boolean): string {
  const natural = pitches.indexOf(pitch);
  if (natural >= 0) return nameOf({ letter: natural, accidental: 0 });
  const accidental = prefersFlats ? -1 : 1;
  return nameOf({ letter: pitches.indexOf(pitch - accidental), accidental });
}

function parseNote(name: string): Note {
  const signs = name.slice(1);
  const accidental = /[b♭]/.test(signs) ? -signs.length : signs.length;
  return { letter: letters.indexOf(name.charAt(0)), accidental };
}

function nameOf({ letter, accidental }: Note): string {
  return letters.charAt(letter) + (accidental < 0 ? 'b' : '#').repeat(Math.abs(accidental));
}

function pitchOf({ letter, accidental }: Note): number {
  return (pitches[letter] ?? 0) + accidental;
}

function isDigit(letter: string): boolean {
  return letter >= '0' && letter <= '9';
}

function modulo(number: number, by: number): number {
  return ((number % by) + by) % by;
}
