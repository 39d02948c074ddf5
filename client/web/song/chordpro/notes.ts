/** Notes and what they are called: letters with signs, German names with H, or Do, Re, Mi. */

/** A note without its octave: the letter's place in the scale of C, and how far sharps raise it (flats lower it). */
export interface Note {
  letter: number;
  accidental: number;
}

/** How a song calls its notes. */
export interface Notation {
  /** In German B is flat and H is natural; in Scandinavia too, but B flat is written `Bb`. */
  system: 'english' | 'german' | 'scandinavian' | 'latin';
  /** Whether it writes `Fis` and `Es` for `F#` and `Eb`. */
  hasSyllables: boolean;
}

/** A note as a text names it, and where the name ends. */
export interface NoteName extends Note {
  end: number;
  /** Whether it is in small letters, as single notes and some minor chords are. */
  isSmall: boolean;
  /** Whether a syllable raises or lowers it. */
  hasSyllable: boolean;
}

export const english: Notation = { system: 'english', hasSyllables: false };

const letters = 'CDEFGAB';
const latinNames = ['Do', 'Re', 'Mi', 'Fa', 'Sol', 'La', 'Si'];
/** The place of B in the scale of C. */
const placeOfB = 6;
/** The pitch of each letter, in semitones above C. */
const pitches = [0, 2, 4, 5, 7, 9, 11];

/** What raises or lowers a note, the longest first. */
const accidentals: readonly (readonly [sign: string, by: number])[] = [
  ['##', 2],
  ['bb', -2],
  ['♯♯', 2],
  ['♭♭', -2],
  ['is', 1],
  ['es', -1],
  ['#', 1],
  ['b', -1],
  ['♯', 1],
  ['♭', -1],
  ['s', -1],
  ['', 0],
];

/** The notes that a text may name at a place, the longest name first: `As` may be A flat, or A with a `sus` behind it. */
export function notesAt(text: string, at: number, { system }: Notation): NoteName[] {
  const base = system === 'latin' ? latinAt(text, at) : letterAt(text, at, system);
  if (!base) return [];
  const names: NoteName[] = [];
  for (const [sign, by] of accidentals) {
    if (!text.startsWith(sign, base.end)) continue;
    const hasSyllable = sign.endsWith('s');
    if (hasSyllable && (system === 'latin' || !takesSyllable(base, sign))) continue;
    // In German B is flat already: `Bb` says so once more.
    const accidental = base.accidental < 0 && by < 0 ? by : base.accidental + by;
    names.push({ ...base, accidental, end: base.end + sign.length, hasSyllable });
  }
  return names;
}

/** The name of a note, as a song calls its notes. */
export function nameOf(note: Note, { system, hasSyllables }: Notation, isSmall = false): string {
  const name = capitalName(note, system, hasSyllables);
  return isSmall ? name.toLowerCase() : name;
}

/** In semitones above C; below 0 and above 11 for some. */
export function pitchOf({ letter, accidental }: Note): number {
  return (pitches[letter] ?? 0) + accidental;
}

/** The note of a letter that has a pitch; with many signs, if it must. */
export function noteAt(letter: number, pitch: number): Note {
  return { letter, accidental: modulo(pitch - (pitches[letter] ?? 0) + 6, 12) - 6 };
}

/** A note of a pitch with one sign at most. */
export function simpleNote(pitch: number, prefersFlats: boolean): Note {
  const natural = pitches.indexOf(modulo(pitch, 12));
  if (natural >= 0) return { letter: natural, accidental: 0 };
  const accidental = prefersFlats ? -1 : 1;
  return { letter: pitches.indexOf(modulo(pitch - accidental, 12)), accidental };
}

export function modulo(number: number, by: number): number {
  return ((number % by) + by) % by;
}

type Base = Omit<NoteName, 'hasSyllable'>;

function letterAt(text: string, at: number, system: Notation['system']): Base | undefined {
  const written = text.charAt(at);
  const capital = written.toUpperCase();
  const isSmall = written !== capital;
  if (system !== 'english' && capital === 'H') return { letter: placeOfB, accidental: 0, end: at + 1, isSmall };
  const letter = written === '' ? -1 : letters.indexOf(capital);
  if (letter < 0) return undefined;
  const isFlat = system !== 'english' && letter === placeOfB;
  return { letter, accidental: isFlat ? -1 : 0, end: at + 1, isSmall };
}

function latinAt(text: string, at: number): Base | undefined {
  const written = text
    .slice(at, at + 3)
    .replace('é', 'e')
    .toLowerCase();
  const letter = latinNames.findIndex((name) => written.startsWith(name.toLowerCase()));
  const name = latinNames[letter];
  if (name === undefined) return undefined;
  return { letter, accidental: 0, end: at + name.length, isSmall: false };
}

/** `Es` and `As` are short for `Ees` and `Aes`; `Bis` is what is sung twice. */
function takesSyllable({ letter }: Base, sign: string): boolean {
  if (sign === 's') return letters[letter] === 'E' || letters[letter] === 'A';
  return !(sign === 'is' && letter === placeOfB);
}

function capitalName({ letter, accidental }: Note, system: Notation['system'], hasSyllables: boolean): string {
  if (system === 'latin') return `${latinNames[letter]}${signs(accidental)}`;
  if (letter === placeOfB && system !== 'english') {
    if (accidental === -1) return system === 'german' ? 'B' : 'Bb';
    return `H${hasSyllables ? syllables('H', accidental) : signs(accidental)}`;
  }
  const name = letters.charAt(letter);
  return `${name}${hasSyllables ? syllables(name, accidental) : signs(accidental)}`;
}

function signs(accidental: number): string {
  return (accidental < 0 ? 'b' : '#').repeat(Math.abs(accidental));
}

function syllables(name: string, accidental: number): string {
  if (accidental >= 0) return 'is'.repeat(accidental);
  const flats = 'es'.repeat(-accidental);
  return name === 'E' || name === 'A' ? flats.slice(1) : flats;
}
