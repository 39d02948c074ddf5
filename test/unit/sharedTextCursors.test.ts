import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { Listeners } from '../../client/listeners.ts';
import { Ephemeral } from '../../client/room/ephemeral.ts';
import type { Cursor } from '../../shared/events.ts';
import { hear, story, submit } from '../support/annAndBob.ts';
import type { Peer } from '../support/network.ts';

describe('a cursor', () => {
  function cursor(client_id: string, position: Cursor['position'], revision?: number): Cursor {
    return { user_id: client_id, client_id, position, timestamp: 0, ...(revision !== undefined && { revision }) };
  }

  function shown({ text }: Peer) {
    return text.otherCursors.map(({ client_id, position }) => [client_id, position]);
  }

  it('is told in points, at the revision that is confirmed', () => {
    const { ann } = story('😀 one');
    assert.deepEqual(ann.text.toWire(3), { position: 2, revision: 1 });
    assert.deepEqual(ann.text.toWire({ anchor: 0, head: 6 }), { position: { anchor: 0, head: 5 }, revision: 1 });
    assert.deepEqual(ann.text.toWire(null), { position: null, revision: 1 });
    ann.type(3, '🎶🎶');
    ann.send();
    ann.type(0, '>>');
    assert.deepEqual(ann.text.toWire(9), { position: 2, revision: 1 });
    assert.deepEqual(ann.text.toWire(10), { position: 3, revision: 1 });
  });

  it('is told at the nearest place where the text has changed under it, and never refused', () => {
    const { ann, bob, network } = story('abcdef');
    bob.type(0, '🎶🎶');
    network.settle();
    assert.deepEqual(ann.text.toWire(1).position, ann.text.toWire(0).position, 'in the middle of an emoji');
    assert.deepEqual(ann.text.toWire({ anchor: 3, head: 40 }).position, { anchor: 1, head: 8 });
  });

  it('is told where it was when it was set, also where others have written an emoji there before that goes out', () => {
    const { network, ann, bob } = story('ab cd');
    const sent: unknown[] = [];
    mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000 });
    try {
      const ephemeral = new Ephemeral(ann.text, new Listeners(), (_, payload) => sent.push(payload) > 0);
      ephemeral.setCursor(0);
      ephemeral.setCursor(5);
      bob.type(0, '🎶🎶🎶');
      network.settle();
      assert.deepEqual(ann.text.toWire(5).position, 2, 'in the middle of an emoji');
      mock.timers.tick(50);
    } finally {
      mock.timers.reset();
    }
    assert.deepEqual(sent, [
      { position: 0, revision: 1 },
      { position: 5, revision: 1 },
    ]);
  });

  it('is shown where it is after all that is unsent here', () => {
    const { ann } = story('😀 one');
    ann.type(2, '🎶');
    ann.send();
    ann.type(0, '>');
    const shownAt = (position: Cursor['position'], revision?: number) => {
      ann.text.cursorsMoved([cursor('bob', position, revision)]);
      return shown(ann);
    };
    assert.deepEqual(shownAt(2, 1), [['bob', 6]]);
    assert.deepEqual(shownAt(0, 1), [['bob', 0]]);
    assert.deepEqual(shownAt({ anchor: 5, head: 99 }), [['bob', { anchor: 9, head: 9 }]]);
    assert.deepEqual(shownAt(null), []);
  });

  it('moves with the text, and behind what its owner types', () => {
    const { network, ann, bob } = story('one');
    ann.text.cursorsMoved([cursor('bob', 3, 1), cursor('ann', 0, 1)]);
    assert.deepEqual(shown(ann), [['bob', 3]]);
    ann.type(0, '🎶');
    assert.deepEqual(shown(ann), [['bob', 5]]);
    bob.type(3, '!');
    network.settle();
    assert.deepEqual(shown(ann), [['bob', 6]]);
    ann.text.cursorsMoved([cursor('bob', null, 3)]);
    assert.deepEqual(shown(ann), []);
  });

  it('may come late or early', () => {
    const { network, ann, bob } = story('one');
    bob.type(0, 'zero ');
    submit(network, bob);
    const early = cursor('bob', 5, 2);
    ann.text.cursorsMoved([early]);
    assert.deepEqual(shown(ann), []);
    hear(ann);
    assert.deepEqual(shown(ann), [['bob', 5]]);
    ann.text.cursorsMoved([cursor('bob', 1, 1)]);
    assert.deepEqual(shown(ann), [['bob', 6]]);
  });
});
