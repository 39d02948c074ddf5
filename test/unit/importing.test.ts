import assert from 'node:assert/strict';
import { fromLyrics } from '../../client/web/song/import/chordsOver.ts';
import { decoded } from '../../client/web/song/import/decode.ts';

/** The text of bytes that are given as Latin letters, each a byte. */
function textOf(binary: string): string {
  const read = decoded(Uint8Array.from(binary, (letter) => letter.charCodeAt(0)));
  return 'text' in read ? read.text : `refused: ${read.refusal}`;
}

describe('a file', () => {
  it('is read in whatever it is encoded', () => {
    const song = 'Für Élise – “so” 😀\n漢字';
    assert.deepEqual(decoded(new TextEncoder().encode(song)), { text: song });
    assert.deepEqual(decoded(new TextEncoder().encode(`\ufeff${song}`)), { text: song });
    assert.equal(textOf('F\xfcr \xc9lise\n'), 'Für Élise\n', 'ISO 8859-1');
    assert.equal(textOf('I\x92m \x93here\x94 \x96 5 \x80\n'), 'I’m “here” – 5 €\n', 'Windows-1252');
    assert.equal(textOf('G\xc3\xbcnther\nF\xfcr\n'), 'Günther\nFür\n', 'lines of both');
    assert.equal(textOf('\xff\xfeF\x00\xfc\x00r\x00'), 'Für', 'UTF-16, little end first');
    assert.equal(textOf('\xfe\xff\x00F\x00\xfc\x00r'), 'Für', 'UTF-16, big end first');
    assert.equal(textOf('F\x00o\x00r\x00 \x00y\x00o\x00u\x00'), 'For you', 'UTF-16 without a mark');
  });

  it('is refused in words where it is no song', () => {
    assert.match(textOf('%PDF-1.7\n%\xe2\xe3'), /^refused: This is a PDF/);
    assert.match(textOf(''), /^refused: This file is empty/);
    assert.match(textOf(' \n\t\n'), /^refused: This file is empty/);
    assert.match(textOf('\xef\xbb\xbf'), /^refused: This file is empty/);
    assert.match(textOf('PK\x03\x04\x14\x00'), /^refused: This is a document or an archive/);
    assert.match(textOf('{\\rtf1\\ansi'), /^refused: This is formatted text/);
    assert.match(textOf('\x89PNG\r\n\x1a\n'), /^refused: This is a picture/);
    assert.match(textOf('a\x00b\x01\x02\x03'), /^refused: This is no text/);
    assert.match(textOf('\x01\x02\x03\x04abc'), /^refused: This is no text/);
    assert.match(textOf('a'.repeat(1_000_001)), /^refused: This file is larger/);
  });
});

describe('words with chords over them', () => {
  it('are aligned by tabs, which go to every eighth column', () => {
    assert.equal(
      fromLyrics('Mill\n\nG\tC\t\tD7\nRound and round it goes all day'),
      '{title: Mill}\n\n[G]Round an[C]d round it goes [D7]all day',
    );
    assert.equal(fromLyrics('x\n\nG\tC\nRound\tand'), '{title: x}\n\n[G]Round [C]and', 'nobody sings a tab');
  });

  it('are aligned by columns, of which Chinese letters take two', () => {
    assert.equal(fromLyrics('歌\n\nG   C\n月亮代表我的心'), '{title: 歌}\n\n[G]月亮[C]代表我的心');
    assert.equal(fromLyrics('歌\n\nＧ　　Ｃ＃ｍ\n月亮代表'), '{title: 歌}\n\n[G]月亮代[C#m]表');
    assert.equal(fromLyrics('x\n\nA   E\ne\u0301te\u0301s'), '{title: x}\n\n[A]e\u0301te\u0301s[E]');
  });

  it('may be in German', () => {
    assert.equal(fromLyrics('Lied\n\nH7     Fis\nSo war es'), '{title: Lied}\n\n[H7]So war [Fis]es');
  });

  it('have bars, repeats and remarks among the chords', () => {
    assert.equal(
      fromLyrics('x\n\n| G  C |\n  (D) N.C.\nNow it is'),
      '{title: x}\n\n| [G]  [C] |\nNo[(D)]w it[N.C.] is',
    );
    assert.equal(fromLyrics('x\n\nIntro: G C x2\nGo'), '{title: x}\n\n{comment: Intro: [G] [C] x2}\nGo');
    assert.equal(fromLyrics('x\n\nGo\nDo\nA day'), '{title: x}\n\nGo\nDo\nA day');
  });

  it('have headings, and tablatures that stay as they are', () => {
    assert.equal(
      fromLyrics('x\n\nPre-Chorus:\nG\nAh\n\nRefrain:\nOh\n\ne|--1--|\nB|--0--|\nend'),
      '{title: x}\n\n{start_of_verse: Pre-Chorus}\n[G]Ah\n{end_of_verse}\n\n{start_of_chorus: Refrain}\nOh\n{end_of_chorus}\n\n{start_of_tab}\ne|--1--|\nB|--0--|\n{end_of_tab}\nend',
    );
  });

  it('may mark chords as some collections do', () => {
    assert.equal(fromLyrics('x\n\n[ch]G[/ch]   [ch]C[/ch]\nOne two'), '{title: x}\n\n[G]One [C]two');
  });
});

describe('a song of OnSong', () => {
  it('has its header as directives', () => {
    assert.equal(
      fromLyrics(
        'Amazing Grace\nJohn Newton\nKey: D\nCapo: 2\nTempo: 76\nCCLI: 22025\nFlow: V1 C\n\nVerse 1:\nA[D]mazing [G]grace\n\nChorus:\n    A7\nHow sweet',
      ),
      '{title: Amazing Grace}\n{artist: John Newton}\n{key: D}\n{capo: 2}\n{tempo: 76}\n{meta: ccli 22025}\n{meta: flow V1 C}\n\n{start_of_verse: Verse 1}\nA[D]mazing [G]grace\n{end_of_verse}\n\n{start_of_chorus: Chorus}\nHow [A7]sweet\n{end_of_chorus}',
    );
    assert.equal(fromLyrics('Title: Mill\nArtist: Ann\n\n[G]Round'), '{title: Mill}\n{artist: Ann}\n\n[G]Round');
  });

  it('is told from words with a colon in them', () => {
    const words = 'She said: go\nHe said: no\nI said: so';
    assert.equal(fromLyrics(words), words);
  });

  it('is ChordPro where it has directives', () => {
    const source = 'Key: D\n{title: x}\n[D]Hey';
    assert.equal(fromLyrics(source), source);
  });
});
