import assert from 'node:assert/strict';
import { addition } from '../../shared/documents/text/difference.ts';
import { applyOperation } from '../../shared/documents/text/operation.ts';
import { fromText, toText } from '../../shared/documents/text/rope.ts';
import { Random } from '../support/random.ts';

function joined(before: string, after: string): string {
  return toText(applyOperation(fromText(before), addition(before, after)));
}

describe('what one text lacks of another', () => {
  it('is added to it by lines, with a line of its own for each', () => {
    assert.equal(joined('kept\n', 'kept\nlost\n'), 'kept\nlost\n');
    assert.equal(joined('kept', 'kept\nlost'), 'kept\nlost');
    assert.equal(joined('kept', 'lost\nkept'), 'lost\nkept');
    assert.equal(joined('', 'lost'), 'lost');
    assert.equal(joined('kept', ''), 'kept');
    assert.equal(joined('one', 'other'), 'other\none');
    assert.equal(joined('a\nnew\nb', 'a\nlost\nb'), 'a\nlost\nnew\nb');
  });

  it('has no line that is in both, also where lines before and behind it are not', () => {
    assert.equal(joined('new\nboth\nend', 'both\nlost\nend'), 'new\nboth\nlost\nend');
    assert.equal(joined('new\nboth', 'both\nlost'), 'new\nboth\nlost');
    assert.equal(joined('both\nnew', 'lost\nboth'), 'lost\nboth\nnew');
  });

  it('is added within a line where that has only grown, and makes no line the beginning and end of several', () => {
    assert.equal(joined('kept ', 'kept lost'), 'kept lost');
    assert.equal(joined('kept ', 'kept lost\nmore'), 'kept lost\nmore');
    assert.equal(joined('b1', 'b3\nb11'), 'b3\nb11\nb1');
    assert.equal(joined('b3\nb11', 'b1'), 'b1\nb3\nb11');
  });

  it('makes a text of two that has each line of either once', () => {
    const random = new Random();
    for (let run = 0; run < 3_000; run++) {
      const all = Array.from({ length: random.between(0, 12) }, (_, line) => `${'ab'[line % 2]}${10 + line}`);
      const some = () => all.filter(() => random.oneIn(2)).join('\n') + random.pick(['', '\n']);
      const [before, after] = [some(), some()];
      const lines = (text: string) => text.split('\n').filter((line) => line !== '');
      const expected = all.filter((line) => [...lines(before), ...lines(after)].includes(line));
      const problem = `fails with SEED=${random.seed}: ${JSON.stringify({ before, after, is: joined(before, after) })}`;
      assert.deepEqual(lines(joined(before, after)).sort(), expected.sort(), problem);
    }
  });
});
