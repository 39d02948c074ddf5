import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { Turns } from '../../server/access/turns.ts';
import { Refusal } from '../../shared/refusals.ts';

/** A question that is answered by hand. */
function question() {
  let answer = (_answer: string) => {};
  const ask = () =>
    new Promise<string>((resolve) => {
      answer = resolve;
    });
  return { ask, answer: (text: string) => answer(text) };
}

/** Lets everything happen that needs no time. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('questions to an application', () => {
  // What hangs when a test ends is not given up in the middle of another.
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => mock.timers.reset());

  it('are four about one user at once, in their order', async () => {
    const turns = new Turns();
    const begun: number[] = [];
    const answers: (() => void)[] = [];
    const all = Array.from({ length: 6 }, (_, index) =>
      turns.take('eve', () => {
        begun.push(index);
        return new Promise<void>((resolve) => answers.push(resolve));
      }),
    );
    await settled();
    assert.deepEqual(begun, [0, 1, 2, 3]);
    answers[0]?.();
    await all[0];
    await settled();
    assert.deepEqual(begun, [0, 1, 2, 3, 4]);
    assert.equal(await turns.take('ada', () => 'at once'), 'at once');
  });

  it('of one user leave the others their turns', async () => {
    const turns = new Turns();
    const users: string[] = [];
    const answers: (() => void)[] = [];
    const ask = (user: string) =>
      turns.take(user, () => {
        users.push(user);
        return new Promise<void>((resolve) => answers.push(resolve));
      });
    for (let user = 0; user < 16; user++) for (let time = 0; time < 20; time++) void ask(`user ${user}`);
    await settled();
    assert.equal(users.length, 64);
    void ask('ada');
    for (let answered = 0; answered < 17; answered++) {
      answers.shift()?.();
      await settled();
    }
    assert.ok(users.includes('ada'));
  });

  it('that are too many are refused, and take nothing', async () => {
    const turns = new Turns();
    const { ask, answer } = question();
    const first = turns.take('eve', ask);
    for (let time = 0; time < 253; time++) void turns.take('eve', () => new Promise(() => {}));
    await assert.rejects(
      turns.take('eve', () => 'never'),
      { error_code: 'unavailable' },
    );
    await settled();
    answer('yes');
    assert.equal(await first, 'yes');
  });

  it('that hang are given up after five seconds, and those behind them are asked', async () => {
    const turns = new Turns();
    const hanging = Array.from({ length: 4 }, () => turns.take('eve', () => new Promise(() => {})));
    const behind = turns.take('eve', () => 'asked');
    const outcomes = Promise.allSettled(hanging);
    await settled();
    mock.timers.tick(5_000);
    for (const outcome of await outcomes) {
      assert.ok(outcome.status === 'rejected' && outcome.reason instanceof Refusal);
      assert.equal(outcome.reason.error_code, 'unavailable');
      assert.ok(outcome.reason.details.retry_after_ms);
    }
    assert.equal(await behind, 'asked');
  });

  it('that fail fail alone', async () => {
    const turns = new Turns();
    await assert.rejects(
      turns.take('eve', () => Promise.reject(new Error('no'))),
      /no/,
    );
    await assert.rejects(
      turns.take('eve', () => assert.fail('thrown')),
      /thrown/,
    );
    assert.equal(await turns.take('eve', () => 1), 1);
  });
});
