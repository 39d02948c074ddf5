import assert from 'node:assert/strict';
import { ensureSyntaxTree } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { shortened } from '../../client/web/shortened.ts';
import { attributesOf } from '../../client/web/song/chordpro/attributes.ts';
import { cellOf, isChord, isDegree, isSilence, withSigns } from '../../client/web/song/chordpro/chords.ts';
import { chordsOf } from '../../client/web/song/chordpro/chordsOf.ts';
import { diagramOf } from '../../client/web/song/chordpro/diagrams.ts';
import { gridTokensOf } from '../../client/web/song/chordpro/grids.ts';
import { transposedKey } from '../../client/web/song/chordpro/keys.ts';
import { plainOf } from '../../client/web/song/chordpro/markup.ts';
import { Metadata } from '../../client/web/song/chordpro/metadata.ts';
import { notationOf } from '../../client/web/song/chordpro/notation.ts';
import { secondsOf } from '../../client/web/song/chordpro/pace.ts';
import { parseSong } from '../../client/web/song/chordpro/parser.ts';
import { titleOf, toLyrics } from '../../client/web/song/chordpro/plainText.ts';
import { bracedIn, bracketedIn, bracketsIn, directiveIn, directivesIn } from '../../client/web/song/chordpro/scan.ts';
import { partsOf } from '../../client/web/song/chordpro/tokens.ts';
import { transposer } from '../../client/web/song/chordpro/transposing.ts';
import { excerptOf } from '../../client/web/song/excerpt.ts';
import { headerOf, renaming } from '../../client/web/song/header.ts';
import { highlight } from '../../client/web/song/highlight.ts';
import { fromLyrics } from '../../client/web/song/import/chordsOver.ts';
import { decoded } from '../../client/web/song/import/decode.ts';
import { lineAt, lineStarts } from '../../client/web/song/lines.ts';
import { plainSetting } from '../../client/web/song/playing.ts';
import { Sheet } from '../../client/web/song/sheet.tsx';
import { wordsOf } from '../../client/web/song/words.ts';
import { linked } from '../../client/web/talk/linked.tsx';
import { saidIn } from '../../client/web/talk/talks.ts';
import { difference } from '../../shared/documents/text/difference.ts';
import { excess } from '../support/growth.ts';

/** All that reads what others wrote. */
const readers: Record<string, (text: string) => unknown> = {
  isChord,
  withSigns,
  transposedKey: (text) => transposedKey(text, 1),
  'transposer, of a key': (text) => transposer(text, 1)('G'),
  'transposer, of a chord': transposer('G', 1),
  cellOf,
  isDegree,
  isSilence,
  attributesOf,
  gridTokensOf,
  partsOf,
  plainOf,
  notationOf,
  directiveIn,
  directivesIn,
  diagramOf: (text) => diagramOf(text, new Map()),
  'texts that are filled in': (text) => new Metadata().filled(text),
  'texts that are filled in with much': (text) => {
    const metadata = new Metadata();
    for (const line of text.split('\n')) metadata.add('a', line);
    return metadata.filled(text.replaceAll('{', '%{a|'));
  },
  decoded: (text) => decoded(new TextEncoder().encode(text)),
  bracedIn,
  bracketedIn,
  bracketsIn: (text) => [...bracketsIn(text)],
  parseSong,
  'chordsOf and secondsOf': (text) => {
    const song = parseSong(text);
    chordsOf(song);
    secondsOf(song);
  },
  titleOf,
  fromLyrics,
  toLyrics: (text) => toLyrics(parseSong(text)),
  wordsOf: (text) => {
    const half = text.slice(0, text.length / 2);
    return wordsOf([{ text: half }, { chord: half, text: half }]);
  },
  excerptOf,
  headerOf,
  renaming: (text) => renaming(text, text),
  lineAt: (text) => lineAt(lineStarts(text), text.length),
  shortened: (text) => shortened(text, 200),
  saidIn: (text) =>
    saidIn([{ message_id: '1', type: 'message.new', user_id: 'ann', text, timestamp: 0, reactions: {} }]),
  linked,
};

/** What the page makes of it. */
const pages: Record<string, (text: string) => unknown> = {
  'the colours of the editor': (text) => {
    const state = EditorState.create({ doc: text, extensions: [EditorState.lineSeparator.of('\n'), highlight] });
    assert.ok(ensureSyntaxTree(state, text.length, 10_000));
  },
  'the sheet': (text) => {
    const props = {
      ...excerptOf(text),
      setting: { ...plainSetting, transpose: 1 },
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
  '<b>',
  '%{',
  '|',
  '\\',
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
  'colons before what ends a line elsewhere': (length) => `{meta: ${filled(':', length)}\u2028x}`,
  'a directive with a long value': (length) => `{st-a: ${filled('x ', length)}}`,
  'brackets that nothing closes but the last': (length) => `${filled('[', length)}]`,
  'words with a chord over each': (length) => `${filled('A ', length / 2)}\n${filled('a', length / 2)}`,
  'chords over nothing': (length) => `${filled('A ', length)}\nx`,
  'a chord of qualities that are nearly others': (length) => `C${filled('mino', length)}/x`,
  'a chord with many basses': (length) => `C${filled('/G', length)}`,
  'a heading that is none': (length) => `Chorus${filled(' ', length)}x`,
  'a label that does not end': (length) => `{soc: label${filled(' ', length)}="${filled('"', length)}x}`,
  'brackets in grids': (length) => `{sog}\n${filled('| C . ', length)}`,
  'tags that do not end': (length) => filled('<b ', length),
  'tags that end others': (length) => `${filled('<b>', length / 2)}${filled('</i>', length / 2)}`,
  'a tag for each word': (length) => filled('<i>a</i> ', length),
  'values in values': (length) => filled('{meta: a %{a}%{a}%{a|%{a}|b}}\n', length),
  'a value in each line': (length) => `{t: ${filled('la ', 400)}}\n${filled('{c: %{title}}\n', length)}`,
  'values that do not end': (length) => `{c: ${filled('%{a|', length)}}`,
  'values within each other': (length) => `{c: ${filled('%{a|', length / 2)}${filled('}', length / 2)}}`,
  'recalled chords': (length) => `{sov}\n${filled('[A]', length / 2)}\n{eov}\n{sov}\n${filled('[^]', length / 2)}`,
  'repeated measures': (length) => `{sog}\n${filled('|: A % :', length)}|`,
  'a song in each line': (length) => filled('{ns}\n[H]la la la la la la\n', length),
  'a definition in each line': (length) => filled('{define: A frets 1 2}\n', length),
  'many definitions': (length) =>
    Array.from({ length: length / 32 }, (_, at) => `{define: A${at} frets 1 2 3 4 5 6}\n`).join(''),
  'many keys': (length) => `[A]a\n${filled('{key: A}\n[A]a\n{key: B}\n', length)}`,
  'lines that go on': (length) => filled('a\\\n', length),
  'a line without spaces': (length) => filled('漢字かな、', length),
  'a line of Thai': (length) => filled('สวัสดี', Math.min(length, 16_384)),
  'a chord over each letter': (length) => `${filled('[A]', length / 2)}${filled('漢[B]', length / 2)}`,
  'lines of a header': (length) => filled('Key: A\n', length),
  'a tablature': (length) => filled('e|---1---2---|\n', length),
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
