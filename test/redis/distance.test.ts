import assert from 'node:assert/strict';
import { Client, memoryStorage } from '../../client/index.ts';
import { cleanup } from '../support/cleanup.ts';
import { UnreliableProxy } from '../support/proxy.ts';
import { startRedis } from '../support/redis.ts';
import { Scribe } from '../support/scribe.ts';
import { startServer, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';

describe('a Redis whose answers take 2 s', () => {
  it('lets who comes in, and takes edits, slowly', async function () {
    this.timeout(120_000);
    const redis = await startRedis();
    cleanup(() => redis.kill());
    const proxy = await UnreliableProxy.open(() => redis);
    cleanup(() => proxy.close());
    proxy.delay = 1_000;
    const server = await startServer({ redisUrl: proxy.url.replace('http', 'redis') });
    const clients = ['ada', 'ben'].map((sub) => {
      const client = new Client(server.url, { token: tokenFor({ sub }), storage: memoryStorage() });
      cleanup(() => client.disconnect());
      client.connect();
      return client;
    });
    const [ada, ben] = clients.map((client) => client.room('song:1'));
    assert.ok(ada && ben);
    await until(() => ada.state.status === 'joined' && ben.state.status === 'joined');
    const began = performance.now();
    ada.text.insert(0, 'far away');
    await ada.text.stored();
    assert.ok(performance.now() - began >= 2_000);
    await until(() => ben.text.text === 'far away');
    ben.text.insert(8, '!');
    await ben.text.stored();
    await until(() => ada.text.text === 'far away!');
    assert.equal(server.trouble, undefined);
  });
});

describe('a Redis whose answers begin to take 4 s', () => {
  it('holds up edits: nothing that was acknowledged is lost or there twice, and all goes on when it is near again', async function () {
    this.timeout(120_000);
    const redis = await startRedis();
    cleanup(() => redis.kill());
    const proxy = await UnreliableProxy.open(() => redis);
    cleanup(() => proxy.close());
    const near = await startServer({ redisUrl: redis.url });
    const far = await startServer({ redisUrl: proxy.url.replace('http', 'redis') });
    await until(() => [near, far].every(({ trouble }) => trouble === undefined));
    const [here, there] = [await Scribe.join(near, 'here'), await Scribe.join(far, 'there')];
    const scribes = [here, there];
    /** Resolves when somebody has had so many more marks acknowledged. */
    const acknowledged = async ({ acknowledged }: Scribe, more: number) => {
      const before = acknowledged.length;
      await until(() => acknowledged.length >= before + more);
    };
    for (const scribe of scribes) scribe.begin();
    await Promise.all(scribes.map((scribe) => acknowledged(scribe, 5)));

    proxy.delay = 2_000;
    await until(() => (there.refusals.get('unavailable') ?? 0) >= 2);
    await acknowledged(here, 5);
    proxy.delay = 0;
    await Promise.all(scribes.map((scribe) => acknowledged(scribe, 5)));

    await Promise.all(scribes.map((scribe) => scribe.end()));
    const reader = await Scribe.join(near, 'reader');
    await until(() => scribes.every(({ view }) => view === reader.view));
    const all = scribes.flatMap(({ acknowledged }) => acknowledged);
    assert.deepEqual((reader.view.match(/<[^<>]+>/g) ?? []).sort(), all.sort());
    assert.equal(here.refusals.get('unavailable'), undefined);
  });
});
