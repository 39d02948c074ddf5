import assert from 'node:assert/strict';
import { askAgainIn } from '../../client/connection/renewal.ts';

describe('a token that is still the old one', () => {
  for (const random of [0, 0.5, 0.999]) {
    const askAgain = (left: number, attempt = 1) => askAgainIn(left, attempt, () => random);

    it(`is asked for again shortly before it expires, just after, and then with growing pauses (${random})`, () => {
      const before = askAgain(50_000);
      assert.ok(before >= 40_000 && before <= 45_000, String(before));
      const after = askAgain(4_000);
      assert.ok(after >= 4_250 && after <= 6_000, String(after));
      assert.ok(askAgain(-2_000, 3) <= 4_000);
      assert.ok(askAgain(-2_000, 30) <= 30_000);
    });
  }
});
