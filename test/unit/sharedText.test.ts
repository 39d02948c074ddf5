import assert from 'node:assert/strict';
import type { TextChange } from '../../client/documents/text.ts';
import { assertAll, hear, story, submit } from '../support/annAndBob.ts';
import { Network, type Peer } from '../support/network.ts';

describe('a shared text', () => {
  it('shows what one types at once, and others when it is in the log', () => {
    const { network, ann, bob } = story();
    ann.type(0, 'Hello');
    assert.equal(ann.text.text, 'Hello');
    assert.deepEqual(ann.text.status, { state: 'synchronizing', hasUnsent: true, refusal: undefined, role: 'editor' });
    submit(network, ann);
    hear(bob);
    hear(ann);
    assert.equal(bob.text.text, 'Hello');
    assert.equal(ann.text.status.state, 'synchronized');
  });

  it('has one operation in flight, and composes what is typed meanwhile into the next', () => {
    const { network, ann, room } = story();
    for (const letter of 'Hello') {
      ann.type(ann.text.length, letter);
      ann.send();
    }
    assert.equal(ann.up.length, 1);
    network.settle();
    assert.equal(room.text, 'Hello');
    assert.equal(room.document.revision, 2);
  });

  it('keeps the words of two whole that type at one place', () => {
    const all = story();
    for (const letter of 'one') all.ann.type(all.ann.text.length, letter);
    for (const letter of 'two') {
      all.bob.type(all.bob.text.length, letter);
      submit(all.network, all.bob);
      hear(all.bob);
    }
    all.network.settle();
    assertAll(all, 'onetwo');
  });

  it('says when all is stored', async () => {
    const { network, ann } = story();
    await ann.text.stored();
    ann.type(0, 'a');
    let stored = false;
    const promise = ann.text.stored().then(() => {
      stored = true;
    });
    submit(network, ann);
    await Promise.resolve();
    assert.equal(stored, false);
    hear(ann);
    await promise;
  });

  it('tells of a status once', () => {
    const { network, ann } = story();
    const told: string[] = [];
    ann.text.on('status', ({ state, hasUnsent }) => told.push(`${state} ${hasUnsent}`));
    ann.type(0, 'a');
    ann.type(0, 'b');
    network.settle();
    assert.deepEqual(told, ['synchronizing true', 'synchronized false']);
  });
});

describe('a shared text that is loaded anew', () => {
  it('goes on with what was in flight and pending', () => {
    const all = story('.');
    all.ann.type(0, 'a');
    submit(all.network, all.ann);
    all.ann.type(1, 'b');
    all.ann.save();
    all.ann.reload();
    assert.equal(all.ann.text.text, 'ab.');
    assert.equal(all.ann.text.status.hasUnsent, true);
    all.bob.type(0, 'c');
    all.network.settle();
    assert.equal(all.room.text.length, 4);
    assertAll(all, all.room.text);
  });

  it('remembers that what is in flight was carried over', () => {
    const all = story('.');
    all.ann.type(0, 'a');
    all.ann.send();
    all.ann.reconnect();
    all.bob.type(1, 'b');
    submit(all.network, all.bob);
    all.room.trim(0);
    submit(all.network, all.ann);
    hear(all.ann);
    all.ann.save();
    assert.equal(all.ann.saved?.in_flight?.rebased, true);
    all.ann.reload();
    all.network.settle();
    assertAll(all, 'a.b');
  });

  it('keeps what was typed before there ever was a connection', () => {
    const network = new Network('ann', 'bob');
    const [ann, bob] = network.peers as [Peer, Peer];
    bob.type(0, 'b');
    ann.type(0, 'a');
    ann.save();
    ann.reload();
    assert.deepEqual(ann.text.need, { event: 'join_room' });
    network.settle();
    assert.equal(network.room.text, 'ab');
    assert.equal(ann.text.text, 'ab');
  });
});

describe('an editor of a shared text', () => {
  it('counts UTF-16 units', () => {
    const all = story('😀b😀');
    const changes: TextChange[][] = [];
    all.bob.text.on('change', (event) => changes.push(event.changes));
    all.ann.text.edit([
      { from: 2, to: 3, insert: '🎶' },
      { from: 5, to: 5, insert: '!' },
    ]);
    all.network.settle();
    assertAll(all, '😀🎶😀!');
    assert.equal(all.ann.text.length, 7);
    assert.deepEqual(changes, [
      [
        { from: 2, to: 3, insert: '🎶' },
        { from: 5, to: 5, insert: '!' },
      ],
    ]);
  });

  it('is refused what is no place in the text', () => {
    const { ann } = story('a😀b');
    const message = (action: () => void) => {
      try {
        action();
      } catch (error) {
        return error instanceof RangeError && error.message;
      }
    };
    assert.equal(
      message(() => ann.type(2, 'x')),
      '2 is in the middle of a surrogate pair',
    );
    assert.equal(
      message(() => ann.delete(1, 1)),
      '2 is in the middle of a surrogate pair',
    );
    assert.equal(
      message(() => ann.type(5, 'x')),
      '5 is outside of the text, which has 4 UTF-16 units',
    );
    assert.equal(
      message(() => ann.type(-1, 'x')),
      '-1 is outside of the text, which has 4 UTF-16 units',
    );
    assert.equal(
      message(() => ann.type(0.5, 'x')),
      '0.5 is outside of the text, which has 4 UTF-16 units',
    );
    assert.equal(
      message(() => ann.delete(3, 5)),
      '8 is outside of the text, which has 4 UTF-16 units',
    );
    assert.equal(
      message(() => ann.delete(3, -2)),
      'the change from 3 to 1 is out of order',
    );
    assert.equal(
      message(() => ann.type(0, '\ud83d')),
      'the text has half a surrogate pair',
    );
    const edits = [
      { from: 3, to: 4, insert: '' },
      { from: 0, to: 1, insert: '' },
    ];
    assert.equal(
      message(() => ann.text.edit(edits)),
      'the change from 0 to 1 is out of order',
    );
    assert.equal(ann.text.text, 'a😀b');
    assert.equal(ann.text.status.hasUnsent, false);
  });

  it('hears where each change comes from, and all of one update in one', () => {
    const { network, room, ann, bob } = story('.');
    const told: unknown[] = [];
    bob.text.on('change', (event) => told.push(event));
    bob.type(0, 'b');
    bob.undo();
    bob.redo();
    for (const letter of 'xyz') {
      ann.type(ann.text.length, letter);
      submit(network, ann);
      hear(ann);
    }
    bob.down = [];
    room.tellHead();
    network.settle();
    assert.deepEqual(told, [
      { changes: [{ from: 0, to: 0, insert: 'b' }], origin: 'local' },
      { changes: [{ from: 0, to: 1, insert: '' }], origin: 'undo' },
      { changes: [{ from: 0, to: 0, insert: 'b' }], origin: 'redo' },
      { changes: [{ from: 2, to: 2, insert: 'xyz' }], origin: 'remote' },
    ]);
  });

  it('may edit while it is told of a change, and all hear of both in one order', () => {
    const { network, ann, bob } = story('.');
    const stop = bob.text.on('change', ({ origin }) => {
      if (origin === 'remote') bob.type(0, '>');
    });
    const heard: string[] = [];
    bob.text.on('change', ({ origin }) => heard.push(origin));
    ann.type(1, '!');
    network.settle();
    stop();
    ann.type(2, '!');
    network.settle();
    assert.equal(ann.text.text, '>.!!');
    assert.deepEqual(heard, ['remote', 'local', 'remote']);
  });
});
