import assert from 'node:assert/strict';
import { cleanup } from '../support/cleanup.ts';

/** A tab of a page that came without TLS: the module as that tab has it. */
async function openTab() {
  const { isFree } = (await import(
    `../../client/room/wordOfMouth.ts?${Math.random()}`
  )) as typeof import('../../client/room/wordOfMouth.ts');
  const held = new Set<string>();
  const claim = async (name: string, patience = 0, isNew = false) => {
    const isOurs = await isFree(name, held, patience, isNew);
    if (isOurs) held.add(name);
    return isOurs;
  };
  return { held, claim };
}

describe('tabs without locks', () => {
  beforeEach(() => {
    const { BroadcastChannel } = globalThis;
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
    assert.equal(await one.claim('a'), true);
    assert.equal(await other.claim('a'), false);
    assert.equal(await one.claim('a'), false);
    assert.equal(await other.claim('b'), true);
    assert.equal(await one.claim('b'), false);
    one.held.delete('a');
    assert.equal(await other.claim('a'), true);
  });

  it('that ask at once get it one of them', async () => {
    const tabs = [await openTab(), await openTab(), await openTab()];
    for (let round = 0; round < 3; round++) {
      const answers = await Promise.all(tabs.map((tab) => tab.claim(`round ${round}`)));
      assert.deepEqual(answers.toSorted(), [false, false, true]);
    }
  });

  it('ask again for a while, where the one that has it is about to go', async () => {
    const [one, other] = [await openTab(), await openTab()];
    await one.claim('a');
    const claimed = other.claim('a', 10_000);
    const refused = await other.claim('a');
    assert.equal(refused, false);
    one.held.delete('a');
    assert.equal(await claimed, true);
  });

  it('have what is new at once, and answer for it', async () => {
    const [one, other] = [await openTab(), await openTab()];
    assert.equal(await one.claim('a', 0, true), true);
    assert.equal(await other.claim('a'), false);
  });
});
