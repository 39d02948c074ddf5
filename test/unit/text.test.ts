import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { type as textUnicode } from 'ot-text-unicode';
import type { TextOperation, TextPart } from '../../shared/documents/text/operation.ts';
import { text as documentType } from '../../shared/documents/text.ts';
import { type ErrorCode, Refusal } from '../../shared/refusals.ts';
import { typeOf } from '../support/kinds.ts';
import { Random } from '../support/random.ts';

const text = documentType as Required<typeof documentType>;
const limits = { max_operation_bytes: 262_144, max_operation_parts: 2_000 };
const author = { user_id: 'ann', role: 'editor' } as const;

/** Insertions and deletions in any order, with and without something between. */
function manyParts(random: Random, count: number): TextOperation {
  const operation: TextPart[] = [];
  while (operation.length < count) {
    if (random.oneIn(2)) operation.push(random.between(1, 3));
    if (random.oneIn(2)) operation.push('é😀x'.slice(0, random.pick([1, 3, 4])));
    if (random.oneIn(2)) operation.push({ d: random.between(1, 3) });
  }
  const parts = operation.filter((part, index) => typeof part !== typeof operation[index - 1]);
  return typeof parts.at(-1) === 'number' ? [...parts, 'x'] : parts;
}

/** Where a point is after an operation, part by part. */
function slowly(point: number, operation: TextOperation): number {
  let [at, result] = [0, point];
  for (const part of operation) {
    if (at >= result) break;
    if (typeof part === 'number') at += part;
    else if (typeof part === 'object') result -= Math.min(part.d, result - at);
    else [at, result] = [at + [...part].length, result + [...part].length];
  }
  return result;
}

/** The library's functions in our types. */
const library = textUnicode as unknown as Pick<typeof text, 'transform' | 'compose'>;

describe('text', () => {
  it('is what a song holds', () => {
    assert.equal(typeOf('song:42').name, 'text');
    assert.equal(text.save(text.create()), '');
  });

  it('loads what it saved, and nothing but a string', () => {
    assert.equal(text.save(text.load('Ob-La-Di 🎶')), 'Ob-La-Di 🎶');
    for (const stored of [undefined, null, 7, ['a'], { text: 'a' }]) assert.throws(() => text.load(stored), /string/);
  });

  it('repairs a stored text with half a pair without changing its length', () => {
    const content = text.load('a\ud83db');
    assert.equal(text.save(content), 'a\ufffdb');
    assert.equal(text.length(content), 3);
  });

  it('knows its length in code points and its size in bytes', () => {
    const content = text.load('a😀歌');
    assert.deepEqual([text.length(content), text.bytes(content)], [3, 8]);
  });

  it('refuses to apply what does not fit', () => {
    assert.throws(() => apply('abc', [4, 'x']), {
      error_code: 'invalid_operation',
      message: 'operation reaches 4, the document has 3 characters',
    });
  });
});

describe('two text operations at once', () => {
  it('lead to the same text in either order', () => {
    property(edits, ({ content, a, b }) => {
      const aFirst = apply(apply(content, a), text.transform(b, a, 'right'));
      const bFirst = apply(apply(content, b), text.transform(a, b, 'left'));
      assert.equal(aFirst, bFirst);
    });
  });

  it('put the text of the left side first where they insert at one place', () => {
    assert.equal(apply(apply('[]', [1, 'ann']), text.transform([1, 'bob'], [1, 'ann'], 'right')), '[annbob]');
    assert.equal(apply(apply('[]', [1, 'ann']), text.transform([1, 'bob'], [1, 'ann'], 'left')), '[bobann]');
  });

  it('are left as they were, and transform into canonical ones', () => {
    property(edits, ({ a, b }) => {
      for (const operation of [a, b]) operation.forEach((part) => void Object.freeze(part));
      for (const side of ['left', 'right'] as const) {
        const transformed = text.transform(Object.freeze(a), Object.freeze(b), side);
        assert.deepEqual(text.decode(transformed, limits), transformed);
      }
    });
  });

  it('are transformed and composed as ot-text-unicode does', () => {
    property(edits, ({ a, b }) => {
      for (const side of ['left', 'right'] as const) {
        assert.deepEqual(text.transform(a, b, side), library.transform(a, b, side));
      }
    });
    property(editsInTurn, ({ first, second }) => {
      assert.deepEqual(text.compose(first, second), library.compose(first, second));
    });
  });

  it('survive the fuzzer of the OT types', () => {
    const { create, transform, compose } = text;
    muted(() => {
      fuzz(
        { name: 'text', create: () => text.save(create()) as string, apply, transform, compose },
        (content) => {
          const random = new Random(fuzz.randomInt(2 ** 32));
          const operation = random.textOperation(content.length > 200 ? 200 : [...content].length);
          return [operation, edited(content, operation)];
        },
        300,
      );
    });
  });
});

describe('a text operation', () => {
  it('does to the rope what it would do to an array of code points', () => {
    property(edits, ({ content, a }) => assert.equal(apply(content, a), edited(content, a)));
  });

  it('composed with the next one does what both do', () => {
    property(editsInTurn, ({ content, first, second }) => {
      for (const operation of [first, second]) operation.forEach((part) => void Object.freeze(part));
      const both = text.compose(Object.freeze(first), Object.freeze(second));
      assert.equal(apply(content, both), apply(apply(content, first), second));
      assert.deepEqual(text.decode(both, limits), both);
    });
  });

  it('is undone by its inverse', () => {
    property(edits, ({ content, a }) => {
      const inverse = text.invert(a, text.load(content));
      assert.equal(apply(apply(content, a), inverse), content);
      assert.deepEqual(text.decode(inverse, limits), inverse);
    });
  });

  it('lengthens the text by its growth', () => {
    property(edits, ({ content, a }) => {
      const before = text.length(text.load(content));
      assert.equal(text.length(text.load(apply(content, a))), before + text.growth(a));
    });
  });

  it('is decoded into a copy of its own', () => {
    const raw = [1, 'a', { d: 2 }];
    const operation = text.decode(raw, limits);
    assert.deepEqual(operation, raw);
    assert.notEqual(operation, raw);
    assert.notEqual(operation[2], raw[2]);
  });

  it('is brought into its one form', () => {
    assert.deepEqual(text.decode([1, 'a', 'b', { d: 1 }, { d: 2 }], limits), [1, 'ab', { d: 3 }]);
    assert.deepEqual(text.decode({ type: 'replace', position: 2, length: 1, content: 'x' }, limits), [
      2,
      'x',
      { d: 1 },
    ]);
    assert.deepEqual(text.decode({ type: 'replace', position: 2, length: 0, content: '' }, limits), []);
  });

  it('may have as many parts and bytes as the limits say, and not one more', () => {
    const few = { max_operation_parts: 2, max_operation_bytes: 8 };
    assert.deepEqual(text.decode([1, '😀😀'], few), [1, '😀😀']);
    assert.throws(() => text.decode([1, '😀😀a'], few), {
      error_code: 'too_large',
      message: 'operation inserts 9 bytes, the limit is 8',
    });
    assert.throws(() => text.decode([1, 'a', 1], few), {
      error_code: 'too_large',
      message: 'operation has 3 parts, the limit is 2',
    });
  });

  it('is refused with the name of the part that is wrong', () => {
    for (const [raw, message] of [
      [[1, 'a', 0], 'operation[2]: expected a whole number of at least 1'],
      [[{ d: 1.5 }], 'operation[0]: expected a whole number of at least 1'],
      [[1, 2], 'operation[1]: expected no retain after a retain'],
      [{ type: 'delete', position: -1, length: 1 }, 'operation.position: expected a whole number of at least 0'],
    ] as const) {
      assert.throws(() => text.decode(raw, limits), { error_code: 'bad_request', message });
    }
  });
});

describe('a hostile text operation', () => {
  const content = text.load('Ob-La-Di 🎶 '.repeat(8));
  const before = text.save(content);

  for (const [name, raw, error_code] of hostileOperations()) {
    it(`${name}: refused as ${error_code} in less than a millisecond, and no harm done`, () => {
      const refuse = () => refusalOf(() => text.check(text.decode(raw, limits), { length: content.length }, author));
      assert.equal(refuse(), error_code);
      assert.ok(medianTime(refuse) < 1, 'it took longer');
      assert.equal(text.save(content), before);
      assert.equal(apply('next', [4, '!']), 'next!');
    });
  }
});

describe('a cursor in a text', () => {
  const { transformPosition } = text;

  it('stays before what someone else types at it', () => {
    assert.equal(transformPosition(3, [3, 'ab'], false), 3);
  });

  it('goes behind what its owner types', () => {
    assert.equal(transformPosition(3, [3, 'ab'], true), 5);
    assert.equal(transformPosition(3, [1, { d: 2 }, '😀'], true), 2);
  });

  it('moves with the text around it, in code points', () => {
    assert.equal(transformPosition(3, [1, '😀'], false), 4);
    assert.equal(transformPosition(3, [1, { d: 1 }], true), 2);
    assert.equal(transformPosition(3, [4, 'behind it'], true), 3);
  });

  it('falls to the place where the text around it was deleted', () => {
    assert.equal(transformPosition(5, [2, { d: 6 }], false), 2);
  });

  it('keeps both ends of a selection, in either direction', () => {
    assert.deepEqual(transformPosition({ anchor: 6, head: 2 }, [4, 'xyz'], false), { anchor: 9, head: 2 });
    assert.deepEqual(transformPosition({ anchor: 1, head: 4 }, [4, 'x'], true), { anchor: 1, head: 5 });
  });

  it('moves over an operation of many parts as over one of few', () => {
    const random = new Random(1);
    for (let round = 0; round < 50; round++) {
      const operation = manyParts(random, random.between(30, 90));
      for (let point = 0; point < 200; point++) {
        assert.equal(
          text.transformPosition(point, operation, false),
          slowly(point, operation),
          JSON.stringify(operation),
        );
      }
    }
  });

  it('that is nowhere stays nowhere', () => {
    assert.equal(transformPosition(null, ['x'], true), null);
  });

  it('stays in the text, and its order among others', () => {
    property(edits, ({ content, a }) => {
      const { length } = [...content];
      for (const own of [true, false]) {
        let before = 0;
        for (let point = 0; point <= length; point++) {
          const after = transformPosition(point, a, own) as number;
          assert.ok(after >= before, `${point} goes to ${after}, and the one before it to ${before}`);
          before = after;
        }
        assert.ok(before <= [...edited(content, a)].length);
      }
    });
  });

  it('is read as a number, a selection or null', () => {
    for (const position of [0, 7, { anchor: 3, head: 0 }, null]) {
      assert.deepEqual(text.decodePosition(position), position);
    }
  });

  it('is refused where it is anything else', () => {
    const wrong = [
      undefined,
      -1,
      0.5,
      Number.NaN,
      2 ** 53,
      '3',
      true,
      [],
      {},
      { anchor: 1 },
      { anchor: 1, head: '2' },
      1n,
    ];
    for (const position of wrong)
      assert.equal(
        refusalOf(() => text.decodePosition(position)),
        'bad_request',
      );
  });
});

type Row = [name: string, raw: unknown, error_code: ErrorCode];

function hostileOperations(): Row[] {
  const kinds: Record<string, unknown> = {
    nothing: undefined,
    null: null,
    'a string': 'insert',
    'a number': 7,
    'a boolean': true,
    'a BigInt': 7n,
    'a function': () => [1, 'x'],
    'a symbol': Symbol('x'),
    'a Date': new Date(0),
    'a Map': new Map([['d', 1]]),
    'a Set': new Set([1]),
    'a typed array': new Uint32Array([1, 2]),
    'a typed array of a million': new Uint8Array(1e6),
    'an object like a list': { 0: 'x', length: 1 },
    'an object without a type': { position: 0, content: 'x' },
    'a short form of no known type': { type: 'constructor', position: 0, content: 'x' },
    'an insert without content': { type: 'insert', position: 0 },
    'an insert of nothing': { type: 'insert', position: 0, content: '' },
    'an insert of a list': { type: 'insert', position: 0, content: ['x'] },
    'an insert of half a pair': { type: 'insert', position: 0, content: '\udc00' },
    'an insert at a string': { type: 'insert', position: '0', content: 'x' },
    'an insert before the beginning': { type: 'insert', position: -1, content: 'x' },
    'a delete of nothing': { type: 'delete', position: 0, length: 0 },
    'a delete of a fraction': { type: 'delete', position: 0, length: 1.5 },
    'a delete whose end overflows': { type: 'delete', position: Number.MAX_SAFE_INTEGER, length: 1 },
    'a replace without length': { type: 'replace', position: 0, content: 'x' },
  };
  const parts: Record<string, unknown[]> = {
    'a retain of zero': [0, 'x'],
    'a retain of negative zero': [-0, 'x'],
    'a negative retain': [-1, 'x'],
    'a retain of a fraction': [1.5, 'x'],
    'a retain of NaN': [Number.NaN, 'x'],
    'an endless retain': [Number.POSITIVE_INFINITY, 'x'],
    'a retain beyond whole numbers': [2 ** 53, 'x'],
    'retains that overflow together': [Number.MAX_SAFE_INTEGER, 'x', 1, 'y'],
    'a retain after a retain': [1, 2, 'x'],
    'a retain at the end': ['x', 3],
    'a BigInt to retain': [1n, 'x'],
    'a boolean to retain': [true, 'x'],
    'a number object': [Object(1), 'x'],
    'an empty insert': [1, ''],
    'the first half of a pair': ['\ud83d'],
    'the second half of a pair': ['\ude00'],
    'halves in the wrong order': ['\ude00\ud83d'],
    'a pair in two inserts': ['\ud83d', '\ude00'],
    'a string object': [Object('x')],
    'a hole': sparse(1, 'x'),
    'nothing but holes': new Array(2_000),
    'null for a part': [null],
    'undefined for a part': [undefined],
    'a list for a part': [['x']],
    'lists ten thousand deep': nested(10_000),
    'objects ten thousand deep': [deepObject(10_000)],
    'an empty object': [{}],
    'a delete of zero': [{ d: 0 }],
    'a delete of a negative number': [{ d: -3 }],
    'a delete by half': [{ d: 0.5 }],
    'a delete by a text': [{ d: 'Ob-La' }],
    'a delete by a list': [{ d: [1] }],
    'a delete by an object that is worth a number': [{ d: { valueOf: () => 1 } }],
    'a delete beyond whole numbers': [{ d: 1e300 }],
    'deletes that overflow together': [{ d: Number.MAX_SAFE_INTEGER }, { d: Number.MAX_SAFE_INTEGER }],
    'a delete with another key': [{ d: 1, i: 'x' }],
    'a delete with a symbol': [{ d: 1, [Symbol.iterator]: 1 }],
    'a delete with a __proto__ of its own': JSON.parse('[{ "d": 1, "__proto__": { "d": 2 } }]'),
    'a __proto__ and no delete': JSON.parse('[{ "__proto__": { "d": 1 } }]'),
    'an inherited delete': [Object.create({ d: 1 })],
    'a delete behind a getter': [Object.defineProperty({}, 'd', { get: () => 1, enumerable: true })],
    'a getter that throws': [Object.defineProperty({}, 'd', { get: () => assert.fail('it was looked at') })],
    'a Date for a part': [new Date(0)],
    'a Map for a part': [new Map([['d', 1]])],
    'a typed array for a part': [new Uint8Array(1e6)],
    'a function for a part': [() => 1],
    'a symbol for a part': [Symbol('d')],
  };
  const large: Record<string, unknown> = {
    'a million parts': new Array(1e6).fill('x'),
    'a million holes': new Array(1e6),
    'the longest of all lists': new Array(2 ** 32 - 1),
    'one part too many': new Array(2_001).fill('x'),
    'one MiB to insert': ['x'.repeat(2 ** 20)],
    'one MiB of half pairs': ['\ud83d'.repeat(2 ** 20)],
    'one MiB in the short form': { type: 'insert', position: 0, content: '歌'.repeat(2 ** 20) },
    'one byte too many': ['x'.repeat(262_145)],
    'two inserts that are too long together': ['x'.repeat(131_072), 1, 'x'.repeat(131_073)],
  };
  const tooFar: Record<string, unknown> = {
    'an insert past the end': [96, 'x'],
    'an insert at ten billion': [1e10, 'x'],
    'an insert at the last whole number': [Number.MAX_SAFE_INTEGER, 'x'],
    'a delete past the end': [80, { d: 9 }],
    'a delete of ten billion': [{ d: 1e10 }],
    'a retain past the end after a delete': [{ d: 88 }, 'x', 1, 'y'],
    'a short form past the end': { type: 'insert', position: 89, content: 'x' },
  };
  const rows = (table: Record<string, unknown>, error_code: ErrorCode): Row[] =>
    Object.entries(table).map(([name, raw]) => [name, raw, error_code]);
  return [
    ...rows(kinds, 'bad_request'),
    ...rows(parts, 'bad_request'),
    ...rows(large, 'too_large'),
    ...rows(tooFar, 'invalid_operation'),
  ];
}

function sparse(at: number, part: TextPart): unknown[] {
  const list: unknown[] = [];
  list[at] = part;
  return list;
}

function nested(depth: number): unknown[] {
  let list: unknown[] = ['x'];
  for (let level = 0; level < depth; level++) list = [list];
  return list;
}

function deepObject(depth: number): object {
  let object: object = { d: 1 };
  for (let level = 0; level < depth; level++) object = { d: object };
  return object;
}

function refusalOf(attempt: () => void): ErrorCode | undefined {
  try {
    attempt();
  } catch (error) {
    if (error instanceof Refusal) return error.error_code;
    throw error;
  }
  return undefined;
}

/** Milliseconds, in the middle of several runs after two for warming up. */
function medianTime(run: () => void): number {
  const times = Array.from({ length: 9 }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return times.slice(2).sort((one, other) => one - other)[3] as number;
}

function apply(content: string, operation: TextOperation): string {
  const entry = { operation, client_id: 'a', user_id: 'ann', timestamp: 0 };
  return text.save(text.apply(text.load(content), entry, 1)) as string;
}

/** What an operation means, said in the simplest way: over an array of code points. */
function edited(content: string, operation: TextOperation): string {
  const points = [...content];
  const result: string[] = [];
  for (const part of operation) {
    if (typeof part === 'string') result.push(part);
    else if (typeof part === 'number') result.push(...points.splice(0, part));
    else points.splice(0, part.d);
  }
  return [...result, ...points].join('');
}

const runs = { numRuns: 1_000 };

function property<Case>(cases: fc.Arbitrary<Case>, check: (one: Case) => void): void {
  fc.assert(fc.property(cases, check), runs);
}

function contents(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc.constant('😀 ob la di '.repeat(200)),
  );
}

/** Operations that fit a text of so many code points. */
function operationsOn(length: number): fc.Arbitrary<TextOperation> {
  const part = fc.oneof(
    fc.nat(8),
    fc.nat(length),
    fc.string({ unit: 'binary', maxLength: 4 }),
    fc.record({ d: fc.nat(8) }),
    fc.record({ d: fc.nat(length) }),
  );
  return fc.array(part, { maxLength: 10 }).map((parts) => fitted(parts, length));
}

/** The parts cut to a text of so many code points, in canonical form. */
function fitted(parts: TextPart[], length: number): TextOperation {
  let rest = length;
  let retained = 0;
  const operation: TextPart[] = [];
  for (const part of parts) {
    const points = typeof part === 'string' ? 0 : Math.min(rest, typeof part === 'number' ? part : part.d);
    rest -= points;
    if (typeof part === 'number') retained += points;
    const isEmpty = part === '' || (typeof part === 'object' && points === 0);
    if (typeof part === 'number' || isEmpty) continue;
    if (retained > 0) operation.push(retained);
    retained = 0;
    operation.push(typeof part === 'string' ? part : { d: points });
  }
  return text.decode(operation, limits);
}

/** A text, and two operations that were both made on it. */
const edits = contents().chain((content) => {
  const operation = operationsOn([...content].length);
  return fc.record({ content: fc.constant(content), a: operation, b: operation });
});

/** A text, an operation on it, and one on what came of it. */
const editsInTurn = edits.chain(({ content, a: first }) =>
  fc.record({
    content: fc.constant(content),
    first: fc.constant(first),
    second: operationsOn([...edited(content, first)].length),
  }),
);

interface Fuzzer {
  (type: object, randomOperation: (content: string) => [TextOperation, string], iterations: number): void;
  /** A whole number below `limit`, from the fuzzer's own seed. */
  randomInt(limit: number): number;
}
const fuzz = createRequire(import.meta.url)('ot-fuzzer') as Fuzzer;

/** The fuzzer tells its progress; what counts is whether it throws. */
function muted(run: () => void): void {
  const { log, error, time, timeEnd } = console;
  const silence = () => {};
  Object.assign(console, { log: silence, error: silence, time: silence, timeEnd: silence });
  try {
    run();
  } finally {
    Object.assign(console, { log, error, time, timeEnd });
  }
}
