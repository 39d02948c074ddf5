import assert from 'node:assert/strict';
import { Encodings } from '../../server/wire/encodings.ts';
import { encodeLarge } from '../../server/wire/message.ts';
import { bytesOf, encodePieces } from '../../server/wire/pieces.ts';
import { LargeJson } from '../../shared/documents/largeJson.ts';

const paragraph = 'ein Lied, ♫ und 😀'.repeat(10_000);

/** Values of which a part is large. */
const values: Record<string, unknown> = {
  'a short text': 'x',
  'a long text': paragraph,
  'a long text without anything to escape': 'x'.repeat(200_000),
  'a long text of pairs': '😀'.repeat(50_000),
  'a long text of pairs that are cut elsewhere': `x${'😀'.repeat(50_000)}`,
  'control characters': '\u0000\n"\\'.repeat(20_000),
  'many items': Array.from({ length: 20_000 }, (_, at) => (at % 3 ? at : { at, none: undefined })),
  'items of which some are nothing': [paragraph, undefined, null, paragraph],
  members: { first: undefined, none: null, text: paragraph, more: { a: [paragraph], '"': 1.5, off: false } },
  'many members': JSON.parse(
    `{"__proto__":1,${Array.from({ length: 20_000 }, (_, at) => `"${at % 3 ? at : `"b${at}`}":{"at":${at}}`).join()}}`.replaceAll(
      '""b',
      '"\\"b',
    ),
  ),
  'members of which none is small': { first: paragraph, none: undefined, last: [paragraph] },
  'what is made in pieces': {
    content: new LargeJson(
      () => ['{"a":', '[1,', '2]}'],
      () => ({ a: [1, 2] }),
    ),
    more: paragraph,
  },
  'a feed': {
    entries: Array.from({ length: 200 }, (_, at) => ({ message_id: `${at}`, text: 'y'.repeat(9_000) })),
    read: {},
  },
};

const textOf = (pieces: readonly Buffer[]) => Buffer.concat(pieces).toString();

describe('JSON in pieces', () => {
  for (const [name, value] of Object.entries(values)) {
    it(`of ${name} is what JSON.stringify() gives, and no piece is large`, () => {
      const pieces = encodePieces(value);
      assert.equal(textOf(pieces), JSON.stringify(value));
      assert.equal(bytesOf(pieces), Buffer.byteLength(JSON.stringify(value)));
      for (const { length } of pieces) assert.ok(length < 512 * 1024, `${length} bytes`);
    });
  }
});

describe('an answer', () => {
  const document = { type: 'text', content: 'x'.repeat(100_000) };

  it('shares the bytes of its document with others that have the same', () => {
    const encodings = new Encodings();
    const [one, other] = [1, 2].map((sequence) => encodings.answer({ document, sequence }));
    assert.deepEqual(JSON.parse(textOf(other?.pieces ?? [])), { sequence: 2, document });
    const shared = new Set(one?.pieces);
    assert.ok(bytesOf((other?.pieces ?? []).filter((piece) => !shared.has(piece))) < 100);
  });

  it('may have nothing else, or no document', () => {
    const encodings = new Encodings();
    assert.deepEqual(JSON.parse(textOf(encodings.answer({ document }).pieces)), { document });
    assert.deepEqual(JSON.parse(textOf(encodings.answer({ document: undefined, more: false } as object).pieces)), {
      more: false,
    });
  });

  it('lets go of the documents that were asked for longest ago, where there are more than 4 MiB', () => {
    const encodings = new Encodings();
    const documents = Array.from({ length: 5 }, () => ({ content: 'x'.repeat(1024 * 1024) }));
    const encode = (index: number) => encodings.answer({ document: documents[index] } as object).pieces[1];
    const first = encode(0);
    encode(1);
    encode(2);
    assert.equal(encode(0), first);
    encode(3);
    encode(4);
    assert.equal(encode(0), first);
    const again = encode(1);
    assert.equal(encode(1), again);
  });

  it('is written over by the next one when nobody has it any longer, and not before', () => {
    const encodings = new Encodings();
    const [one, other] = ['a', 'b'].map((letter) => ({ content: letter.repeat(3 * 1024 * 1024) }));
    const [first, second] = [1, 2].map(() => encodings.answer({ document: one }));
    const json = JSON.stringify({ document: one });
    first?.release();
    for (let time = 0; time < 3; time++) encodings.answer({ document: other }).release();
    assert.ok(textOf(second?.pieces ?? []) === json);
    second?.release();
    encodings.answer({ document: { content: 'c'.repeat(3 * 1024 * 1024) } });
    assert.ok(textOf(second?.pieces ?? []) !== json);
  });

  it('is the packet that Socket.IO would write, whole and as a frame', () => {
    const json = encodePieces({ ok: true, text: 'ü' });
    const answer = encodeLarge(12, json, '/tutti');
    assert.equal(answer.packet, '3/tutti,12[{"ok":true,"text":"ü"}]');
    assert.equal(textOf(answer.frame.slice(1)), `4${answer.packet}`);
    assert.deepEqual([...(answer.frame[0] ?? [])], [0x81, Buffer.byteLength(`4${answer.packet}`)]);
    assert.equal(encodeLarge('room_joined', json).packet, '2["room_joined",{"ok":true,"text":"ü"}]');
  });
});
