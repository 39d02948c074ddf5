import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { Turns } from '../../server/limits/turns.ts';

describe('the line of those of whom the last took long', () => {
  it('lets on one each time around, in the order in which they came', async () => {
    const turns = new Turns();
    const seen: string[] = [];
    for (const name of ['ann', 'ben', 'cyd']) turns.wait(0, () => seen.push(name));
    assert.equal(seen.length, 0);
    for (const expected of ['ann', 'ann,ben', 'ann,ben,cyd']) {
      while (seen.join() !== expected) {
        assert.ok(expected.startsWith(seen.join()));
        await setImmediate();
      }
    }
    turns.wait(0, () => seen.push('dan'));
    while (seen.at(-1) !== 'dan') await setImmediate();
  });

  it('leaves as much time to others as the last one took', async () => {
    const turns = new Turns();
    const began = performance.now();
    let [ann, ben] = [0, 0];
    turns.wait(50, () => {
      ann = performance.now() - began;
      turns.wait(100, () => {
        ben = performance.now() - began;
      });
    });
    while (ben === 0) await setImmediate();
    // A timer may be a millisecond early.
    assert.ok(ann >= 48 && ben >= 147, `${ann}, ${ben}`);
  });
});
