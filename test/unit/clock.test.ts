import assert from 'node:assert/strict';
import { Clock } from '../../shared/clock.ts';

describe('the server’s clock', () => {
  it('is guessed before it is measured', () => {
    const clock = new Clock(250);
    assert.equal(clock.offset, 250);
    assert.equal(clock.latency, undefined);
  });

  it('is what the fastest answer says, and the latency what the last one took', () => {
    const clock = new Clock(0);
    // The server is 1,000 ahead; of the slow answers all of the delay was on one way.
    clock.measured(0, 200, 1_000);
    clock.measured(1_000, 1_020, 2_010);
    clock.measured(2_000, 2_300, 3_300);
    assert.equal(clock.offset, 1_000);
    assert.equal(clock.latency, 300);
  });

  it('is measured anew in time, for clocks drift and are set', () => {
    const clock = new Clock(0);
    clock.measured(0, 2, 1_001);
    for (let sent = 100; sent <= 800; sent += 100) clock.measured(sent, sent + 10, sent + 5 + 50);
    assert.equal(clock.offset, 50);
  });
});
