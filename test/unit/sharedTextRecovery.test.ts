import assert from 'node:assert/strict';
import { assertAll, hear, story, submit } from '../support/annAndBob.ts';
import { Network, type Peer } from '../support/network.ts';

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
