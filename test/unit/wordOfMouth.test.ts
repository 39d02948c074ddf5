import assert from 'node:assert/strict';
import { cleanup } from '../support/cleanup.ts';

/** A tab of a page that came without TLS: the module as that tab has it. */
async function openTab() {
  const { claimByWord } = (await import(
    `../../client/room/wordOfMouth.ts?${Math.random()}`
  )) as typeof import('../../client/room/wordOfMouth.ts');
  return (name: string, patience = 0, isNew = false) => claimByWord(name, patience, isNew);
}

describe('tabs without locks', () => {
  beforeEach(() => {
    const { BroadcastChannel } = globalThis;
    Object.assign(globalThis, { window: globalThis });
    cleanup(() => Reflect.deleteProperty(globalThis, 'window'));
    // Node's keeps the process alive.
    globalThis.BroadcastChannel = class extends BroadcastChannel {
      constructor(name: string) {
        super(name);
        cleanup(() => this.close());
      }
    };
    cleanup(() => Object.assign(globalThis, { BroadcastChannel }));
  });

  it('have a name one at a time, whichever has it', async () => {
    const [one, other] = [await openTab(), await openTab()];
    const release = await one('a');
    assert.ok(release);
    assert.equal(await other('a'), undefined);
    assert.equal(await one('a'), undefined);
    assert.ok(await other('b'));
    assert.equal(await one('b'), undefined);
    release();
    assert.ok(await other('a'));
  });

  it('that ask at once get it one of them', async () => {
    const tabs = [await openTab(), await openTab(), await openTab()];
    for (let round = 0; round < 3; round++) {
      const answers = await Promise.all(tabs.map((claim) => claim(`round ${round}`)));
      assert.equal(answers.filter((release) => release).length, 1);
    }
  });

  it('ask again for a while, where the one that has it is about to go', async () => {
    const [one, other] = [await openTab(), await openTab()];
    const release = await one('a');
    const claimed = other('a', 10_000);
    assert.equal(await other('a'), undefined);
    release?.();
    assert.ok(await claimed);
  });

  it('have what is new at once, and answer for it', async () => {
    const [one, other] = [await openTab(), await openTab()];
    assert.ok(await one('a', 0, true));
    assert.equal(await other('a'), undefined);
  });
});
