import assert from 'node:assert/strict';
import { Flow } from '../../server/limits/flow.ts';

describe('a flow', () => {
  it('takes so much at once, and then says how long to wait', () => {
    let now = 0;
    const flow = new Flow({ most: 100, perSecond: 10, now: () => now });
    assert.equal(flow.take('eve', 100), 0);
    assert.equal(flow.take('eve', 5), 500);
    assert.equal(flow.take('ada', 1), 0);
    now = 500;
    assert.equal(flow.take('eve', 0), 0);
    now = 60_000;
    assert.equal(flow.take('eve', 110), 1_000);
  });

  it('forgives what somebody would wait too long for', () => {
    let now = 0;
    const flow = new Flow({ most: 100, perSecond: 10, longest: 2_000, now: () => now });
    assert.equal(flow.take('eve', 110), 1_000);
    assert.equal(flow.take('eve', 1_000), 2_000);
    now = 2_000;
    assert.equal(flow.take('eve', 1), 100);
  });
});
