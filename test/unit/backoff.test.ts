import assert from 'node:assert/strict';
import { backoff } from '../../client/connection/backoff.ts';

describe('backoff', () => {
  const longest = (attempt: number) => backoff(attempt, () => 1);

  it('waits up to a second first, and up to twice as long each time', () => {
    assert.deepEqual([1, 2, 3, 4, 5].map(longest), [1_000, 2_000, 4_000, 8_000, 16_000]);
  });

  it('never waits longer than thirty seconds, however often it failed', () => {
    assert.deepEqual([6, 7, 100, 10_000].map(longest), [30_000, 30_000, 30_000, 30_000]);
  });

  it('waits anything in between, so that nobody comes back with the others', () => {
    assert.equal(
      backoff(3, () => 0),
      0,
    );
    assert.equal(
      backoff(3, () => 0.25),
      1_000,
    );
    assert.equal(
      backoff(100, () => 0.5),
      15_000,
    );
  });
});
