import assert from 'node:assert/strict';
import { isChord, withSigns } from '../../client/web/song/chordpro/chords.ts';
import { chordsOf } from '../../client/web/song/chordpro/chordsOf.ts';
import { transposedKey } from '../../client/web/song/chordpro/keys.ts';
import { parseSong } from '../../client/web/song/chordpro/parser.ts';
import { titleOf, toLyrics } from '../../client/web/song/chordpro/plainText.ts';
import { transposer } from '../../client/web/song/chordpro/transposing.ts';
import { fromLyrics } from '../../client/web/song/import/chordsOver.ts';

/** The chords of a line moved from one key by semitones. */
function moved(chords: string, key: string, semitones: number): string {
  return chords
    .split(' ')
    .map((chord) => transposer(key, semitones)(chord))
    .join(' ');
}

describe('chords', () => {
  it('are told from words', () => {
    for (const chord of ['C', 'F#m7', 'Bbmaj7', 'Dsus4', 'E7#9', 'C/E', 'Ebm7b5', 'G6/9', 'Aadd9', 'B°', 'C7(b9)']) {
      assert.ok(isChord(chord), chord);
    }
    for (const word of ['Amazing', 'grace', 'N.C.', 'H', '', 'Be', 'x2', 'Da', 'Face']) assert.ok(!isChord(word), word);
  });

  it('are spelled as the new key spells them', () => {
    assert.equal(moved('G C D7 Em', 'G', 1), 'Ab Db Eb7 Fm');
    assert.equal(moved('G C D7 Em', 'G', 2), 'A D E7 F#m');
    assert.equal(moved('A D E7 F#m C#m', 'A', 1), 'Bb Eb F7 Gm Dm');
    assert.equal(moved('C Dm E7 F G/B', 'C', -1), 'B C#m D#7 E F#/A#');
    assert.equal(moved('Am F C G', 'Am', 3), 'Cm Ab Eb Bb');
    assert.equal(moved('C F#dim Bb', 'C', 8), 'Ab Ddim Gb');
  });

  it('have one sign at most', () => {
    assert.equal(moved('E D# A#', 'C', 4), 'G# G D');
  });

  it('come back when they are moved back, and stay what is no chord', () => {
    const chords = 'G C D7/F# Em7 Bm';
    for (let semitones = -11; semitones <= 11; semitones += 1) {
      const key = transposedKey('G', semitones);
      assert.equal(moved(moved(chords, 'G', semitones), key, -semitones), chords, key);
    }
    assert.equal(moved('N.C. | %', 'G', 5), 'N.C. | %');
  });

  it('are shown with their signs', () => {
    assert.equal(withSigns('Bbm7b5/Db'), 'B♭m7♭5/D♭');
    assert.equal(withSigns('F#7#9'), 'F♯7♯9');
    assert.equal(withSigns('Absus4'), 'A♭sus4');
  });
});

describe('ChordPro', () => {
  const source = `{title: Amazing Grace}
{st: John Newton}
{key: G}
{capo: 2}
# nobody sees this
A[G]mazing [G7]grace

{soc}
[C]How sweet
{eoc}
{c: softly}
{start_of_tab: Riff}
e|--3--|
{end_of_tab}`;

  it('has directives, in long and in short', () => {
    const { title, subtitles, key, capo } = parseSong(source);
    assert.deepEqual(
      { title, subtitles, key, capo },
      { title: 'Amazing Grace', subtitles: ['John Newton'], key: 'G', capo: 2 },
    );
  });

  it('has sections, each line knowing where it comes from', () => {
    const { sections } = parseSong(source);
    assert.deepEqual(
      sections.map(({ kind, label }) => [kind, label]),
      [
        ['verse', undefined],
        ['chorus', 'Chorus'],
        ['verse', undefined],
        ['tab', 'Riff'],
      ],
    );
    assert.deepEqual(sections[0]?.lines, [
      {
        kind: 'lyrics',
        at: 5,
        parts: [{ text: 'A' }, { chord: 'G', text: 'mazing ' }, { chord: 'G7', text: 'grace' }],
      },
    ]);
    assert.deepEqual(sections[3]?.lines, [{ kind: 'verbatim', at: 12, text: 'e|--3--|' }]);
  });

  it('lists its chords, and takes the first for the key where none is given', () => {
    assert.deepEqual(chordsOf(parseSong(source)), ['G', 'G7', 'C']);
    assert.equal(parseSong('[F#m7]Hello [E]you [N.C.]').key, 'F#m');
    assert.equal(parseSong('[Emaj7]Hello').key, 'E');
  });

  it('never fails', () => {
    for (const text of ['', '{', '{}', '[', '[]', '{title}', '{capo: many}', ']['.repeat(9)]) parseSong(text);
    assert.equal(parseSong('{capo: 99}').capo, 11);
  });

  it('has a title, or its first words', () => {
    assert.equal(titleOf(source), 'Amazing Grace');
    assert.equal(titleOf('\n[G]Hello [C]you'), 'Hello you');
    assert.equal(titleOf(''), undefined);
  });
});

describe('plain lyrics', () => {
  it('have the chords over the words', () => {
    const song = parseSong('{title: Grace}\nA[G]mazing [C]grace\n[Am7][D7]how\n\n{soc}\n[G]Sweet\n{eoc}');
    assert.equal(
      toLyrics(song),
      `Grace

 G      C
Amazing grace
Am7 D7
    how

[Chorus]
G
Sweet
`,
    );
  });

  it('become ChordPro', () => {
    const text = 'Grace\n\n[Verse 1]\n G      C\nAmazing grace\n\nChorus:\nG  D\nAh';
    assert.equal(
      fromLyrics(text),
      '{title: Grace}\n\n{start_of_verse: Verse 1}\nA[G]mazing [C]grace\n{end_of_verse}\n\n{start_of_chorus: Chorus}\n[G]Ah [D]\n{end_of_chorus}',
    );
    assert.equal(fromLyrics('{title: x}\r\n[G]Hey'), '{title: x}\n[G]Hey');
  });

  it('survive the way there and back', () => {
    const source = '{title: Grace}\n\n[G]How [C]sweet the [G/B]sound\nThat [G]saved a [D7]wretch';
    assert.equal(fromLyrics(toLyrics(parseSong(source))).trim(), source);
  });
});
