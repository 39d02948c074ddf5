import assert from 'node:assert/strict';
import { Client, memoryStorage } from '../../client/index.ts';
import { cleanup } from '../support/cleanup.ts';
import { startServer, token } from '../support/process.ts';
import { UnreliableProxy } from '../support/proxy.ts';
import { startRedis } from '../support/redis.ts';
import { clientOf, refusedHandshake } from '../support/server.ts';
import { until } from '../support/until.ts';

const crowd = 500;

describe('a restart', () => {
  it('has 500 clients of one address back within 15 s, and lets in no more newcomers than before', async function () {
    this.timeout(120_000);
    const redis = await startRedis();
    cleanup(() => redis.kill());
    // As many as by default, and no busy machine takes so long that all may come again.
    const limits = { LIMIT_CONNECTIONS: '600/3600', MAX_CONNECTIONS_PER_IP: '2000' };
    const env = { REDIS_URL: redis.url, LOG_LEVEL: 'warn', ...limits };
    // Both are there before: how long a process takes to start says nothing of those who come back.
    const [first, second] = await Promise.all([startServer(env), startServer(env)]);
    for (const server of [first, second]) cleanup(() => server.kill());
    let there: typeof first | undefined = first;
    const proxy = await UnreliableProxy.open(() => there);
    cleanup(() => proxy.close());
    const clients = Array.from({ length: crowd }, (_, index) => {
      const client = new Client(proxy.url, {
        token: token({ sub: `user${index}`, rooms: { '*': 'editor' } }),
        storage: memoryStorage(),
      });
      cleanup(() => client.disconnect());
      return client;
    });
    const connected = () => clients.filter(({ isConnected }) => isConnected).length;
    for (let come = 0; come < crowd; come += 100) {
      for (const client of clients.slice(come, come + 100)) client.connect();
      await until(() => connected() === come + 100);
    }
    const refused = new Set<string>();
    for (const client of clients)
      client.on('state', ({ refusal }) => refusal && refused.add(refusal.message.replace(/:.*/, '')));
    there = undefined;
    await first.kill();
    await until(() => connected() === 0);
    there = second;
    const began = performance.now();
    await until(() => connected() === crowd);
    const took = performance.now() - began;
    refused.delete('can not be reached');
    assert.deepEqual([...refused], []);
    assert.ok(took < 15_000, `${took} ms`);

    // 600 may come who were not here: 500 have come, and 100 more may.
    const answers: string[] = [];
    // Not all at once: who waits in line for a busy machine may be refused for that.
    while (answers.length < 110) {
      const come = Array.from({ length: 10 }, (_, index) => {
        const newcomer = clientOf(second, { auth: { token: token({ sub: `new${answers.length + index}` }) } });
        return refusedHandshake(newcomer).then(
          ({ error_code }) => error_code,
          () => 'let in',
        );
      });
      answers.push(...(await Promise.all(come)));
    }
    assert.ok(answers.filter((answer) => answer === 'let in').length <= 100);
    assert.ok(answers.filter((answer) => answer === 'rate_limited').length >= 10);
  });
});
