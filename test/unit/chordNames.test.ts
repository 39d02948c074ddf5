import assert from 'node:assert/strict';
import { cellOf, isChord, isDegree, isSilence, withSigns } from '../../client/web/song/chordpro/chords.ts';
import { keyWithSigns, transposedKey } from '../../client/web/song/chordpro/keys.ts';
import { notationOf } from '../../client/web/song/chordpro/notation.ts';
import { english, type Notation } from '../../client/web/song/chordpro/notes.ts';
import { shifter, transposer } from '../../client/web/song/chordpro/transposing.ts';

const german: Notation = { system: 'german', hasSyllables: true };
const latin: Notation = { system: 'latin', hasSyllables: false };

/** The chords of a line moved from one key by semitones. */
function moved(cells: string, key: string, semitones: number, notation: Notation = english): string {
  const move = transposer(key, semitones, notation);
  return cells
    .split(' ')
    .map((cell) => move(cell))
    .join(' ');
}

describe('the name of a chord', () => {
  it('is what musicians write', () => {
    const names =
      'CMaj7 GSus4 AMin7 Co7 Co C° Cø7 CΔ7 C^7 C- C-7 C-maj7 CmMaj7 Cm(maj7) CM7 C7M Cadd9 Cmadd9 C2 C5 C69 C6/9 C7sus C7sus4 C9sus4 C7+ C+7 C7#9#5 C7b9b13 C(b5) C7(b9,#11) Cno3 Comit5 C7alt Calt Cdim7 Caug Csus2sus4 C4 Cm7-5 C7/G C/Bb C/b D/f# Es Asus4 As Bes Besm7 Fis7 Cism E#m7 Bbb c f# d7 am C7/add2 Gadd#11 Esus2/C#';
    for (const name of names.split(' ')) assert.ok(isChord(name), name);
    const words =
      'Coda Gabriel Emma Be Da Face Bass Babe Ballad Cab Amen Go! Solo Fine Dal Capo Fade Bridge Chorus Ad Add Dim Bis H Hm A7-9/unk 7 m7 / G/ /G';
    for (const word of words.split(' ')) assert.ok(!isChord(word), word);
  });

  it('may have more around it', () => {
    for (const cell of [
      '(D)',
      'D*',
      '|Am',
      'Bm | Bm',
      'C-G',
      'C-C-Bb',
      'Em x 4',
      'A (let it ring)',
      "D'",
      'A/Asus2',
      'C~A',
      '(C7(b9))',
    ]) {
      assert.ok(cellOf(cell), cell);
      assert.equal(cellOf(cell)?.join(''), cell, 'nothing of it is lost');
    }
    for (const cell of [
      'Intro',
      'Slow down',
      'N.C.',
      '',
      'x2',
      'G Lead over 1 verse',
      'only e string',
      'a'.repeat(90),
    ]) {
      assert.equal(cellOf(cell), undefined, cell);
    }
    for (const silence of ['N.C.', 'n.c.', 'NC', 'x2', '%', '/', '-', '|']) assert.ok(isSilence(silence), silence);
    for (const degree of ['IV', 'V7', 'vi', 'bVII', '1', '5-', '4/6', 'ii7/V']) assert.ok(isDegree(degree), degree);
    for (const word of ['Intro', 'Verse', 'x', '8va', 'Ivy']) assert.ok(!isDegree(word), word);
  });

  it('is moved within what is around it, and keeps how it is written', () => {
    assert.equal(moved('CMaj7 GSus4 Co7 (D) D* |Am C~A f# C/g', 'C', 2), 'DMaj7 ASus4 Do7 (E) E* |Bm D~B g# D/a');
    assert.equal(moved('I IV x2 N.C. Coda', 'C', 2), 'I IV x2 N.C. Coda');
  });

  it('is in German where a song has an H', () => {
    assert.deepEqual(notationOf('[H7]a [B]b [Fis]c'), german);
    assert.equal(notationOf('[H]a [Bb]b').system, 'scandinavian');
    assert.equal(notationOf('[Do]a [Sol7]b [Lam]c').system, 'latin');
    for (const source of ['[G]a [B]b', '[Hey]you [C]there', '[*Hm]a [C]b', '[Do]it [C]now', '[Solo] [G]', '']) {
      assert.equal(notationOf(source).system, 'english', source);
    }
    assert.equal(notationOf('{sog}\n| H7 | E |\n{eog}').system, 'german');
    assert.equal(moved('H7 B Em/H Fis', 'e', -2, german), 'A7 As Dm/A E');
    assert.equal(moved('A E7 Fism', 'A', 2, german), 'H Fis7 Gism');
    assert.equal(moved('Do Sol7 Lam Si', 'Do', 2, latin), 'Re La7 Sim Do#');
  });

  it('has sharps or flats as {transpose} says, whatever the key', () => {
    assert.deepEqual(['C', 'E', 'Bb/D'].map(shifter(2, false)), ['D', 'F#', 'C/E']);
    assert.deepEqual(['C', 'E', 'Bb/D'].map(shifter(-10, true)), ['D', 'Gb', 'C/E']);
  });

  it('is shown with its signs, also in small letters', () => {
    assert.equal(withSigns('C/bb'), 'C/b♭');
    assert.equal(withSigns('(Bbm7b5) x 2'), '(B♭m7♭5) x 2');
    assert.equal(withSigns('Rebm', latin), 'Re♭m');
    assert.equal(withSigns('A bb word'), 'A bb word');
  });
});

describe('the name of a key', () => {
  it('says its mode, which stays', () => {
    const keys = [
      ['G minor', 'A minor'],
      ['g-Moll', 'a-Moll'],
      ['Bb major', 'C major'],
      ['ADor', 'BDor'],
      ['E Phrygian', 'F# Phrygian'],
      ['Dmix', 'Emix'],
      ['A (3 sharps)', 'B'],
      ['F#m (capo 2)', 'G#m'],
      ['Cmaj7', 'Dmaj7'],
      ['A-', 'B-'],
      ['d', 'e'],
    ] as const;
    for (const [key, expected] of keys) assert.equal(transposedKey(key, 2), expected);
    for (const key of ['Various', '', '?', 'Gabriel', 'C or D']) assert.equal(transposedKey(key, 2), key);
  });

  it('decides how chords are spelled', () => {
    assert.equal(moved('Gm D7 Eb', 'G minor', 2), 'Am E7 F');
    assert.equal(moved('Am D G', 'ADor', 1), 'Bbm Eb Ab');
    assert.equal(moved('A E F#m', 'A (3 sharps)', -1), 'Ab Eb Fm');
    assert.equal(moved('Em A', 'E minor', 1), 'Fm Bb');
  });

  it('is shown with its signs', () => {
    assert.equal(keyWithSigns('Bb minor'), 'B♭ minor');
    assert.equal(keyWithSigns('F#m'), 'F♯m');
    assert.equal(keyWithSigns('bb'), 'b♭');
    assert.equal(keyWithSigns('As-Dur', german), 'As-Dur');
  });
});
