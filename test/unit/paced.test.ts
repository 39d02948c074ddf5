import assert from 'node:assert/strict';
import { paced } from '../../server/watch/paced.ts';

describe('what takes long, and many ask for', () => {
  it('is made once for all who ask meanwhile, and anew for who asks later', async () => {
    let made = 0;
    const read = paced(async () => ++made);
    const first = read();
    assert.equal(read(), first);
    assert.equal(await first, 1);
    assert.equal(await read(), 2);
  });

  it('takes no more than a twentieth of the time', async () => {
    let now = 0;
    const read = paced(
      async () => {
        now += 1;
      },
      () => now,
    );
    await read();
    const began = performance.now();
    await read();
    assert.ok(performance.now() - began > 15);
  });

  it('is made again after it failed', async () => {
    let made = 0;
    const read = paced(async () => {
      made += 1;
      if (made === 1) throw new Error('not yet');
      return made;
    });
    await assert.rejects(read(), /not yet/);
    assert.equal(await read(), 2);
  });
});
