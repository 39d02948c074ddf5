import assert from 'node:assert/strict';
import { Budget } from '../../server/limits/budget.ts';
import { Refusal } from '../../shared/refusals.ts';

function refusalOf(run: () => void): Refusal {
  try {
    run();
  } catch (error) {
    assert(error instanceof Refusal);
    return error;
  }
  assert.fail('was not refused');
}

describe('a budget', () => {
  let now = 0;
  const budgetFrom = (time: number) => {
    now = time;
    return new Budget(() => now);
  };

  it('lets a user take its share, and refuses more until some of it is back', () => {
    const budget = budgetFrom(0);
    for (let name = 0; name < 400; name += 1) budget.take('user', 'ann', 'names', 1);
    const { error_code, details } = refusalOf(() => budget.take('user', 'ann', 'names', 1));
    assert.equal(error_code, 'rate_limited');
    assert(details.retry_after_ms);
    now += details.retry_after_ms;
    budget.take('user', 'ann', 'names', 1);
  });

  it('lets an account be overdrawn once, and refuses until that is paid back', () => {
    const budget = budgetFrom(0);
    budget.take('user', 'ann', 'names', 1_000);
    const { details } = refusalOf(() => budget.take('user', 'ann', 'names', 1));
    assert(details.retry_after_ms);
    now += details.retry_after_ms - 2;
    refusalOf(() => budget.take('user', 'ann', 'names', 1));
    now += 2;
    budget.take('user', 'ann', 'names', 1);
  });

  it('counts the time of each user, and refuses nothing for it', () => {
    const budget = budgetFrom(0);
    assert.equal(budget.spend('ann', 200), 0);
    assert.equal(budget.spend('ann', 33), 1_000);
    assert.equal(budget.spend('ben', 1), 0);
    assert.equal(budget.spend('ann', 60_000), 5_000);
    now += 5_000;
    assert.equal(budget.spend('ann', 0), 0);
    budget.take('user', 'ann', 'names', 1);
  });

  it('takes nothing where it refuses', () => {
    const budget = budgetFrom(0);
    budget.take('user', 'ann', 'names', 400);
    const first = refusalOf(() => budget.take('user', 'ann', 'names', 1_000));
    assert.deepEqual(refusalOf(() => budget.take('user', 'ann', 'names', 1_000)).details, first.details);
  });

  it('is charged for what is done already, also where nothing is left, and takes back what was not needed', () => {
    const budget = budgetFrom(0);
    budget.take('user', 'ann', 'names', 400);
    budget.charge('user', 'ann', 'names', 100);
    assert.equal(refusalOf(() => budget.take('user', 'ann', 'names', 1)).details.retry_after_ms, 5_050);
    budget.charge('user', 'ann', 'names', -101);
    budget.take('user', 'ann', 'names', 1);
  });

  it('has forgotten nothing of an overdrawn account when it has swept', () => {
    const budget = budgetFrom(0);
    budget.take('user', 'ann', 'names', 10_000);
    now = 20_000;
    budget.take('user', 'ben', 'names', 1);
    refusalOf(() => budget.take('user', 'ann', 'names', 1));
  });

  it('holds accounts, costs and payers apart', () => {
    const budget = budgetFrom(0);
    budget.take('user', 'ann', 'names', 400);
    budget.take('user', 'ben', 'names', 1);
    budget.take('user', 'ann', 'bytes', 1);
    budget.take('room', 'ann', 'names', 1);
  });
});
