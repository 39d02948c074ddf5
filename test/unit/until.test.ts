import assert from 'node:assert/strict';
import { testRuns, until, untilEqual } from '../support/until.ts';

describe('a wait for something that does not come', () => {
  /** Each is to end a tenth of a second before mocha would. */
  beforeEach(() => testRuns(() => 1_100));

  it('ends before mocha ends the test, and says for what it was', async () => {
    await assert.rejects(
      until(() => false),
      /waited 0\.\d+ s in vain until \(\) ?=> ?false/,
    );
  });

  it('ends as well where there is no answer at all', async () => {
    await assert.rejects(
      until(() => new Promise<boolean>(() => undefined)),
      /in vain until/,
    );
  });

  it('says what there was instead', async () => {
    await assert.rejects(
      untilEqual(() => 'one', 'two'),
      ({ actual, expected }: assert.AssertionError) => actual === 'one' && expected === 'two',
    );
    await untilEqual(() => ['two'], ['two']);
  });
});
