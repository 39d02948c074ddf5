import assert from 'node:assert/strict';
import { attacks } from '../campaigns/attack/attacks.ts';
import { runAttack } from '../campaigns/attack/runner.ts';
import { wrongAnywhere } from '../campaigns/attack/verdict.ts';

/** The attacks of `npm run attack` that are made here, each for a moment. */
const chosen = ['noops-deaf-1', 'slow-heads', 'typing-of-a-full-room', 'resends-of-one-sequence'];
/** A neighbour's ping may take so many times as long as one to a server that nobody attacks, and as long as this at least. */
const slowest = { times: 20, milliseconds: 500 };

describe('an attack that goes on', () => {
  for (const attack of attacks.filter(({ name }) => chosen.includes(name))) {
    it(`by ${attack.name} is not noticed by others`, async () => {
      const outcome = await runAttack(attack, 'embedded', { warm: 0.5, quiet: 0.5, attack: 2 });
      assert.deepEqual(wrongAnywhere(outcome), []);
      const { ping, idle } = outcome.attacked;
      assert.ok(ping.count > 0, 'neighbours have pinged');
      const most = Math.max(slowest.milliseconds, slowest.times * idle.p99);
      assert.ok(
        ping.p99 <= most,
        `the 99th percentile of pings is ${ping.p99} ms, that of an idle server ${idle.p99} ms`,
      );
    });
  }

  it('is one of those that there are', () => {
    const names = attacks.map(({ name }) => name);
    assert.deepEqual(names, [...new Set(names)]);
    assert.deepEqual(
      chosen.filter((name) => !names.includes(name)),
      [],
    );
  });
});
