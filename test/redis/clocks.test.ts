import assert from 'node:assert/strict';
import { Client, memoryStorage, sessions } from '../../client/index.ts';
import { cleanup } from '../support/cleanup.ts';
import { hour, startClocked } from '../support/clocks.ts';
import { token } from '../support/process.ts';
import { UnreliableProxy } from '../support/proxy.ts';
import { startRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';

/** A client that is connecting; it ends with the test. */
function clientFor(server: { url: string }, sub: string): Client {
  const client = new Client(server.url, {
    token: token({ sub, rooms: { '*': 'host' } }),
    documents: [sessions],
    storage: memoryStorage(),
  });
  client.connect();
  cleanup(() => client.disconnect());
  return client;
}

describe('instances whose clocks differ by an hour', () => {
  it('have one time, that of Redis: players stand and end alike, and who comes is seen', async () => {
    const redis = await startRedis();
    cleanup(() => redis.kill());
    const env = { REDIS_URL: redis.url };
    const right = await startClocked(env, { step: -hour });
    const wrong = await startClocked(env, { ahead: hour });
    assert.ok(Math.abs((await wrong.metric('tutti_clock_skew_seconds')) - 3_600) < 1);
    assert.ok(Math.abs(await right.metric('tutti_clock_skew_seconds')) < 1);

    const [ada, ben] = [clientFor(right, 'ada'), clientFor(wrong, 'ben')];
    const [here, there] = [ada.room('session:1'), ben.room('session:1')];
    await until(() => here.participants.length === 2 && there.participants.length === 2);
    const order = here.participants.map(({ joined_at }) => joined_at);
    assert.ok(Math.abs((order[0] ?? 0) - (order[1] ?? 0)) < 60_000);
    await there.session.add({ track_id: 'first', duration_ms: 4_000 });
    await here.session.add({ track_id: 'second', duration_ms: 600_000 });
    await there.session.play('first');
    const began = performance.now();
    await until(() => here.session.playback.track_id === 'first');
    const apart = () => Math.abs(here.session.position - there.session.position);
    assert.ok(apart() < 1_000, `${apart()} ms apart`);

    // The one that was right is set back: neither its lease ends, nor its people go, nor does the player stop.
    await right.setClock();
    await here.session.update({ round: 1 });
    await until(() => there.session.state.round === 1);
    await until(() => [here, there].every(({ session }) => session.playback.track_id === 'second'));
    assert.ok(performance.now() - began > 3_900);
    assert.ok(apart() < 1_000, `${apart()} ms apart`);
    assert.equal(here.participants.length, 2);
    assert.ok(Math.abs((await right.metric('tutti_clock_skew_seconds')) + 3_600) < 1);
  });

  it('know the time of a Redis that answers late before anybody can ask for it', async () => {
    const redis = await startRedis();
    cleanup(() => redis.kill());
    const proxy = await UnreliableProxy.open(() => redis);
    cleanup(() => proxy.close());
    proxy.delay = 100;
    const wrong = await startClocked({ REDIS_URL: proxy.url.replace('http', 'redis') }, { ahead: hour });
    assert.ok(Math.abs((await wrong.metric('tutti_clock_skew_seconds')) - 3_600) < 1);
  });

  it('write again soon after Redis was away, also where the clock is set back meanwhile', async () => {
    const redis = await startRedis();
    cleanup(() => redis.kill());
    const server = await startClocked({ REDIS_URL: redis.url }, { step: -hour });
    const { text } = clientFor(server, 'ada').room('song:1');
    text.insert(0, 'a');
    await text.stored();
    await redis.kill();
    await redis.start();
    text.insert(1, 'b');
    // Nobody writes for the two seconds in which those who know more than Redis come forward.
    await until(() => text.status.refusal?.error_code === 'unavailable');
    await server.setClock();
    await text.stored();
    assert.equal(text.text, 'ab');
  });
});
