import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTo } from 'node:net';
import { cleanup } from '../support/cleanup.ts';
import { startServer } from '../support/process.ts';
import { startRedis } from '../support/redis.ts';
import { connect, request, secret } from '../support/server.ts';
import { until } from '../support/until.ts';

const limit = 256;

describe('a server that runs out of file descriptors', () => {
  it('says so once, and keeps those that the store needs', async () => {
    const redis = await startRedis();
    cleanup(() => redis.kill());
    const env = { REDIS_URL: redis.url, JWT_SECRET: secret, METRICS_TOKEN: 'look', LIMIT_CONNECTIONS: '0' };
    const server = await startServer(env, ['prlimit', `--nofile=${limit}:${limit}`]);
    cleanup(() => server.kill());
    const ada = await connect(server, { sub: 'ada' });
    await request(ada, 'join_room', { room_id: 'song:1' });
    const write = () => request(ada, 'collaboration_operation', { room_id: 'song:1', operation: ['x'] });
    await write();

    const { hostname, port } = new URL(server.url);
    const crowd = Array.from({ length: limit }, () => connectTo(Number(port), hostname));
    cleanup(() => crowd.map((socket) => socket.destroy()));
    for (const socket of crowd) socket.on('error', () => {});
    const away = crowd.map((socket) => once(socket, 'close'));
    await Promise.race(away);
    await until(() => server.output().includes('no more connections'));

    await redis.kill();
    await redis.start();
    await until(() =>
      write().then(
        () => true,
        () => false,
      ),
    );
    for (const socket of crowd) socket.destroy();
    await Promise.all(away);
    await until(async () => {
      const answer = await fetch(`${server.url}/metrics`, { headers: { authorization: 'Bearer look' } }).catch(
        () => undefined,
      );
      return /tutti_drops_total\{what="no descriptor"\} [1-9]/.test((await answer?.text()) ?? '');
    });
    assert.equal(server.output().split('no more connections').length, 2);
  });
});
