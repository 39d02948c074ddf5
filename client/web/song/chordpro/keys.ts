/** Keys as songs name them: `G`, `Em`, `G minor`, `h-Moll`, `ADor`, `A (3 sharps)`. */
import { signedNote } from './chords.ts';
import { english, modulo, type Notation, type Note, nameOf, noteAt, notesAt, pitchOf, simpleNote } from './notes.ts';

export interface Key {
  tonic: Note;
  isSmall: boolean;
  /** How many semitones the tonic lies above that of the major key with the same notes. */
  mode: number;
  /** What is written behind the tonic, less the remark: `m`, ` minor`. */
  suffix: string;
}

/** Modes by how their names begin. */
const modes: readonly (readonly [beginning: string, mode: number])[] = [
  ['dor', 2],
  ['phr', 4],
  ['lyd', 5],
  ['mix', 7],
  ['min', 9],
  ['mol', 9],
  ['aeo', 9],
  ['loc', 11],
];

/** What the keys of each pitch are called in songs. */
const majorKeys = ['C', 'Db', 'D', 'Eb', 'E', 'F', 'F#', 'G', 'Ab', 'A', 'Bb', 'B'];
const minorKeys = ['C', 'C#', 'D', 'Eb', 'E', 'F', 'F#', 'G', 'G#', 'A', 'Bb', 'B'];
const minor = 9;

export function parseKey(text: string, notation: Notation = english): Key | undefined {
  const written = text.trim();
  const remark = written.indexOf('(');
  const name = (remark > 0 ? written.slice(0, remark) : written).trimEnd();
  for (const { end, isSmall, letter, accidental } of notesAt(name, 0, notation)) {
    const suffix = name.slice(end);
    const mode = modeOf(suffix, isSmall);
    if (mode !== undefined) return { tonic: { letter, accidental }, isSmall, mode, suffix };
  }
  return undefined;
}

/** The key that lies so many semitones above another. */
export function movedKey({ tonic, isSmall, mode, suffix }: Key, semitones: number): Key {
  const pitch = modulo(pitchOf(tonic) + semitones, 12);
  return { tonic: mode === minor ? tonicOf(minorKeys, pitch) : tonicInMode(pitch, mode), isSmall, mode, suffix };
}

/** The name of the key that lies so many semitones above another. What else is said of a key is dropped where it moves. */
export function transposedKey(text: string, semitones: number, notation: Notation = english): string {
  const key = semitones % 12 === 0 ? undefined : parseKey(text, notation);
  if (!key) return text;
  const moved = movedKey(key, semitones);
  return `${nameOf(moved.tonic, notation, moved.isSmall)}${moved.suffix}`;
}

/** A key with the signs that musicians write: `B♭ minor`. */
export function keyWithSigns(text: string, notation: Notation = english): string {
  const key = parseKey(text, notation);
  if (!key) return text;
  const written = text.trim();
  const end = nameOf(key.tonic, notation, key.isSmall).length;
  return signedNote(written.slice(0, end)) + written.slice(end);
}

/** Whether chords in it are rather spelled with flats than with sharps. */
export function prefersFlats({ tonic, mode }: Key): boolean {
  return ['Db', 'Eb', 'F', 'Ab', 'Bb'].includes(majorKeys[modulo(pitchOf(tonic) - mode, 12)] ?? '');
}

/** What is said behind a tonic; undefined where it says nothing of a key. */
function modeOf(suffix: string, isSmall: boolean): number | undefined {
  const word = suffix.replace(/^[\s-]+/, '');
  if (word === '' && suffix.startsWith('-')) return minor;
  if (word === '') return isSmall ? minor : 0;
  if (/^m(?:i?(?![a-z])|in)/.test(word)) return minor;
  const small = word.toLowerCase();
  const mode = modes.find(([beginning]) => small.startsWith(beginning))?.[1];
  if (mode !== undefined) return mode;
  // `G major`, `C7`, and what else follows a tonic: but `Gabriel` is no key.
  return /^(?:maj|dur|ion|sus|add|aug|dim|alt|omit|no\d)/.test(small) || /^[\d#♯♭+°ø]+$/.test(word) || /^M\b/.test(word)
    ? 0
    : undefined;
}

/** The tonic of a mode is spelled with the notes of its major key. */
function tonicInMode(pitch: number, mode: number): Note {
  const major = tonicOf(majorKeys, modulo(pitch - mode, 12));
  const degree = [0, 2, 4, 5, 7, 9, 11].indexOf(mode);
  const note = noteAt(modulo(major.letter + degree, 7), pitch);
  return Math.abs(note.accidental) < 2 ? note : simpleNote(pitch, major.accidental < 0);
}

function tonicOf(names: readonly string[], pitch: number): Note {
  const [note] = notesAt(names[pitch] ?? 'C', 0, english);
  return { letter: note?.letter ?? 0, accidental: note?.accidental ?? 0 };
}
