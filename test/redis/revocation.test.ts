import assert from 'node:assert/strict';
import { shareRedis } from '../support/instances.ts';
import { administrator } from '../support/revocation.ts';
import { clientOf, connect, next, refusedHandshake, request, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';

describe('across instances', () => {
  const shared = shareRedis();

  it('a user who is blocked on one ends on the other, is let in by none, and by all again when it is unblocked', async () => {
    const [one, other] = await shared.pair();
    const ada = await connect(other, { sub: 'ada' });
    const ben = await connect(other, { sub: 'ben' });
    const end = next(ada, 'error');
    await administrator(one).block('ada');
    const { error_code, fatal } = await end;
    assert.deepEqual([error_code, fatal], ['forbidden', true]);
    await request(ben, 'ping', {});
    const third = await shared.instance();
    for (const server of [one, other, third]) {
      const refusal = await refusedHandshake(clientOf(server, { auth: { token: tokenFor({ sub: 'ada' }) } }));
      assert.equal(refusal.error_code, 'forbidden');
    }
    await administrator(third).unblock('ada');
    await until(async () => {
      const client = clientOf(one, { auth: { token: tokenFor({ sub: 'ada' }) } });
      const outcome = Promise.race([
        next(client, 'connected').then(() => true),
        new Promise<boolean>((resolve) => client.once('connect_error', () => resolve(false))),
      ]);
      client.connect();
      return outcome;
    });
  });

  it('a token that is revoked on one ends what it let in on the other', async () => {
    const [one, other] = await shared.pair();
    const ada = await connect(other, { sub: 'ada', jti: 'x' });
    const end = next(ada, 'error');
    await administrator(one).revoke({ jti: 'x' });
    assert.equal((await end).error_code, 'unauthorized');
    const refusal = await refusedHandshake(clientOf(other, { auth: { token: tokenFor({ sub: 'ada', jti: 'x' }) } }));
    assert.equal(refusal.error_code, 'unauthorized');
  });

  it('what was revoked before Redis went away stays so meanwhile', async () => {
    const [one, other] = await shared.pair();
    await connect(other, { sub: 'ben' });
    await administrator(one).revoke({ jti: 'x' });
    await until(async () => {
      const client = clientOf(other, { auth: { token: tokenFor({ sub: 'ada', jti: 'x' }) } });
      return (await refusedHandshake(client)).error_code === 'unauthorized';
    });
    await shared.redis.kill();
    try {
      await until(() => other.trouble !== undefined);
      const refusal = await refusedHandshake(clientOf(other, { auth: { token: tokenFor({ sub: 'ada', jti: 'x' }) } }));
      assert.equal(refusal.error_code, 'unauthorized');
      await connect(other, { sub: 'ben' });
    } finally {
      await shared.redis.start();
    }
  });
});
