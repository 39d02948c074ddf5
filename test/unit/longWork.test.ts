import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { LongWork } from '../../server/limits/longWork.ts';

describe('those of whom the last took long', () => {
  it('are let on one each time around, in the order in which they came', async () => {
    const work = new LongWork();
    const seen: string[] = [];
    const comes = (name: string) => work.turn().then(() => seen.push(name));
    for (const name of ['ann', 'ben', 'cyd']) void comes(name);
    await Promise.resolve();
    assert.equal(seen.length, 0);
    for (const expected of ['ann', 'ann,ben', 'ann,ben,cyd']) {
      while (seen.join() !== expected) {
        assert.ok(expected.startsWith(seen.join()));
        await setImmediate();
      }
    }
    await comes('dan');
    assert.equal(seen.at(-1), 'dan');
  });

  it('leave as much time to others as the last one took', async () => {
    const work = new LongWork();
    const began = performance.now();
    await work.turn(50);
    const ann = performance.now() - began;
    await work.turn(100);
    const ben = performance.now() - began;
    // A timer may be a millisecond early.
    assert.ok(ann >= 48 && ben >= 147, `${ann}, ${ben}`);
  });

  it('go on where the timers of the process are held meanwhile, as tests do', async () => {
    const work = new LongWork();
    mock.timers.enable({ apis: ['setTimeout'] });
    const turn = work.turn(50);
    mock.timers.reset();
    await turn;
  });

  it('wait no longer than a second for one that took a minute, as where the process stood still', async () => {
    const work = new LongWork();
    const began = performance.now();
    await work.turn(60_000);
    const waited = performance.now() - began;
    assert.ok(waited >= 998 && waited < 10_000, `${waited}`);
  });
});
