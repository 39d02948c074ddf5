import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { splitOperation } from '../../client/documents/text/split.ts';
import { composeOperations } from '../../shared/documents/text/compose.ts';
import { difference } from '../../shared/documents/text/difference.ts';
import { applyOperation, insertedBytes, type TextOperation } from '../../shared/documents/text/operation.ts';
import { fromText, toText } from '../../shared/documents/text/rope.ts';
import { Random } from '../support/random.ts';

const require = createRequire(import.meta.url);
const library = require('ot-text-unicode').type as {
  compose(first: TextOperation, second: TextOperation): TextOperation;
};

describe('the difference of two texts', () => {
  const apply = (text: string, operation: TextOperation) => toText(applyOperation(fromText(text), operation));

  it('leaves what stands in both, by lines and words', () => {
    const before = 'a title\nsome words in a line\nthe end\n';
    const after = 'A title\nsome other words in a long line\nthe end\nand more\n';
    const operation = difference(before, after);
    assert.equal(apply(before, operation), after);
    assert.deepEqual(operation, ['A', { d: 1 }, 12, 'other ', 11, 'long ', 13, 'and more\n']);
  });

  it('cuts no line or word in two of which others have made several, or several one', () => {
    assert.deepEqual(difference('<a-5>\n<a-6>\n', '<a-6>\n'), [{ d: 6 }]);
    assert.deepEqual(difference('<a-6>\n', '<a-5>\n<a-6>\n'), ['<a-5>\n']);
    assert.deepEqual(difference('<a-5>\n<a-6>\n', '<a-7>\n'), ['<a-7>\n', { d: 12 }]);
  });

  it('never parts a surrogate pair', () => {
    assert.deepEqual(difference('a😀b', 'a😁b'), [1, '😁', { d: 1 }]);
    assert.deepEqual(difference('🐀', '😀'), ['😀', { d: 1 }]);
    assert.deepEqual(difference('a😀', 'a😀😀'), [2, '😀']);
    assert.deepEqual(difference('same', 'same'), []);
  });

  it('makes one of the other, whatever they are', () => {
    const random = new Random();
    random.tell(() => {
      for (let i = 0; i < 2_000; i++) {
        const before = random.text(random.between(0, 30));
        const middle = apply(before, random.textOperation(fromText(before).length));
        const after = random.oneIn(5) ? random.text(random.between(0, 30)) : middle;
        assert.equal(apply(before, difference(before, after)), after);
      }
    });
  });
});

describe('an operation that is split', () => {
  it('keeps to the limits in each piece, and does the same in all', () => {
    const random = new Random();
    random.tell(() => {
      for (let i = 0; i < 2_000; i++) {
        const base = fromText(random.text(random.between(0, 30)));
        const operation = random.textOperation(base.length);
        const limits = { max_operation_bytes: random.between(12, 28), max_operation_parts: random.between(4, 8) };
        let rope = base;
        let rest = operation;
        while (rest.length > 0) {
          let piece: TextOperation;
          [piece, rest] = splitOperation(rest, limits);
          assert(piece.length <= limits.max_operation_parts / 2 || piece === operation, JSON.stringify(piece));
          assert(insertedBytes(piece) <= limits.max_operation_bytes);
          assert(jsonBytes(piece) <= limits.max_operation_bytes, JSON.stringify(piece));
          rope = applyOperation(rope, piece);
        }
        assert.equal(toText(rope), toText(applyOperation(base, operation)));
      }
    });
  });

  it('leaves what there is no room for to the rest, and nothing else', () => {
    const limits = { max_operation_bytes: 1_000, max_operation_parts: 100 };
    const random = new Random();
    random.tell(() => {
      for (let i = 0; i < 2_000; i++) {
        const base = fromText(random.text(random.between(0, 30)));
        const operation = random.textOperation(base.length);
        const room = random.between(-5, 20);
        const [first, rest] = splitOperation(operation, limits, room);
        assert(insertedBytes(first) <= Math.max(0, room));
        assert(rest.every((part) => typeof part === 'string' || typeof part === 'number'));
        const whole = applyOperation(base, operation);
        assert.equal(toText(applyOperation(applyOperation(base, first), rest)), toText(whole));
        if (room >= insertedBytes(operation)) assert.deepEqual(rest, []);
      }
    });
  });
});

/** What an operation inserts, as bytes of JSON. */
function jsonBytes(operation: TextOperation): number {
  const texts = operation.filter((part) => typeof part === 'string');
  return texts.reduce((sum, text) => sum + Buffer.byteLength(JSON.stringify(text)) - 2, 0);
}

describe('composed operations', () => {
  it('are those of ot-text-unicode', () => {
    const random = new Random();
    random.tell(() => {
      for (let i = 0; i < 5_000; i++) {
        const base = fromText(random.text(random.between(0, 20)));
        const first = random.textOperation(base.length);
        const second = random.textOperation(applyOperation(base, first).length);
        assert.deepEqual(composeOperations(first, second), library.compose(first, second));
      }
    });
  });
});
