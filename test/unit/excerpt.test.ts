import assert from 'node:assert/strict';
import { parseSong } from '../../client/web/song/chordpro/parser.ts';
import { titleOf } from '../../client/web/song/chordpro/plainText.ts';
import { excerptOf } from '../../client/web/song/excerpt.ts';

/** The words of each line that a sheet shows. */
function linesOf(source: string): string[] {
  const lines = excerptOf(source).song.sections.flatMap((section) => section.lines);
  return lines.map((line) =>
    line.kind === 'lyrics' ? line.parts.map(({ text }) => text).join('') : 'text' in line ? line.text : '',
  );
}

describe('what a sheet shows', () => {
  it('is all of a song that is no longer than songs are', () => {
    const verse = '{start_of_verse}\nA[G]mazing [G7]grace, how [C]sweet the [G]sound\n{c: softly}\n{end_of_verse}\n\n';
    const source = `{title: Grace}\n{st: John Newton}\n{key: G}\n{tempo: 80}\n${verse.repeat(100)}{sot}\ne|--3--|\n{eot}`;
    assert.deepEqual(excerptOf(source), { song: parseSong(source), isWhole: true });
  });

  it('is the beginning of a song that is longer, and says so', () => {
    const { song, isWhole } = excerptOf('[A]la [D]la\n'.repeat(50_000));
    assert.equal(isWhole, false);
    assert.equal(song.sections[0]?.lines.length, 1_200);
    for (const line of ['a', '{c: x}', '{soc}', '[A]', 'a a a', '{sot}\na\n{eot}']) {
      assert.equal(excerptOf(`${line}\n`.repeat(50_000)).isWhole, false, line);
    }
    assert.equal(excerptOf(`x${' '.repeat(250_000)}\n[A]`).isWhole, false);
  });

  it('is the beginning of a line that is longer, and says so', () => {
    assert.deepEqual(linesOf('a'.repeat(2_000)), ['a'.repeat(2_000)]);
    assert.deepEqual(linesOf('a'.repeat(2_001)), [`${'a'.repeat(2_000)} … (goes on in the editor)`]);
    for (const piece of ['[A]', '[]', '[A]b', `[${'A'.repeat(300)}]`, '[', 'a ']) {
      const [line = ''] = linesOf(piece.repeat(50_000));
      assert.match(line, / … \(goes on in the editor\)$/, piece);
      assert.ok(line.length < 2_100, piece);
    }
    assert.match(linesOf(`{sot}\n${'-'.repeat(3_000)}`)[0] ?? '', /- … \(goes on in the editor\)$/);
    assert.equal(excerptOf('a'.repeat(3_000)).isWhole, true);
  });

  it('cuts no emoji in half', () => {
    for (const before of ['', 'a']) {
      const [line = ''] = linesOf(before + '😀'.repeat(2_000));
      assert.ok(line.isWellFormed());
      assert.ok(titleOf(`{title: ${before}${'😀'.repeat(200)}}`)?.isWellFormed());
    }
  });

  it('has a title, facts and subtitles of a length that a page has room for', () => {
    const { song } = excerptOf(
      `{title: ${'x'.repeat(900)}}\n${Array.from({ length: 900 }, (_, at) => `{st: y${at}}\n{album: z${at}}\n`).join('')}`,
    );
    assert.equal(song.title, `${'x'.repeat(200)}…`);
    assert.deepEqual(song.subtitles, [...Array.from({ length: 20 }, (_, at) => `y${at}`), '…']);
    assert.equal(song.facts.length, 21);
    assert.equal(titleOf('x'.repeat(900)), `${'x'.repeat(200)}…`);
  });
});
