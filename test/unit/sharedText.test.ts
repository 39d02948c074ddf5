import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { mock } from 'node:test';
import { splitOperation } from '../../client/documents/text/split.ts';
import type { TextChange } from '../../client/documents/text.ts';
import { Listeners } from '../../client/listeners.ts';
import { Ephemeral } from '../../client/room/ephemeral.ts';
import { composeOperations } from '../../shared/documents/text/compose.ts';
import { difference } from '../../shared/documents/text/difference.ts';
import { applyOperation, insertedBytes, type TextOperation } from '../../shared/documents/text/operation.ts';
import { fromText, toText } from '../../shared/documents/text/rope.ts';
import type { Cursor } from '../../shared/events.ts';
import { Network, type Peer } from '../support/network.ts';
import { Random } from '../support/random.ts';

const require = createRequire(import.meta.url);
const library = require('ot-text-unicode').type as {
  compose(first: TextOperation, second: TextOperation): TextOperation;
};

/** Ann and Bob in a room that holds a text. */
function story(text = '') {
  const network = new Network('ann', 'bob');
  const [ann, bob] = network.peers as [Peer, Peer];
  network.settle();
  if (text) ann.type(0, text);
  network.settle();
  return { network, room: network.room, ann, bob };
}

/** Someone's next message reaches the server. */
function submit(network: Network, peer: Peer): void {
  peer.send();
  network.room.receive(peer);
}

/** All news reach someone. */
function hear(peer: Peer): void {
  while (peer.down.length > 0) peer.receive();
}

function assertAll({ room, ann, bob }: ReturnType<typeof story>, expected: string): void {
  const { text } = room;
  assert.deepEqual([text, ann.text.text, bob.text.text, ann.shown, bob.shown], Array(5).fill(expected));
}

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

describe('a shared text on a bad day', () => {
  it('fills the gap that a lost update leaves', () => {
    const all = story('.');
    all.ann.type(1, 'one ');
    submit(all.network, all.ann);
    all.bob.drop('down');
    hear(all.ann);
    all.ann.type(5, 'two');
    submit(all.network, all.ann);
    hear(all.bob);
    assert.equal(all.bob.text.text, '.');
    const { since } = all.bob.text;
    assert.deepEqual([since.epoch, since.revision], ['epoch 1', 1]);
    assert.deepEqual(all.bob.text.need, { event: 'get_operations', since });
    submit(all.network, all.bob);
    hear(all.bob);
    assertAll(all, '.one two');
  });

  it('notices by the head that even the last update was lost', () => {
    const all = story('.');
    all.ann.type(0, 'a');
    submit(all.network, all.ann);
    hear(all.ann);
    all.bob.drop('down');
    assert.equal(all.bob.text.need, undefined);
    all.room.tellHead();
    hear(all.bob);
    submit(all.network, all.bob);
    hear(all.bob);
    assertAll(all, 'a.');
  });

  it('skips entries that it has already', () => {
    const all = story('.');
    all.ann.type(0, 'a');
    submit(all.network, all.ann);
    for (const peer of [all.ann, all.bob]) peer.duplicate('down');
    all.network.settle();
    assertAll(all, 'a.');
  });

  it('takes the answer before or after the entry', () => {
    for (const delayed of [true, false]) {
      const all = story('.');
      all.ann.type(0, 'a');
      submit(all.network, all.ann);
      if (delayed) all.ann.delay('down');
      all.ann.receive();
      assert.equal(all.ann.text.status.state, 'synchronized');
      all.network.settle();
      assertAll(all, 'a.');
    }
  });

  it('sends an operation again whose message was lost', () => {
    const all = story('.');
    all.ann.type(0, 'a');
    all.ann.send();
    all.ann.reconnect();
    all.ann.type(1, 'b');
    all.network.settle();
    assertAll(all, 'ab.');
    assert.equal(all.room.document.revision, 3);
  });

  it('does not double an operation whose answer was lost', () => {
    const all = story('.');
    all.ann.type(0, 'a');
    submit(all.network, all.ann);
    all.ann.reconnect();
    all.bob.type(1, 'b');
    all.network.settle();
    assert.equal(all.room.text.length, 3);
    assertAll(all, all.room.text);
  });

  it('sends again what had no answer in time, under the same sequence', () => {
    const all = story('.');
    all.ann.type(0, 'a');
    submit(all.network, all.ann);
    all.ann.down = [];
    all.ann.type(1, 'b');
    all.ann.send();
    assert.equal(all.ann.up.length, 0);
    all.ann.timeOut();
    submit(all.network, all.ann);
    hear(all.ann);
    all.network.settle();
    assertAll(all, 'ab.');
    assert.equal(all.room.document.revision, 3);
  });

  it('joins again where it hears nothing of what it has sent', () => {
    const all = story('.');
    all.ann.type(1, 'a');
    submit(all.network, all.ann);
    all.ann.drop('down');
    all.ann.timeOut();
    const { since } = all.ann.text;
    assert.deepEqual([since.epoch, since.revision], ['epoch 1', 1]);
    assert.deepEqual(all.ann.text.need, { event: 'join_room', since });
    submit(all.network, all.ann);
    hear(all.ann);
    assert.equal(all.ann.text.status.hasUnsent, false);
    all.network.settle();
    assertAll(all, '.a');
  });

  for (const outcome of ['committed', 'lost'] as const) {
    it(`repeats what was unavailable, where it was ${outcome}`, () => {
      const all = story('.');
      all.room.fail(outcome);
      all.ann.type(0, 'a');
      submit(all.network, all.ann);
      all.ann.down = all.ann.down.filter(({ event }) => event === 'refused');
      hear(all.ann);
      assert.equal(all.ann.text.status.refusal?.error_code, 'unavailable');
      all.ann.send();
      assert.equal(all.ann.up.length, 0);
      assert.equal(all.ann.text.wait, 1_000);
      all.network.settle();
      assertAll(all, 'a.');
      assert.equal(all.ann.text.status.refusal, undefined);
    });
  }

  it('slows down where it is too fast, and loses no letter', () => {
    const all = story('.');
    all.room.limit(2);
    const sent: number[] = [];
    const begin = all.network.time;
    for (const letter of 'abcdefghijklmnopqrstuvwxyz') {
      all.ann.type(all.ann.text.length, letter);
      all.ann.send();
      if (all.ann.up.length > 0) sent.push(all.network.time - begin);
      while (all.ann.up.length > 0) all.room.receive(all.ann);
      hear(all.ann);
      all.network.wait(200);
    }
    all.network.settle();
    assertAll(all, '.abcdefghijklmnopqrstuvwxyz');
    assert.deepEqual(sent.slice(0, 4), [0, 1_000, 2_000, 2_600]);
    assert(all.room.document.revision < 16);
  });

  it('keeps and tells what is unsent when the role is withdrawn', () => {
    const all = story('.');
    all.ann.type(0, 'a');
    all.ann.send();
    all.room.demote(all.ann);
    all.room.receive(all.ann);
    hear(all.ann);
    const { hasUnsent, refusal, role } = all.ann.text.status;
    assert.deepEqual([hasUnsent, refusal?.error_code, role], [true, 'forbidden', 'viewer']);
    assert.throws(() => all.ann.type(0, 'b'), { error_code: 'forbidden' });
    assert.throws(() => all.ann.undo(), { error_code: 'forbidden' });
    all.bob.type(1, 'b');
    submit(all.network, all.bob);
    hear(all.ann);
    assert.equal(all.ann.text.text, 'a.b');
    all.network.wait(10_000);
    all.ann.send();
    assert.equal(all.ann.up.length, 0);
    all.room.promote(all.ann);
    hear(all.ann);
    all.ann.send();
    assert.equal(all.ann.up.length, 1, 'without joining again');
    all.network.settle();
    assertAll(all, 'a.b');
  });

  it('keeps what is unsent when it is in the room no more', () => {
    const { ann } = story('.');
    ann.type(0, 'a');
    ann.text.disconnected();
    const { state, hasUnsent, role } = ann.text.status;
    assert.deepEqual([state, hasUnsent, role], ['synchronizing', true, 'editor']);
    assert.equal(ann.text.text, 'a.');
  });

  it('keeps what is too large, and sends it when it has been made smaller', () => {
    const all = story('.');
    all.ann.type(1, 'x'.repeat(150_000));
    all.network.settle();
    all.room.maxDocumentBytes = 200_000;
    all.ann.type(1, 'y'.repeat(150_000));
    submit(all.network, all.ann);
    hear(all.ann);
    const { hasUnsent, refusal } = all.ann.text.status;
    assert.deepEqual([hasUnsent, refusal?.error_code], [true, 'too_large']);
    all.ann.send();
    assert.equal(all.ann.up.length, 0);
    all.ann.delete(11, 149_990);
    all.network.settle();
    assertAll(all, `.${'y'.repeat(10)}${'x'.repeat(150_000)}`);
    assert.equal(all.ann.text.status.refusal, undefined);
  });

  it('holds up nothing with what is too large: what is typed elsewhere, and deletions, are sent', () => {
    const all = story('one two three');
    all.room.fill(100_000);
    all.ann.type(4, 'x'.repeat(300_000));
    all.ann.send();
    assert.deepEqual([all.ann.up.length, all.ann.text.status.refusal?.error_code], [0, 'too_large']);
    all.ann.type(0, 'zero ');
    all.ann.delete(all.ann.text.length - 6, 6);
    submit(all.network, all.ann);
    hear(all.ann);
    hear(all.bob);
    all.ann.send();
    assert.deepEqual([all.room.text, all.bob.text.text], Array(2).fill('zero one two'));
    assert.deepEqual([all.ann.text.status.hasUnsent, all.ann.text.status.refusal?.error_code], [true, 'too_large']);
    all.ann.delete(9, 299_990);
    all.network.settle();
    assertAll(all, `zero one ${'x'.repeat(10)}two`);
    assert.equal(all.ann.text.status.refusal, undefined);
  });

  it('sends what was too large when another has made room for it', () => {
    const all = story('x'.repeat(1_000));
    all.room.fill(0);
    all.ann.type(0, 'y'.repeat(600));
    all.ann.send();
    assert.equal(all.ann.up.length, 0);
    all.bob.delete(0, 500);
    submit(all.network, all.bob);
    hear(all.ann);
    hear(all.bob);
    all.ann.send();
    assert.equal(all.ann.up.length, 0, 'there is not yet room for it');
    all.bob.delete(0, 100);
    submit(all.network, all.bob);
    hear(all.ann);
    submit(all.network, all.ann);
    hear(all.ann);
    hear(all.bob);
    assert.equal(all.room.text, 'y'.repeat(600) + 'x'.repeat(400));
    assert.equal(all.bob.text.text, all.room.text);
    assert.equal(all.ann.text.status.refusal, undefined);
  });

  it('has no refusal when what was too large has been taken back', () => {
    const { ann, room } = story('.');
    room.fill(10);
    ann.type(1, 'x'.repeat(11));
    ann.send();
    assert.equal(ann.text.status.refusal?.error_code, 'too_large');
    ann.undo();
    const { hasUnsent, refusal } = ann.text.status;
    assert.deepEqual([hasUnsent, refusal], [false, undefined]);
  });

  it('puts one text in place of another where there is no room for both', () => {
    const all = story('x'.repeat(700_000));
    all.room.fill(100_000);
    all.ann.text.replace(0, 700_000, 'y'.repeat(800_000));
    while (all.ann.text.status.hasUnsent) {
      submit(all.network, all.ann);
      hear(all.ann);
      hear(all.bob);
    }
    assert(all.room.text === 'y'.repeat(800_000) && all.bob.text.text === all.room.text);
  });

  it('counts a paste as it is sent: a control character is six bytes, a quote two', () => {
    for (const [scrap, pieces] of [
      ['\u0001', 3],
      ['"', 1],
      ['\\', 1],
      ['\u2028', 2],
      ['\u0000', 3],
      ['😀', 2],
    ] as const) {
      const all = story('.');
      all.ann.type(0, scrap.repeat(100_000));
      all.ann.type(0, 'later ');
      all.network.settle();
      assert(all.room.text === `later ${scrap.repeat(100_000)}.` && all.bob.text.text === all.room.text);
      assert.equal(all.room.document.revision, 1 + pieces, JSON.stringify(scrap));
    }
  });

  it('joins again where a late operation comes apart into too many parts, and sends it in pieces', () => {
    const network = new Network('ann', 'bob');
    const [ann, bob] = network.peers as [Peer, Peer];
    const all = { network, room: network.room, ann, bob };
    network.room.narrow({ max_operation_parts: 3 });
    network.settle();
    ann.type(0, 'la la la');
    network.settle();
    ann.delete(0, 8);
    ann.send();
    for (const place of [6, 3]) {
      bob.type(place, 'x');
      submit(network, bob);
      hear(bob);
    }
    network.room.receive(ann);
    hear(ann);
    assert.deepEqual([ann.text.status.refusal?.error_code, ann.text.need?.event], ['conflict', 'join_room']);
    network.settle();
    assertAll(all, 'xx');
    assert.equal(ann.text.status.refusal, undefined);
  });

  it('sends a paste in pieces that the limits allow', () => {
    const all = story('.');
    const paste = '🎶 la la\n'.repeat(60_000);
    all.ann.type(0, paste);
    all.network.settle();
    assert(all.room.text === `${paste}.` && all.bob.text.text === `${paste}.`);
    assert.equal(all.room.document.revision, 1 + 3);
  });

  it('asks for the whole document when its operation does not fit what the server has', () => {
    const all = story('.');
    all.ann.type(1, 'a');
    all.ann.send();
    const [up] = all.ann.up;
    assert(up?.event === 'operation');
    const error = { code: 4422, error_code: 'invalid_operation', message: 'reaches 9', timestamp: 0 } as const;
    all.ann.text.refused(up.message, error);
    assert.deepEqual(all.ann.text.need, { event: 'join_room' });
    all.ann.up = [];
    submit(all.network, all.ann);
    hear(all.ann);
    // It is the text that was confirmed already: the same would be refused again.
    all.ann.send();
    assert.equal(all.ann.up.length, 0);
    all.ann.type(2, 'b');
    all.network.settle();
    assertAll(all, '.ab');
  });

  it('merges what is unsent where the log no longer reaches back', () => {
    const all = story('The first line\nThe second line\nThe third line\n');
    all.ann.reconnect();
    all.ann.type(29, ' of two');
    all.ann.delete(0, 4);
    all.bob.type(0, 'A title\n\n');
    submit(all.network, all.bob);
    hear(all.bob);
    all.bob.type(all.bob.text.text.indexOf('third'), 'very ');
    submit(all.network, all.bob);
    all.room.trim(0);
    all.network.settle();
    assertAll(all, 'A title\n\nfirst line\nThe second lin of twoe\nThe very third line\n');
  });

  for (const landed of [true, false]) {
    it(`knows then ${landed ? 'that' : 'whether'} its operation in flight ${landed ? 'is' : 'has got'} in the log`, () => {
      const all = story('.');
      all.ann.type(0, 'a');
      all.ann.send();
      all.ann.type(1, 'b');
      if (landed) all.room.receive(all.ann);
      all.ann.reconnect();
      all.bob.type(1, 'c');
      submit(all.network, all.bob);
      all.room.trim(0);
      all.network.settle();
      assert.deepEqual([...all.room.text].sort(), ['.', 'a', 'b', 'c']);
      assertAll(all, all.room.text);
    });
  }

  it('merges into the new history of a room that was rewound', () => {
    const all = story('one');
    all.bob.type(3, ' two');
    all.network.settle();
    all.ann.type(7, ' three');
    all.ann.send();
    all.room.rewind(1);
    all.bob.type(0, 'zero ');
    all.network.settle();
    assertAll(all, 'one two\nzero one three');
  });

  it('takes as its own what arrived before it was carried over into another history', () => {
    for (const answerFirst of [true, false]) {
      const all = story('one two');
      all.bob.type(7, ' three');
      all.network.settle();
      all.ann.type(4, '1');
      all.ann.send();
      all.ann.type(0, '0');
      all.room.rewind(1);
      all.room.tellHead();
      hear(all.ann);
      all.ann.send();
      all.ann.delay('up');
      // The join overtakes the operation, which then means something else than it meant.
      all.room.receive(all.ann);
      const [up] = all.ann.up;
      assert(up?.event === 'operation');
      up.message.revision = 1;
      all.room.receive(all.ann);
      all.ann.receive();
      if (answerFirst) all.ann.delay('down');
      all.network.settle();
      assertAll(all, 'one two three\n0one 1two');
    }
  });

  it('takes the epoch of the first update in a room that nobody had written in', () => {
    const all = story();
    assert.deepEqual(all.ann.text.since, { epoch: '', revision: 0, proof: '' });
    all.bob.type(0, 'b');
    submit(all.network, all.bob);
    all.ann.type(0, 'a');
    submit(all.network, all.ann);
    hear(all.ann);
    hear(all.bob);
    assertAll(all, 'ab');
    const { proof } = all.room.document;
    assert.deepEqual(all.ann.text.since, { epoch: 'epoch 1', revision: 2, proof });
  });

  it('counts on where the room remembers more of it', () => {
    const all = story('.');
    all.ann.saved = undefined;
    all.ann.reload();
    all.ann.type(0, 'a');
    all.network.settle();
    assertAll(all, '.a');
  });

  it('loses nothing when two replicas go by one name', () => {
    const network = new Network('ann', 'ann');
    const [first, second] = network.peers as [Peer, Peer];
    network.settle();
    first.type(0, 'one ');
    second.type(0, 'two ');
    submit(network, first);
    submit(network, second);
    network.settle();
    first.type(0, 'three ');
    network.settle();
    second.type(0, 'four ');
    network.settle();
    const words = network.room.text.trim().split(' ').sort();
    assert.deepEqual(words, ['four', 'one', 'three', 'two']);
    assert.equal(first.text.text, network.room.text);
    assert.equal(second.text.text, network.room.text);
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

describe('undo', () => {
  /** Types letter by letter, as one does. */
  function write({ network }: { network: Network }, peer: Peer, at: number, text: string): void {
    for (const [index, letter] of [...text].entries()) {
      peer.type(at + index, letter);
      network.wait(100);
    }
  }

  it('takes back what was typed without a pause, and redo brings it back', () => {
    const all = story();
    write(all, all.ann, 0, 'Hello');
    all.network.wait(1_000);
    write(all, all.ann, 5, ' world');
    all.ann.delete(10, 1);
    all.ann.undo();
    assert.equal(all.ann.text.text, 'Hello');
    all.ann.undo();
    assert.equal(all.ann.text.text, '');
    assert.equal(all.ann.text.canUndo, false);
    all.ann.undo();
    all.ann.redo();
    all.ann.redo();
    assert.equal(all.ann.text.text, 'Hello worl');
    assert.equal(all.ann.text.canRedo, false);
    all.ann.redo();
    all.network.settle();
    assertAll(all, 'Hello worl');
  });

  it('takes back one place at a time, and what a boundary parts', () => {
    const all = story('one two');
    write(all, all.ann, 7, '!');
    write(all, all.ann, 3, ',');
    all.ann.undo();
    assert.equal(all.ann.text.text, 'one two!');
    write(all, all.ann, 8, '?');
    all.ann.text.boundary();
    write(all, all.ann, 9, '!');
    all.ann.undo();
    assert.equal(all.ann.text.text, 'one two!?');
    assert.equal(all.ann.text.canRedo, true);
    write(all, all.ann, 9, '.');
    assert.equal(all.ann.text.canRedo, false);
  });

  it('leaves what others wrote into it', () => {
    const all = story();
    write(all, all.ann, 0, 'Hello');
    all.network.settle();
    all.bob.type(2, 'XX');
    all.network.settle();
    all.bob.type(0, 'Y');
    all.network.settle();
    all.ann.undo();
    all.network.settle();
    assertAll(all, 'YXX');
    all.ann.redo();
    all.network.settle();
    assertAll(all, 'YHeXXllo');
    all.bob.undo();
    all.network.settle();
    assertAll(all, 'HeXXllo');
  });

  it('brings back what one deleted, at its place', () => {
    const all = story('one two three');
    all.ann.delete(4, 4);
    all.network.settle();
    all.bob.type(0, 'zero ');
    all.bob.delete(5, 4);
    all.network.settle();
    all.ann.undo();
    all.network.settle();
    assertAll(all, 'zero two three');
  });

  it('passes over steps of which others have left nothing', () => {
    const all = story();
    write(all, all.ann, 0, 'a');
    all.network.wait(1_000);
    write(all, all.ann, 1, 'b');
    all.network.settle();
    all.bob.delete(1, 1);
    all.network.settle();
    all.ann.undo();
    assert.equal(all.ann.text.text, '');
  });

  it('works while the operation that it undoes is in flight', () => {
    const all = story('.');
    all.ann.type(0, 'a');
    all.ann.send();
    all.ann.undo();
    assert.equal(all.ann.text.text, '.');
    all.network.settle();
    assertAll(all, '.');
  });
});

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

describe('the difference of two texts', () => {
  const apply = (text: string, operation: TextOperation) => toText(applyOperation(fromText(text), operation));

  it('leaves what stands in both, by lines and words', () => {
    const before = 'a title\nsome words in a line\nthe end\n';
    const after = 'A title\nsome other words in a long line\nthe end\nand more\n';
    const operation = difference(before, after);
    assert.equal(apply(before, operation), after);
    assert.deepEqual(operation, ['A', { d: 1 }, 12, 'other ', 11, 'long ', 13, 'and more\n']);
  });

  it('cuts no line or word in two of which others have made several, or several one', () => {
    assert.deepEqual(difference('<a-5>\n<a-6>\n', '<a-6>\n'), [{ d: 6 }]);
    assert.deepEqual(difference('<a-6>\n', '<a-5>\n<a-6>\n'), ['<a-5>\n']);
    assert.deepEqual(difference('<a-5>\n<a-6>\n', '<a-7>\n'), ['<a-7>\n', { d: 12 }]);
  });

  it('never parts a surrogate pair', () => {
    assert.deepEqual(difference('a😀b', 'a😁b'), [1, '😁', { d: 1 }]);
    assert.deepEqual(difference('🐀', '😀'), ['😀', { d: 1 }]);
    assert.deepEqual(difference('a😀', 'a😀😀'), [2, '😀']);
    assert.deepEqual(difference('same', 'same'), []);
  });

  it('makes one of the other, whatever they are', () => {
    const random = new Random();
    random.tell(() => {
      for (let i = 0; i < 2_000; i++) {
        const before = random.text(random.between(0, 30));
        const middle = apply(before, random.textOperation(fromText(before).length));
        const after = random.oneIn(5) ? random.text(random.between(0, 30)) : middle;
        assert.equal(apply(before, difference(before, after)), after);
      }
    });
  });
});

describe('an operation that is split', () => {
  it('keeps to the limits in each piece, and does the same in all', () => {
    const random = new Random();
    random.tell(() => {
      for (let i = 0; i < 2_000; i++) {
        const base = fromText(random.text(random.between(0, 30)));
        const operation = random.textOperation(base.length);
        const limits = { max_operation_bytes: random.between(12, 28), max_operation_parts: random.between(4, 8) };
        let rope = base;
        let rest = operation;
        while (rest.length > 0) {
          let piece: TextOperation;
          [piece, rest] = splitOperation(rest, limits);
          assert(piece.length <= limits.max_operation_parts / 2 || piece === operation, JSON.stringify(piece));
          assert(insertedBytes(piece) <= limits.max_operation_bytes);
          assert(jsonBytes(piece) <= limits.max_operation_bytes, JSON.stringify(piece));
          rope = applyOperation(rope, piece);
        }
        assert.equal(toText(rope), toText(applyOperation(base, operation)));
      }
    });
  });

  it('leaves what there is no room for to the rest, and nothing else', () => {
    const limits = { max_operation_bytes: 1_000, max_operation_parts: 100 };
    const random = new Random();
    random.tell(() => {
      for (let i = 0; i < 2_000; i++) {
        const base = fromText(random.text(random.between(0, 30)));
        const operation = random.textOperation(base.length);
        const room = random.between(-5, 20);
        const [first, rest] = splitOperation(operation, limits, room);
        assert(insertedBytes(first) <= Math.max(0, room));
        assert(rest.every((part) => typeof part === 'string' || typeof part === 'number'));
        const whole = applyOperation(base, operation);
        assert.equal(toText(applyOperation(applyOperation(base, first), rest)), toText(whole));
        if (room >= insertedBytes(operation)) assert.deepEqual(rest, []);
      }
    });
  });
});

/** What an operation inserts, as bytes of JSON. */
function jsonBytes(operation: TextOperation): number {
  const texts = operation.filter((part) => typeof part === 'string');
  return texts.reduce((sum, text) => sum + Buffer.byteLength(JSON.stringify(text)) - 2, 0);
}

describe('composed operations', () => {
  it('are those of ot-text-unicode', () => {
    const random = new Random();
    random.tell(() => {
      for (let i = 0; i < 5_000; i++) {
        const base = fromText(random.text(random.between(0, 20)));
        const first = random.textOperation(base.length);
        const second = random.textOperation(applyOperation(base, first).length);
        assert.deepEqual(composeOperations(first, second), library.compose(first, second));
      }
    });
  });
});
