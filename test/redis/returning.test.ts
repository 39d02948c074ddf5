import assert from 'node:assert/strict';
import { Client, memoryStorage } from '../../client/index.ts';
import { cleanup } from '../support/cleanup.ts';
import { freePort } from '../support/ports.ts';
import { startServer, token } from '../support/process.ts';
import { startRedis } from '../support/redis.ts';
import { clientOf, refusedHandshake } from '../support/server.ts';
import { until } from '../support/until.ts';

const crowd = 500;

describe('a restart', () => {
  it('has 500 clients of one address back within 15 s, and lets in no more newcomers than before', async function () {
    this.timeout(120_000);
    const redis = await startRedis();
    cleanup(() => redis.kill());
    const env = {
      REDIS_URL: redis.url,
      PORT: String(await freePort()),
      LOG_LEVEL: 'warn',
      MAX_CONNECTIONS_PER_IP: '2000',
    };
    const first = await startServer(env);
    cleanup(() => first.kill());
    const clients = Array.from({ length: crowd }, (_, index) => {
      const client = new Client(first.url, {
        token: token({ sub: `user${index}`, rooms: { '*': 'editor' } }),
        storage: memoryStorage(),
      });
      cleanup(() => client.disconnect());
      client.connect();
      return client;
    });
    const connected = () => clients.filter(({ isConnected }) => isConnected).length;
    await until(() => connected() === crowd);
    await first.kill();
    await until(() => connected() === 0);
    const refused = new Set<string>();
    for (const client of clients)
      client.on('state', ({ refusal }) => refusal && refused.add(refusal.message.replace(/:.*/, '')));
    const second = await startServer(env);
    cleanup(() => second.kill());
    const began = performance.now();
    await until(() => connected() === crowd);
    const took = performance.now() - began;
    assert.deepEqual(refused, new Set(['can not be reached']));
    assert.ok(took < 15_000, `${took} ms`);

    // 600 a minute may come who were not here: 500 have come, and 100 more may.
    const answers = await Promise.all(
      Array.from({ length: 110 }, (_, index) => {
        const newcomer = clientOf(second, { auth: { token: token({ sub: `new${index}` }) } });
        return refusedHandshake(newcomer).then(
          ({ error_code }) => error_code,
          () => 'let in',
        );
      }),
    );
    assert.ok(answers.filter((answer) => answer === 'let in').length <= 100);
    assert.ok(answers.filter((answer) => answer === 'rate_limited').length >= 10);
  });
});
