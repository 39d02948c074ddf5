import assert from 'node:assert/strict';
import { changeOf } from '../../server/editing/change.ts';
import { piecesOf } from '../../server/editing/pieces.ts';
import { applyOperation, insertedBytes, type TextOperation } from '../../shared/documents/text/operation.ts';
import { fromText, toText } from '../../shared/documents/text/rope.ts';
import { transformOperation } from '../../shared/documents/text/transform.ts';
import { Random } from '../support/random.ts';

/** The text after pieces that were all made on it, committed in their order by one client. */
function commit(text: string, pieces: TextOperation[]): string {
  let rope = fromText(text);
  const committed: TextOperation[] = [];
  for (const piece of pieces) {
    const brought = committed.reduce((operation, over) => transformOperation(operation, over, 'right'), piece);
    rope = applyOperation(rope, brought);
    committed.push(brought);
  }
  return toText(rope);
}

describe('a text that is replaced', () => {
  it('becomes the other one by its difference, in pieces that keep to the limits', () => {
    const random = new Random();
    random.tell(() => {
      for (let round = 0; round < 500; round += 1) {
        const [before, after] = [random.text(30), random.text(30)];
        const { operation } = changeOf(before, after);
        assert.equal(toText(applyOperation(fromText(before), operation)), after);
        const limits = { max_operation_bytes: random.between(4, 40), max_operation_parts: random.between(2, 8) };
        const pieces = piecesOf(operation, limits);
        for (const piece of pieces) {
          assert.ok(piece.length <= limits.max_operation_parts);
          assert.ok(insertedBytes(piece) <= limits.max_operation_bytes);
        }
        assert.equal(commit(before, pieces), after);
      }
    });
  });

  it('is compared at its ends alone where it is long', () => {
    const words = (word: string) => `first 😀${`${word} same\n`.repeat(20_000)}😁 last`;
    const { operation, compared } = changeOf(words('old'), words('new'));
    assert.equal(compared, 0);
    assert.deepEqual(
      operation.map((part) => typeof part),
      ['number', 'string', 'object'],
    );
    assert.equal(toText(applyOperation(fromText(words('old')), operation)), words('new'));
  });
});
