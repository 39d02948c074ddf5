/** How a guitarist plays a chord that a song does not define. */
import { type Chord, parseChord } from './chords.ts';
import type { Diagram } from './diagrams.ts';
import { modulo, type Notation, pitchOf } from './notes.ts';

type Frets = (number | undefined)[];

/** The open strings from the lowest, in semitones above C. */
const strings = [4, 9, 2, 7, 11, 4];
/** Frets that a hand spans. */
const span = 4;

/** What a quality is called here, where songs have several names for it. */
const names = new Map(
  Object.entries({
    '': 'M maj Maj MAJ major',
    m: '- mi min Min MIN minor',
    '7': 'dom7',
    maj7: 'M7 Maj7 MAJ7 ma7 Δ Δ7 ^ ^7 j7',
    m7: '-7 mi7 min7 Min7',
    m7b5: 'ø ø7 h7 m7-5 m7(b5) -7b5 m7♭5',
    sus4: 'sus Sus Sus4 SUS4',
    sus2: 'Sus2 SUS2',
    '7sus4': '7sus 7Sus4',
    dim: '° o Dim DIM',
    dim7: '°7 o7 Dim7',
    aug: '+ Aug AUG +5 #5',
    '6': 'maj6 M6',
    m6: 'min6 -6',
    add9: 'Add9 (add9) add2 2',
    maj9: 'M9 Maj9 ma9',
    m9: '-9 min9',
    '5': 'no3 (no3)',
  }).flatMap(([name, others]) => [name, ...others.split(' ')].map((other) => [other, name] as const)),
);

/** Shapes with open strings that are no beginning of a row, by the root's semitones above C and the quality. */
const open: Readonly<Record<string, string>> = {
  '0': 'x32010',
  '0 7': 'x32310',
  '0 maj7': 'x32000',
  '0 sus4': 'x33011',
  '0 sus2': 'x30013',
  '0 6': 'x32210',
  '0 add9': 'x32030',
  '0 9': 'x32330',
  '2': 'xx0232',
  '2 m': 'xx0231',
  '2 7': 'xx0212',
  '2 maj7': 'xx0222',
  '2 m7': 'xx0211',
  '2 sus4': 'xx0233',
  '2 sus2': 'xx0230',
  '2 6': 'xx0202',
  '2 m6': 'xx0201',
  '5 maj7': 'xx3210',
  '7': '320003',
  '7 7': '320001',
  '7 maj7': '320002',
  '7 6': '320000',
  '7 sus4': '330013',
  '7 add9': '300203',
  '11 7': 'x21202',
};

/** Shapes that move along the neck: by the string of the root, frets above the root's. `-` is one below it, `=` two. */
const movable: readonly { string: number; shapes: Readonly<Record<string, string>> }[] = [
  {
    string: 0,
    shapes: {
      '': '022100',
      m: '022000',
      '7': '020100',
      maj7: '0x110x',
      m7: '020000',
      m7b5: '0x00-x',
      sus4: '022200',
      '7sus4': '020200',
      dim7: '0x-0-x',
      aug: '0x211x',
      '6': '022120',
      m6: '022020',
      '9': '020102',
      '5': '022xxx',
    },
  },
  {
    string: 1,
    shapes: {
      '': 'x02220',
      m: 'x02210',
      '7': 'x02020',
      maj7: 'x02120',
      m7: 'x02010',
      m7b5: 'x0101x',
      sus4: 'x02230',
      sus2: 'x02200',
      '7sus4': 'x02030',
      dim: 'x0121x',
      dim7: 'x01-1x',
      aug: 'x0322x',
      '6': 'x02222',
      m6: 'x02212',
      '9': 'x0-000',
      m9: 'x0=00x',
      maj9: 'x0-10x',
      add9: 'x02420',
      '5': 'x022xx',
    },
  },
];

const below: Readonly<Record<string, number>> = { '-': -1, '=': -2 };

/** A shape for a chord, the lowest on the neck; undefined for what is no chord, and for what has none here. */
export function shapeOf(name: string, notation: Notation): Diagram | undefined {
  const chord = parseChord(name, notation);
  // Small letters alone are single notes.
  if (!chord || (chord.root.isSmall && chord.quality === '')) return undefined;
  const frets = withBass(lowest(chord), chord);
  if (!frets) return undefined;
  const pressed = frets.filter((fret) => fret !== undefined && fret > 0) as number[];
  const base = Math.max(0, ...pressed) <= span ? 1 : Math.min(...pressed);
  return { name, base, frets: frets.map((fret) => (fret ? fret - base + 1 : fret)) };
}

function lowest({ root, quality }: Chord): Frets | undefined {
  const kind = names.get(quality) ?? quality;
  const pitch = modulo(pitchOf(root), 12);
  const known = open[kind === '' ? `${pitch}` : `${pitch} ${kind}`];
  if (known) return [...known].map((letter) => (letter === 'x' ? undefined : Number(letter)));
  const found = movable.flatMap(({ string, shapes }) => {
    const shape = shapes[kind];
    return shape === undefined ? [] : [moved(shape, modulo(pitch - (strings[string] ?? 0), 12))];
  });
  return found.sort((one, other) => highest(one) - highest(other))[0];
}

function moved(shape: string, root: number): Frets {
  const above = [...shape].map((letter) => below[letter] ?? (letter === 'x' ? undefined : Number(letter)));
  const isTooLow = above.some((fret) => fret !== undefined && fret + root < 0);
  return above.map((fret) => (fret === undefined ? undefined : fret + root + (isTooLow ? 12 : 0)));
}

/** With the bass below it, where a finger is near. */
function withBass(frets: Frets | undefined, { bass }: Chord): Frets | undefined {
  if (!frets || !bass) return frets;
  const pitch = modulo(pitchOf(bass), 12);
  const lowestOf = frets.findIndex((fret) => fret !== undefined);
  const lowestFret = frets[lowestOf] ?? 0;
  if (modulo((strings[lowestOf] ?? 0) + lowestFret, 12) === pitch) return frets;
  const pressed = frets.filter((fret) => fret !== undefined && fret > 0) as number[];
  for (const string of [0, 1]) {
    const fret = modulo(pitch - (strings[string] ?? 0), 12);
    const isNear = fret === 0 || pressed.every((other) => Math.abs(other - fret) < span);
    if (string <= lowestOf + 1 && isNear)
      return frets.map((other, at) => (at < string ? undefined : at === string ? fret : other));
  }
  return undefined;
}

function highest(frets: Frets): number {
  return Math.max(...frets.map((fret) => fret ?? 0));
}
