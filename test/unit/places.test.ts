import assert from 'node:assert/strict';
import type { Config } from '../../server/config.ts';
import { Connections } from '../../server/connections/connections.ts';
import { LocalPlaces } from '../../server/limits/places.ts';
import { Refusal } from '../../shared/refusals.ts';

const address = '192.0.2.1';

function connections(maxConnectionsPerUser: number, maxConnectionsPerIp: number) {
  return new Connections({
    config: { maxConnectionsPerUser, maxConnectionsPerIp } as Config,
    places: new LocalPlaces(),
    probeElsewhere: async () => {},
    onCame: () => {},
    onLeft: () => {},
  });
}

describe('the places of a user and an address', () => {
  it('are given back both where there is only one of the two', async () => {
    const two = connections(2, 1);
    await two.reserve('ada', address, Promise.resolve());
    await assert.rejects(two.reserve('ben', address, Promise.resolve()), { error_code: 'too_many_connections' });
    assert.deepEqual([await two.countOf('ada'), await two.countOf('ben')], [1, 0]);
    await two.reserve('ada', '192.0.2.2', Promise.resolve());
    await assert.rejects(two.reserve('ada', '192.0.2.3', Promise.resolve()), { error_code: 'too_many_connections' });
    await two.reserve('ben', '192.0.2.3', Promise.resolve());
    two.giveBack('ada', address);
    await two.reserve('cleo', address, Promise.resolve());
    assert.equal(await two.countOf('ada'), 1);
  });

  it('are given back where the user may not ask whether its others live', async () => {
    const one = connections(1, 2);
    await one.reserve('ada', address, Promise.resolve());
    const flooded = Promise.reject(new Refusal('rate_limited', 'this user has flooded'));
    await assert.rejects(one.reserve('ada', address, flooded), { error_code: 'rate_limited' });
    await one.reserve('ben', address, Promise.resolve());
    assert.deepEqual([await one.countOf('ada'), await one.countOf('ben')], [1, 1]);
  });
});
