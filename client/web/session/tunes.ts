/** A note of a tune, in milliseconds from its beginning. */
export interface Note {
  at: number;
  length: number;
  /** In semitones, as MIDI counts them: 69 is the A of 440 Hz. */
  pitch: number;
}

export interface Tune {
  id: string;
  title: string;
  duration: number;
  notes: Note[];
  beat: Beat;
}

/** What a metronome beats. */
export interface Beat {
  /** How long one lasts, in milliseconds. */
  length: number;
  /** How many are in a bar. */
  perBar: number;
  /** How many are before the first bar. */
  before: number;
}

/** In the public domain, all of them. A note is a name, an octave and how many beats it lasts, where that is not one. */
export const tunes: Tune[] = [
  tune('auld-lang-syne', 'Auld Lang Syne', { tempo: 96, perBar: 4, before: 1 }, [
    'D4 G4:1.5 G4:.5 G4 B4 A4:1.5 G4:.5 A4 B4 G4:1.5 G4:.5 B4 D5 E5:3 E5',
    'D5:1.5 B4:.5 B4 G4 A4:1.5 G4:.5 A4 B4 G4:1.5 E4:.5 E4 D4 G4:3 E5',
    'D5:1.5 B4:.5 B4 G4 A4:1.5 G4:.5 A4 E5 D5:1.5 B4:.5 B4 D5 E5:3 E5',
    'D5:1.5 B4:.5 B4 G4 A4:1.5 G4:.5 A4 B4 G4:1.5 E4:.5 E4 D4 G4:4',
  ]),
  tune('amazing-grace', 'Amazing Grace', { tempo: 84, perBar: 3, before: 1 }, [
    'D4 G4:2 B4:.5 G4:.5 B4:2 A4 G4:2 E4 D4:2 D4 G4:2 B4:.5 G4:.5 B4:2 A4 D5:5',
    'B4 D5:2 B4:.5 G4:.5 B4:2 A4 G4:2 E4 D4:2 D4 G4:2 B4:.5 G4:.5 B4:2 A4 G4:5',
  ]),
  tune('ode-to-joy', 'Ode to Joy', { tempo: 120, perBar: 4, before: 0 }, [
    'F#4 F#4 G4 A4 A4 G4 F#4 E4 D4 D4 E4 F#4 F#4:1.5 E4:.5 E4:2',
    'F#4 F#4 G4 A4 A4 G4 F#4 E4 D4 D4 E4 F#4 E4:1.5 D4:.5 D4:2',
    'E4 E4 F#4 D4 E4 F#4:.5 G4:.5 F#4 D4 E4 F#4:.5 G4:.5 F#4 E4 D4 E4 A3:2',
    'F#4 F#4 G4 A4 A4 G4 F#4 E4 D4 D4 E4 F#4 E4:1.5 D4:.5 D4:2',
  ]),
  tune('scarborough-fair', 'Scarborough Fair', { tempo: 126, perBar: 3, before: 0 }, [
    'D4:2 D4 A4:2 A4 E4:1.5 F4:.5 E4 D4:3 A4:2 C5 D5:2 C5 A4 B4 G4 A4:5',
    'D5 D5:2 D5 C5:2 A4 A4 G4 F4 E4 C4:2 D4:2 A4 G4:2 F4 E4 D4 C4 D4:4',
  ]),
];

export function tuneOf(track_id: string | null): Tune | undefined {
  return tunes.find(({ id }) => id === track_id);
}

function tune(
  id: string,
  title: string,
  { tempo, ...bars }: Omit<Beat, 'length'> & { tempo: number },
  lines: string[],
): Tune {
  const beat = 60_000 / tempo;
  const notes: Note[] = [];
  let at = 0;
  for (const written of lines.join(' ').split(' ')) {
    const [name = '', beats = '1'] = written.split(':');
    const length = Number(beats) * beat;
    notes.push({ at, length, pitch: pitchOf(name) });
    at += length;
  }
  return { id, title, duration: Math.ceil(at), notes, beat: { length: beat, ...bars } };
}

function pitchOf(name: string): number {
  const semitones = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 }[name.charAt(0)] ?? 0;
  return 12 * (Number(name.at(-1)) + 1) + semitones + (name.includes('#') ? 1 : 0);
}
