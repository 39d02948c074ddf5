import assert from 'node:assert/strict';
import * as Y from 'yjs';
import { FairQueue } from '../../server/yjs/fairQueue.ts';
import { Sandbox } from '../../server/yjs/sandbox.ts';
import type { Trial } from '../../shared/documents/type.ts';
import { toBase64 } from '../../shared/documents/yjs/base64.ts';
import { deletionsOf } from '../../shared/documents/yjs/content.ts';
import { yjs } from '../../shared/documents/yjs.ts';
import { type ErrorCode, Refusal } from '../../shared/refusals.ts';
import { costlyUpdate, nestedMaps, updateOf } from '../support/yjsUpdates.ts';

const empty = Uint8Array.from([0, 0]);
const nothing = () => [empty];

/** For a user in a room, who pays. */
function trialOf(user = 'ann', room = 'note:1'): Trial & { paid: number } {
  return {
    user,
    room,
    paid: 0,
    take() {},
    charge(milliseconds) {
      this.paid += milliseconds;
    },
  };
}

const kilobytes = (size: number) => costlyUpdate(1, (size * 1024) / 9);

/** A document of so many bytes, written part by part. */
function writtenOf(bytes: number, write: (doc: Y.Doc, at: number) => void): Uint8Array {
  const doc = new Y.Doc();
  doc.clientID = 2_000_000_000;
  let at = 0;
  for (;;) {
    const update = Y.encodeStateAsUpdate(doc);
    if (update.length >= bytes) return update;
    const until = at + Math.ceil((bytes - update.length) / 100);
    doc.transact(() => {
      while (at < until) write(doc, at++);
    });
  }
}

const isRefused = (code: ErrorCode) => (error: unknown) => error instanceof Refusal && error.error_code === code;

describe('the sandbox of Yjs', () => {
  it('compacts what updates make', async () => {
    const doc = new Y.Doc();
    const text = doc.getText('text');
    let content = yjs.create();
    let user_id = 'ann';
    doc.on('update', (update: Uint8Array) => {
      content = yjs.apply(content, { operation: toBase64(update), client_id: '', user_id, timestamp: 0 });
    });
    for (const letter of 'letters') text.insert(0, letter);
    text.delete(2, 1);
    user_id = 'bob';
    text.delete(1, 3);
    const { base, deletions } = await new Sandbox().compact(content);
    assert.deepEqual(base, Y.encodeStateAsUpdate(doc));
    assert.deepEqual(deletions, deletionsOf(content).packed);
    assert.deepEqual(deletions.users, ['bob', 'ann']);
  });

  it('takes a paste of 2,000 paragraphs, and refuses updates that take long, of 56 KB and of 144 KB', async () => {
    const sandbox = new Sandbox();
    const doc = new Y.Doc();
    doc.transact(() => {
      for (let at = 0; at < 2_000; at++) {
        const paragraph = new Y.XmlElement('p');
        paragraph.insert(0, [new Y.XmlText(`paragraph ${at}`)]);
        doc.getXmlFragment('page').insert(at, [paragraph]);
      }
    });
    const paste = Y.encodeStateAsUpdate(doc);
    // One after the other, though all are asked for at once.
    const tried = [56, 144].map((size) => sandbox.try(nothing, kilobytes(size), trialOf()));
    const taken = sandbox.try(nothing, paste, trialOf());
    for (const trial of tried) await assert.rejects(trial, isRefused('too_large'));
    await taken;
  });

  const written: Record<string, (doc: Y.Doc, at: number) => void> = {
    'text that was typed letter by letter': (doc, at) =>
      doc.getText('text').insert((Math.imul(at, 0x9e3779b1) >>> 0) % (at + 1), 'x'),
    'paragraphs with what is bold': (doc) => {
      const paragraph = new Y.XmlElement('paragraph');
      const words = new Y.XmlText('a line of words, ');
      words.insert(17, 'bold', { bold: true });
      paragraph.insert(0, [words]);
      doc.getXmlFragment('page').push([paragraph]);
    },
    'blocks of an editor': (doc, at) => {
      const block = new Y.XmlElement('blockContainer');
      block.setAttribute('id', `block-${at}`);
      const paragraph = new Y.XmlElement('paragraph');
      for (const name of ['textColor', 'backgroundColor', 'textAlignment']) paragraph.setAttribute(name, 'default');
      paragraph.insert(0, [new Y.XmlText('a line')]);
      block.insert(0, [paragraph]);
      doc.getXmlFragment('page').push([block]);
    },
    'shapes of a board': (doc, at) => {
      const fields = ['x', 'y', 'width', 'height', 'color', 'text'];
      doc.getMap('shapes').set(`shape-${at}`, new Y.Map(fields.map((field) => [field, at])));
    },
    'a list of what is to be done': (doc) => {
      doc.getArray('items').push([
        new Y.Map<string | boolean>([
          ['text', 'do it'],
          ['done', false],
        ]),
      ]);
    },
  };

  for (const [what, write] of Object.entries(written)) {
    // Of 560 KB, which have the least to spare: a heap is of 16 MB, or of 32, and so on.
    it(`has memory enough for ${what}`, async () => {
      await new Sandbox().try(() => [writtenOf(560 * 1_024, write)], updateOf(1, 0, [{}]), trialOf());
    });
  }

  it('refuses what takes far more memory than what people write, and goes on', async () => {
    const sandbox = new Sandbox();
    const trial = sandbox.try(() => [nestedMaps(1, 60_000)], empty, trialOf());
    await assert.rejects(
      trial,
      (error) => error instanceof Refusal && error.error_code === 'too_large' && /memory/.test(error.message),
    );
    await sandbox.try(nothing, empty, trialOf());
  });

  it('refuses what Yjs throws at', async () => {
    const trial = new Sandbox().try(nothing, Uint8Array.from([1, 1, 7, 0, 7, 1, 1, 116, 9, 0]), trialOf());
    await assert.rejects(trial, isRefused('invalid_operation'));
  });

  it('refuses what waits for something else: it was not tried', async () => {
    const trial = new Sandbox().try(nothing, updateOf(1, 0, [{ left: [2, 0] }]), trialOf());
    await assert.rejects(trial, isRefused('conflict'));
  });

  it('refuses more than it can try soon', async () => {
    const sandbox = new Sandbox();
    // One is tried, and four of a user wait; of a room sixteen, and of all 256.
    const trials = Array.from({ length: 8 }, () => sandbox.try(nothing, empty, trialOf()));
    const outcomes = await Promise.allSettled(trials);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      [...Array(5).fill('fulfilled'), ...Array(3).fill('rejected')],
    );
    await assert.rejects(trials[7] as Promise<void>, isRefused('rate_limited'));
    await sandbox.try(nothing, empty, trialOf());
  });

  it('is paid by who asks for it, by what the thread has worked', async () => {
    const sandbox = new Sandbox();
    const [ann, eve] = [trialOf('ann'), trialOf('eve')];
    const costly = sandbox.try(nothing, kilobytes(56), eve);
    const light = sandbox.try(nothing, empty, ann);
    await assert.rejects(costly, isRefused('too_large'));
    await light;
    assert.ok(eve.paid >= 250, `eve paid ${eve.paid} ms`);
    assert.ok(ann.paid < 100, `ann paid ${ann.paid} ms`);
    const broke = { ...trialOf(), take: () => assert.fail('has used up its share') };
    await assert.rejects(sandbox.try(nothing, empty, broke), /has used up its share/);
  });
});

describe('what waits for the sandbox of Yjs', () => {
  it('has its turn by room, and in a room by user: nobody waits for all that another has asked for', () => {
    const queue = new FairQueue<string>();
    for (const item of ['1', '2', '3']) queue.push({ room: 'a', user: 'eve' }, `eve's ${item}`);
    queue.push({ room: 'a', user: 'mal' }, "mal's");
    queue.push({ room: 'b', user: 'ann' }, "ann's");
    queue.push({ room: 'b', user: 'ann' }, "ann's next");
    const order = Array.from({ length: 7 }, () => queue.shift());
    assert.deepEqual(order, ["eve's 1", "ann's", "mal's", "ann's next", "eve's 2", "eve's 3", undefined]);
  });

  it('is bounded of each user, of each room and of all, and others are taken', () => {
    const queue = new FairQueue<number>();
    const push = (room: number, user: number) => queue.push({ room: `${room}`, user: `${user}` }, user);
    for (let waiting = 0; waiting < 4; waiting++) push(0, 0);
    assert.throws(() => push(0, 0), /many updates of yours are being tried/);
    for (let user = 1; user <= 12; user++) push(0, user);
    assert.throws(() => push(0, 13), /many updates of this room are being tried/);
    for (let room = 1; room <= 240; room++) push(room, 0);
    assert.throws(() => push(241, 0), /many updates of all rooms are being tried/);
    queue.shift();
    push(241, 0);
  });
});
