import assert from 'node:assert/strict';
import { insertRun, type Run } from '../../shared/documents/board/runs.ts';

describe('writing in a text of a board', () => {
  it('looks at the names alone of the runs of others, however many there are', () => {
    let looked = 0;
    const others = Array.from({ length: 2_000 }, (_, at) => ({
      id: `r${at}`,
      get from() {
        looked += 1;
        return 0;
      },
      text: 'x',
    }));
    const runs: Run[] = [...others, { id: 'end', from: 0, text: 'abc' }];
    const written = insertRun(runs, ['end', 1], { id: 'new', from: 0, text: 'y' });
    assert.equal(written.length, runs.length + 2);
    assert.deepEqual(written.slice(-3), [
      { id: 'end', from: 0, text: 'ab' },
      { id: 'new', from: 0, text: 'y' },
      { id: 'end', from: 2, text: 'c' },
    ]);
    assert.ok(looked < 10, `looked ${looked} times`);
  });
});
