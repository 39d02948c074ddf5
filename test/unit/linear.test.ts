import assert from 'node:assert/strict';
import { ensureSyntaxTree } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { shortened } from '../../client/web/shortened.ts';
import { isChord, transposedKey, transposer, withSigns } from '../../client/web/song/chord.ts';
import { chordsOf, parseSong } from '../../client/web/song/chordpro.ts';
import { excerptOf } from '../../client/web/song/excerpt.ts';
import { highlight } from '../../client/web/song/highlight.ts';
import { lineAt, lineStarts } from '../../client/web/song/lines.ts';
import { fromLyrics, titleOf, toLyrics } from '../../client/web/song/lyrics.ts';
import { bracedIn, bracketedIn, bracketsIn, directiveIn } from '../../client/web/song/scan.ts';
import { Sheet } from '../../client/web/song/sheet.tsx';
import { wordsOf } from '../../client/web/song/words.ts';
import { chatIn } from '../../client/web/talk/messages.ts';
import { difference } from '../../shared/documents/text/difference.ts';
import { excess } from '../support/growth.ts';

/** All that reads what others wrote. */
const readers: Record<string, (text: string) => unknown> = {
  isChord,
  withSigns,
  transposedKey: (text) => transposedKey(text, 1),
  'transposer, of a key': (text) => transposer(text, 1)('G'),
  'transposer, of a chord': transposer('G', 1),
  directiveIn,
  bracedIn,
  bracketedIn,
  bracketsIn: (text) => [...bracketsIn(text)],
  parseSong,
  chordsOf: (text) => chordsOf(parseSong(text)),
  titleOf,
  fromLyrics,
  toLyrics: (text) => toLyrics(parseSong(text)),
  wordsOf: (text) => wordsOf([{ text }, { chord: text, text }]),
  excerptOf,
  lineAt: (text) => lineAt(lineStarts(text), text.length),
  shortened: (text) => shortened(text, 200),
  chatIn: (text) => chatIn([{ room_id: 'song:1', user_id: 'ann', message: { kind: 'chat', text }, timestamp: 0 }]),
};

/** What the page makes of it. */
const pages: Record<string, (text: string) => unknown> = {
  'the colours of the editor': (text) => {
    const state = EditorState.create({ doc: text, extensions: [EditorState.lineSeparator.of('\n'), highlight] });
    assert.ok(ensureSyntaxTree(state, text.length, 10_000));
  },
  'the sheet': (text) => {
    const excerpt = excerptOf(text);
    const props = {
      ...excerpt,
      chordOf: transposer('G', 1),
      facts: excerpt.song.facts,
      readers: new Map(),
      onLine() {},
    };
    renderToString(createElement(Sheet, props));
  },
};

/** What hostile lines are made of: whatever means something in a song, in a chord or in plain lyrics. */
const pieces = [
  '{',
  '}',
  '[',
  ']',
  '[A]',
  ' ',
  '\t',
  '\n',
  '\r\n',
  '#',
  'b',
  '/',
  '(',
  '"',
  ':',
  'label="',
  '{t:',
  'A',
  'mi',
  'é😀',
];

/** How a text is made of two pieces. */
const shapes: Record<string, (one: string, other: string, length: number) => string> = {
  'one after the other': (one, other, length) => filled(one + other, length),
  'many and then many': (one, other, length) => filled(one, length / 2) + filled(other, length / 2),
  'one and then many': (one, other, length) => one + filled(other, length),
};

/** More of the kind, of three pieces. */
const others: Record<string, (length: number) => string> = {
  'a directive that does not end': (length) => `{t:${filled(' ', length)}x`,
  'a directive with a long value': (length) => `{st-a: ${filled('x ', length)}}`,
  'brackets that nothing closes but the last': (length) => `${filled('[', length)}]`,
  'words with a chord over each': (length) => `${filled('A ', length / 2)}\n${filled('a', length / 2)}`,
  'chords over nothing': (length) => `${filled('A ', length)}\nx`,
  'a chord of qualities that are nearly others': (length) => `C${filled('mino', length)}/x`,
  'a chord with many basses': (length) => `C${filled('/G', length)}`,
  'a heading that is none': (length) => `Chorus${filled(' ', length)}x`,
  'a label that does not end': (length) => `{soc: label${filled(' ', length)}="${filled('"', length)}x}`,
  'a chorus in each line': (length) => filled('{soc}\n[A]a\n', length),
  'long words in a tab': (length) => `{sot}\n${filled('-', length)}\n{eot}`,
};

function filled(piece: string, length: number): string {
  return piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
}

describe('what others write', () => {
  for (const [name, read] of Object.entries(readers)) {
    it(`is read by ${name} in a time that grows as it does, whatever two pieces it is made of`, () => {
      for (const one of pieces) {
        for (const other of pieces) {
          for (const [shape, make] of Object.entries(shapes)) {
            const found = excess(read, (length) => make(one, other, length), [128, 1_024, 8_192]);
            assert.equal(found, undefined, `${JSON.stringify([one, other])}, ${shape}: ${found}`);
          }
        }
      }
    });
  }

  for (const [name, read] of Object.entries({ ...readers, ...pages })) {
    it(`is read by ${name} in a time that grows as it does, also in long lines`, () => {
      const texts = { ...others };
      for (const piece of pieces) texts[JSON.stringify(piece)] = (length) => filled(piece, length);
      for (const [text, make] of Object.entries(texts)) {
        const found = excess(read, make, [256, 2_048, 16_384, 131_072]);
        assert.equal(found, undefined, `${text}: ${found}`);
      }
    });
  }

  it('is compared with what was there in a time that grows as it does', () => {
    // Each line is found once only when those before it have been.
    const nested = (length: number, between: string) =>
      Array.from({ length: length / 16 }, (_, at) => `${at + 1}\n${between}\n${at}\n`).join('');
    const found = excess(
      (length) => difference(nested(Number(length), 'a'), nested(Number(length), 'b')),
      String,
      [256, 2_048, 16_384, 131_072],
    );
    assert.equal(found, undefined, found);
  });
});
