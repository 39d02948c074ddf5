import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cleanup } from '../support/cleanup.ts';

describe('ports for tests', () => {
  it('are given once, whichever of eight processes asks, those of node and bus together', async () => {
    const taken = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const child = fork('test/support/takePorts.ts', { execArgv: ['--import', 'tsx'] });
        cleanup(() => child.kill());
        const [ports] = (await once(child, 'message')) as [number[]];
        return ports;
      }),
    );
    const all = taken.flat();
    assert.equal(all.length, 8 * 300);
    assert.equal(new Set(all).size, all.length);
    assert.ok(Math.min(...all) > 1_024 && Math.max(...all) < 32_768, 'systems give others to whoever connects');
  });
});
