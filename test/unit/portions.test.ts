import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { nextTurn } from '../../server/limits/longWork.ts';
import { Portions } from '../../server/limits/portions.ts';

describe('what comes in one go', () => {
  it('is done a few at once, in the order in which it came, and others have their turn between', async () => {
    const portions = new Portions(nextTurn);
    const done: number[] = [];
    const all = Array.from({ length: 1_000 }, (_, piece) => portions.next().then(() => done.push(piece)));
    let [turns, most] = [0, 0];
    for (let before = 0; done.length < all.length; turns++) {
      await setImmediate();
      most = Math.max(most, done.length - before);
      before = done.length;
    }
    assert.deepEqual(done, [...all.keys()]);
    assert.ok(turns > 50 && most <= 20, `${turns} turns, of ${most}`);
  });

  it('waits for nobody where it is little', async () => {
    const portions = new Portions(() => Promise.reject(new Error('there is no need to')));
    for (let piece = 0; piece < 3; piece++) await portions.next();
  });
});
