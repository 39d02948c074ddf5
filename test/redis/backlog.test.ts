import assert from 'node:assert/strict';
import type { News } from '../../server/logs/log.ts';
import { RedisLog } from '../../server/logs/redis.ts';
import { Redis } from '../../server/redis/redis.ts';
import { cleanup } from '../support/cleanup.ts';
import { type RedisServer, startRedis } from '../support/redis.ts';
import { ask, type Client, connect, request, startServer } from '../support/server.ts';
import { until } from '../support/until.ts';

describe('large operations over Redis', () => {
  let redis: RedisServer;

  beforeEach(async () => {
    redis = await startRedis(['--appendfsync', 'no']);
    cleanup(() => redis.kill());
  });

  it('wait for a Redis that hangs up to so many bytes in all rooms together, and the rest is refused at once', async function () {
    this.timeout(20_000);
    const server = await startServer({ redisUrl: [redis.url], limitOperations: '0', limitBytes: '0' });
    await until(() => server.trouble === undefined);
    const text = 'x'.repeat(250_000);
    const clients: Client[] = [];
    for (let at = 0; at < 10; at++) {
      const client = await connect(server, { sub: `user${at}` });
      await request(client, 'join_room', { room_id: `song:${at}` });
      await request(client, 'collaboration_operation', { room_id: `song:${at}`, operation: ['x'] });
      clients.push(client);
    }
    redis.freeze();
    cleanup(() => redis.thaw());
    let refusals = 0;
    const answers = clients.flatMap((client, at) =>
      Array.from({ length: 8 }, async () => {
        const answer = await ask(client, 'collaboration_operation', { room_id: `song:${at}`, operation: [text] });
        if (!answer.ok) refusals += 1;
        return answer;
      }),
    );
    // They are counted with two bytes a letter: 40 MB came, and 12 MiB may wait.
    await until(() => refusals >= 50);
    redis.thaw();
    const all = await Promise.all(answers);
    const codes = all.flatMap((answer) => (answer.ok ? [] : [answer.error.error_code]));
    assert.deepEqual([...new Set(codes)], ['unavailable']);
    assert.ok(codes.length < 60, `${codes.length} refused`);
    const lengths = await Promise.all(
      clients.map(async (client, at) => {
        const { document } = await request(client, 'get_room_state', { room_id: `song:${at}` });
        return String(document?.content).length - 1;
      }),
    );
    const written = (all.length - codes.length) * text.length;
    assert.equal(
      lengths.reduce((sum, length) => sum + length, 0),
      written,
    );
  });

  it('are not published: others are told where the log stands, and read them', async () => {
    const logs = await Promise.all(
      [1, 2].map(async () => {
        const connection = new Redis({ urls: [redis.url], prefix: 'tutti:0:', waitReplicas: 0 });
        const log = new RedisLog(connection);
        cleanup(() => log.close().then(() => connection.close()));
        await new Promise<void>((resolve) => connection.onReady(resolve));
        return log;
      }),
    );
    const [here, there] = logs as [RedisLog, RedisLog];
    const [heard, heardHere]: [News[], News[]] = [[], []];
    there.follow('/song:1', (news) => heard.push(news));
    here.follow('/song:1', (news) => heardHere.push(news));
    const entry = (operation: unknown) => ({ operation, client_id: 'a', user_id: 'ada', timestamp: 1 });
    const first = await here.append('/song:1', { epoch: '', after: 0, entries: [entry(['x'.repeat(70_000)])] });
    assert.ok(first.committed);
    const { epoch } = first;
    await here.append('/song:1', { epoch, after: 1, entries: [entry(['y'])] });
    await until(() => heard.some(({ entries }) => entries.length > 0));
    const told = heard.filter((news) => news.proofs).map(({ revision, entries }) => [revision, entries.length]);
    assert.deepEqual(told.slice(-2), [
      [1, 0],
      [1, 1],
    ]);
    const [long] = (await there.read('/song:1', { epoch, after: 0, limit: 1, bytes: 1e6 })) ?? [];
    assert.equal(String(long?.operation).length, 70_000);
    assert.deepEqual(heardHere.map(({ entries }) => entries.length).slice(0, 2), [1, 1]);
  });
});
