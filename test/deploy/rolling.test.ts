import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { toText } from '../../shared/documents/text/rope.ts';
import { startBalancer } from '../support/balancer.ts';
import { cleanup } from '../support/cleanup.ts';
import { freePort } from '../support/ports.ts';
import { type ServerProcess, startServer } from '../support/process.ts';
import { Random } from '../support/random.ts';
import { startRedis } from '../support/redis.ts';
import { connect, request, secret } from '../support/server.ts';
import { Typist } from '../support/typist.ts';
import { until } from '../support/until.ts';

const room_id = 'song:rolling';
const count = 30;

describe('a rolling restart', () => {
  it(`of three instances while ${count} people type: no edit is lost or doubled, nobody is long without a connection`, async function () {
    this.timeout(120_000);
    const random = new Random();
    const redis = await startRedis();
    cleanup(() => redis.kill());
    const ports = [await freePort(), await freePort(), await freePort()];
    const start = async (port: number): Promise<ServerProcess> => {
      const server = await startServer({
        PORT: String(port),
        JWT_SECRET: secret,
        REDIS_URL: redis.url,
        DRAIN_MS: '2000',
        LIMIT_OPERATIONS: '0',
        LOG_LEVEL: 'warn',
      });
      cleanup(() => server.kill());
      return server;
    };
    const instances = await Promise.all(ports.map(start));
    const nginx = await startBalancer(
      'nginx',
      instances.map(({ url }) => url),
    );

    const typists = Array.from({ length: count }, (_, index) => {
      const transports = [index % 5 === 0 ? 'polling' : 'websocket'];
      return new Typist(nginx, room_id, `typist${index}`, String.fromCodePoint(0x4e00 + index), { transports });
    });
    await Promise.all(typists.map((typist) => typist.start()));
    const stops = typists.map((typist) => typist.typeEvery(random.between(150, 350), () => random.next()));
    for (const [index, instance] of instances.entries()) {
      assert.equal(await instance.stop(), 0, instance.output());
      await start(ports[index] ?? 0);
      await pause(1000);
    }
    for (const stop of stops) stop();

    const reader = await connect(nginx, { sub: 'reader' });
    await request(reader, 'join_room', { room_id });
    await until(() => typists.every(({ replica }) => replica.synchronized));
    const { document, revision } = await request(reader, 'get_room_state', { room_id });
    await until(() => typists.every(({ replica }) => replica.revision >= revision));
    const text = String(document?.content);
    for (const { replica, letter, typed } of typists) {
      assert.equal(toText(replica.view), text, `${replica.client_id} sees another text`);
      assert.equal(text.split(letter).length - 1, typed, `${replica.client_id} typed ${typed} letters`);
    }
    assert.ok(
      typists.every(({ losses }) => losses > 0),
      'everyone was sent away',
    );
    for (const { longestGap, longestStory } of typists)
      assert.ok(
        longestGap < 5000,
        `someone was without a connection for ${Math.round(longestGap)} ms: ${longestStory}`,
      );
  });
});
