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
});
