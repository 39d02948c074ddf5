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

const noteForm = '[A-G](?:bb|##|[b#♭♯])?';
const qualityForm = '(?:maj|min|dim|aug|sus|add|omit|no|alt|ma|mi|m|M|[-+°ø^Δ()#b♯♭,\\d]|/\\d)*';
const chordForm = new RegExp(`^(${noteForm})(${qualityForm})(?:/(${noteForm}))?$`);

export function isChord(text: string): boolean {
  return chordForm.test(text);
}

/** Moves chords of a song in `key` by semitones, spelled as the key that it is then in spells them. */
export function transposer(key: string | undefined, semitones: number): (chord: string) => string {
  const from = chordForm.exec(key ?? 'C');
  const to = chordForm.exec(transposedKey(key ?? 'C', semitones));
  if (semitones % 12 === 0 || !from?.[1] || !to?.[1]) return (chord) => chord;
  const steps = parseNote(to[1]).letter - parseNote(from[1]).letter;
  const prefersFlats = to[1].includes('b') || to[1] === 'F';
  const move = (note: string) => moveNote(parseNote(note), steps, semitones, prefersFlats);
  return (chord) => {
    const [, root, quality = '', bass] = chordForm.exec(chord) ?? [];
    if (!root) return chord;
    return `${move(root)}${quality}${bass ? `/${move(bass)}` : ''}`;
  };
}

/** The name of the key that lies so many semitones above another. */
export function transposedKey(key: string, semitones: number): string {
  const [, root, quality = ''] = chordForm.exec(key) ?? [];
  if (!root || semitones % 12 === 0) return key;
  const names = /^(m|mi|min|-)(?!a)/.test(quality) ? minorKeys : majorKeys;
  return `${names[modulo(pitchOf(parseNote(root)) + semitones, 12)]}${quality}`;
}

/** With the signs that musicians write: `B♭7♯9`. */
export function withSigns(chord: string): string {
  return isChord(chord) ? chord.replaceAll('#', '♯').replace(/(?<=[A-G])b|b(?=[b\d])/g, '♭') : chord;
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

function modulo(number: number, by: number): number {
  return ((number % by) + by) % by;
}
