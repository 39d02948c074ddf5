import assert from 'node:assert/strict';
import { assertAll, story } from '../support/annAndBob.ts';
import type { Network, Peer } from '../support/network.ts';

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
