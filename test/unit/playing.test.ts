import assert from 'node:assert/strict';
import { chordsOf } from '../../client/web/song/chordpro/chordsOf.ts';
import { english } from '../../client/web/song/chordpro/notes.ts';
import { parseSong } from '../../client/web/song/chordpro/parser.ts';
import { shapeOf } from '../../client/web/song/chordpro/shapes.ts';
import { changesForEveryone } from '../../client/web/song/forEveryone.ts';
import { plainSetting, playerOf, type Setting, shiftOf } from '../../client/web/song/playing.ts';

function shape(name: string): string | undefined {
  const { base = 1, frets } = shapeOf(name, english) ?? {};
  return frets?.map((fret) => (fret === undefined ? 'x' : fret === 0 ? 0 : fret + base - 1)).join(' ');
}

function forEveryone(source: string, setting: Partial<Setting>): string {
  const changes = changesForEveryone(source, parseSong(source), { ...plainSetting, ...setting });
  return changes.reduceRight((text, { from, to, insert }) => text.slice(0, from) + insert + text.slice(to), source);
}

describe('the usual shape of a chord', () => {
  const shapes = {
    C: 'x 3 2 0 1 0',
    G: '3 2 0 0 0 3',
    Em: '0 2 2 0 0 0',
    F: '1 3 3 2 1 1',
    'F#m7': '2 4 2 2 2 2',
    Bb: 'x 1 3 3 3 1',
    Cmin: 'x 3 5 5 4 3',
    'D/F#': '2 x 0 2 3 2',
    'G/B': 'x 2 0 0 0 3',
    B7: 'x 2 1 2 0 2',
  };
  for (const [name, frets] of Object.entries(shapes)) it(`${name} is ${frets}`, () => assert.equal(shape(name), frets));

  it('has the notes of the chord, wherever it is on the neck', () => {
    const strings = [4, 9, 2, 7, 11, 4];
    const notes: Record<string, number[]> = {
      '': [0, 4, 7],
      m: [0, 3, 7],
      '7': [0, 4, 7, 10],
      m7: [0, 3, 7, 10],
      dim: [0, 3, 6],
    };
    const further = {
      maj7: [0, 4, 7, 11],
      sus4: [0, 5, 7],
      sus2: [0, 2, 7],
      m7b5: [0, 3, 6, 10],
      aug: [0, 4, 8],
      '6': [0, 4, 7, 9],
    };
    const more = {
      m6: [0, 3, 7, 9],
      '9': [0, 2, 4, 7, 10],
      dim7: [0, 3, 6, 9],
      add9: [0, 2, 4, 7],
      maj9: [0, 2, 4, 7, 11],
      m9: [0, 2, 3, 7, 10],
    };
    const roots = ['C', 'C#', 'D', 'Eb', 'E', 'F', 'F#', 'G', 'Ab', 'A', 'Bb', 'B'];
    for (const [quality, expected] of Object.entries({ ...notes, ...further, ...more })) {
      for (const [root, name] of roots.entries()) {
        const frets = shape(name + quality)?.split(' ') ?? [];
        const pitches = frets.flatMap((fret, at) =>
          fret === 'x' ? [] : [((strings[at] ?? 0) + Number(fret) - root + 12) % 12],
        );
        const strange = pitches.filter((pitch) => !expected.includes(pitch));
        assert.deepEqual(strange, [], `${name}${quality}: ${frets.join(' ')}`);
        assert.ok(pitches.length >= 3 && pitches.includes(0), `${name}${quality}: ${frets.join(' ')}`);
      }
    }
  });

  it('there is none of words and of single notes', () => {
    for (const name of ['Intro', 'N.C.', 'a']) assert.equal(shape(name), undefined);
  });
});

describe('a key for everyone', () => {
  const song = '{title: Song}\n{capo: 2}\n\nOne [G]line [D7]more';

  it('is what the song says, and is played as the one who chose it played it', () => {
    for (const setting of [{ transpose: 3 }, { transpose: -2, capo: 0 }, { capo: 5 }, { transpose: 11, capo: 3 }]) {
      const full = { ...plainSetting, ...setting };
      const before = parseSong(song);
      const play = playerOf(before, shiftOf(before, full));
      const after = parseSong(forEveryone(song, setting));
      assert.deepEqual(
        chordsOf(after),
        chordsOf(before).map((chord) => play(chord)),
      );
      assert.equal(after.capo, setting.capo ?? 2);
    }
  });

  it('replaces the lines that said it, and adds what is missing below the title', () => {
    assert.equal(forEveryone(song, { transpose: 2 }), song.replace('Song}\n', 'Song}\n{transpose: 2s}\n'));
    assert.equal(forEveryone(song, { capo: 0, transpose: -2 }), song.replace('{capo: 2}\n', ''));
    const twice = forEveryone(forEveryone(song, { transpose: 2 }), { transpose: -2 });
    assert.equal(twice, song);
  });
});
