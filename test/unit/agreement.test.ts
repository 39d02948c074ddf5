import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { Agreement, type Editor } from '../../client/bindings/agreement.ts';
import { toChanges } from '../../client/documents/text/units.ts';
import { SharedText, type TextChange } from '../../client/documents/text.ts';
import { applyOperation } from '../../shared/documents/text/operation.ts';
import { fromText } from '../../shared/documents/text/rope.ts';
import { cleanup } from '../support/cleanup.ts';
import { Random } from '../support/random.ts';

/** An editor without a page. */
class Paper implements Editor {
  text: string;
  isBusy = false;
  /** Called when something was shown. */
  shown = () => {};

  constructor(text: string) {
    this.text = text;
  }

  get length(): number {
    return this.text.length;
  }

  visible(text: string): string {
    return text.replace(/\r/g, ' ');
  }

  show(changes: TextChange[]): void {
    this.change(changes);
    this.shown();
  }

  change(changes: TextChange[]): void {
    for (const { from, to, insert } of changes.toReversed())
      this.text = this.text.slice(0, from) + insert + this.text.slice(to);
  }
}

/** An editor with a text that agree; `type` is what a user does. */
function begin(room: string, begins = '') {
  mock.timers.enable({ apis: ['setTimeout'] });
  cleanup(() => mock.timers.reset());
  const text = new SharedText({ client_id: 'ada', now: () => 0 });
  text.insert(0, room);
  const paper = new Paper(begins);
  const agreement = new Agreement(text, paper);
  agreement.settle();
  const type = (...changes: TextChange[]) => {
    paper.change(changes);
    agreement.typed(changes);
  };
  return { text, paper, agreement, type };
}

const settled = () => new Promise<void>((resolve) => queueMicrotask(() => queueMicrotask(resolve)));
const insert = (at: number, what: string): TextChange => ({ from: at, to: at, insert: what });

describe('an agreement of an editor with a text', () => {
  it('begins with what the room has, and follows either', () => {
    const { text, paper, type } = begin('song', 'another');
    assert.equal(paper.text, 'song');
    type(insert(4, '!'));
    assert.equal(text.text, 'song!');
    text.insert(0, 'a ');
    assert.equal(paper.text, 'a song!');
    type(insert(7, '?'));
    assert.equal(text.text, 'a song!?');
    text.undo();
    assert.equal(paper.text, text.text);
  });

  it('brings a word that was composed to its place after what came meanwhile, and it is one step', () => {
    const { text, paper, agreement, type } = begin('ab');
    agreement.compose();
    type(insert(1, 'n'));
    type({ from: 1, to: 2, insert: 'に' });
    text.edit([insert(0, 'X'), insert(1, 'Y')]);
    assert.equal(paper.text, 'aにb');
    assert.equal(text.text, 'XaYb');
    type({ from: 1, to: 2, insert: '二' });
    text.boundary();
    agreement.composed();
    assert.equal(paper.text, 'Xa二Yb');
    assert.equal(text.text, 'Xa二Yb');
    text.undo();
    assert.equal(paper.text, 'XaYb');
  });

  it('keeps nothing for itself where an input method rests in the midst of a word, or it ends there', () => {
    const { text, paper, agreement, type } = begin('ab');
    agreement.compose();
    type(insert(1, 'n'));
    text.insert(0, 'X');
    mock.timers.tick(10_000);
    assert.deepEqual([text.text, paper.text], ['Xanb', 'Xanb']);
    agreement.compose();
    type(insert(0, 'n'));
    agreement.end();
    assert.equal(text.text, 'nXanb');
  });

  it('takes back what the text does not take', async () => {
    const { text, paper, type } = begin('song');
    type(insert(4, '\ud83d'));
    await settled();
    assert.deepEqual([text.text, paper.text], ['song', 'song']);
    text.roleChanged({ role: 'viewer' });
    type(insert(4, '!'));
    await settled();
    assert.deepEqual([text.text, paper.text], ['song', 'song']);
  });

  it('waits for an editor in the midst of a change', async () => {
    const { text, paper } = begin('song');
    paper.isBusy = true;
    text.insert(4, '!');
    assert.equal(paper.text, 'song');
    paper.isBusy = false;
    await settled();
    assert.equal(paper.text, 'song!');
  });

  it('puts back what became of the editor and was not typed: before something is shown, and when it is quiet', () => {
    const { text, paper, type } = begin('a song');
    paper.text = 'something else';
    text.insert(6, '!');
    assert.equal(paper.text, 'a song!');
    type(insert(7, '!'));
    paper.text = 'ten letters'.slice(0, 8);
    mock.timers.tick(1_000);
    assert.equal(paper.text, 'a song!!');
    assert.equal(text.text, 'a song!!');
  });

  it('ends up with one text, whatever user, program, input methods and listeners do in which order', async () => {
    for (let story = 0; story < 150; story += 1) {
      const random = new Random();
      const { text, paper, agreement, type } = begin(random.text(random.between(0, 30)), random.text(3));
      const change = (of: string) => {
        const rope = fromText(of);
        const operation = random.textOperation(rope.length);
        return applyOperation(rope, operation) && toChanges(operation, rope);
      };
      let depth = 0;
      const nested = (act: () => void) => {
        if (depth >= 2 || !random.oneIn(4)) return;
        depth += 1;
        act();
        depth -= 1;
      };
      const types = () => type(...change(paper.text));
      const writes = () => text.edit(change(text.text));
      text.on('change', () => nested(random.pick([types, writes])));
      paper.shown = () => nested(random.pick([types, writes]));
      try {
        for (let step = 0; step < 40; step += 1) {
          const act = random.between(0, 9);
          if (act < 3) types();
          else if (act < 6) writes();
          else if (act === 6) text.undo();
          else if (act === 7) agreement.isComposing ? agreement.composed() : agreement.compose();
          else if (act === 8) await settled();
          else {
            paper.isBusy = true;
            writes();
            paper.isBusy = false;
            await settled();
          }
        }
        if (agreement.isComposing) agreement.composed();
        await settled();
        await settled();
        assert.equal(paper.text, paper.visible(text.text));
      } catch (error) {
        throw new Error(`fails with SEED=${random.seed}`, { cause: error });
      }
      agreement.end();
      mock.timers.reset();
    }
  });
});
