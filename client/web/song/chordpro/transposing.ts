/** Moves chords from one key to another. */
import { type Chord, cellOf, parseChord } from './chords.ts';
import { movedKey, parseKey, prefersFlats } from './keys.ts';
import {
  english,
  modulo,
  type Notation,
  type Note,
  type NoteName,
  nameOf,
  noteAt,
  pitchOf,
  simpleNote,
} from './notes.ts';

/** Moves what stands over the words of a song in `key` by semitones, spelled as the key that it is then in spells it. */
export function transposer(
  key: string | undefined,
  semitones: number,
  notation: Notation = english,
): (cell: string) => string {
  const from = parseKey(key ?? '', notation) ?? parseKey('C');
  if (semitones % 12 === 0 || !from) return (cell) => cell;
  const to = movedKey(from, semitones);
  const steps = to.tonic.letter - from.tonic.letter;
  const hasFlats = prefersFlats(to);
  return mover(notation, (note) => {
    const moved = noteAt(modulo(note.letter + steps, 7), modulo(pitchOf(note) + semitones, 12));
    return Math.abs(moved.accidental) < 2 ? moved : simpleNote(pitchOf(note) + semitones, hasFlats);
  });
}

/** Moves what stands over words by semitones, with sharps or with flats whatever the key, as `{transpose}` does. */
export function shifter(semitones: number, hasFlats: boolean, notation: Notation = english): (cell: string) => string {
  if (semitones % 12 === 0) return (cell) => cell;
  return mover(notation, (note) => simpleNote(pitchOf(note) + semitones, hasFlats));
}

function mover(notation: Notation, move: (note: Note) => Note): (cell: string) => string {
  const named = (name: NoteName) => nameOf(move(name), notation, name.isSmall);
  const chordMoved = ({ root, quality, bass }: Chord) => `${named(root)}${quality}${bass ? `/${named(bass)}` : ''}`;
  return (cell) => {
    const pieces = cellOf(cell, notation);
    if (!pieces) return cell;
    return pieces
      .map((piece, at) => {
        const chord = at % 2 === 1 ? parseChord(piece, notation) : undefined;
        return chord ? chordMoved(chord) : piece;
      })
      .join('');
  };
}
