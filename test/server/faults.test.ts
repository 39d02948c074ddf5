import assert from 'node:assert/strict';
import { faults } from '../campaigns/faults/faults.ts';
import { runFault, wrong } from '../campaigns/faults/runner.ts';

/** The faults of `npm run faults` that happen here, each for a moment. */
const chosen = ['disk-full', 'copy-put-back'];

describe('a fault that happens to a server while people write', () => {
  for (const fault of faults.filter(({ name, stores }) => chosen.includes(name) && stores.includes('embedded'))) {
    it(`loses and doubles nothing, and is over soon: ${fault.name}`, async function () {
      this.timeout(150_000);
      const outcome = await runFault(fault, 'embedded', 0.5);
      assert.equal(outcome.missing, undefined);
      assert.deepEqual(wrong(outcome), []);
      assert.ok(outcome.acknowledged > 0, 'something was written');
    });
  }

  it('is one of those that there are', () => {
    const names = faults.flatMap(({ name, stores }) => stores.map((store) => `${name}, ${store}`));
    assert.deepEqual(names, [...new Set(names)]);
    assert.deepEqual(
      chosen.filter((name) => !names.includes(`${name}, embedded`)),
      [],
    );
  });
});
