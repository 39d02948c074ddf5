import assert from 'node:assert/strict';
import type { CollaborationServer } from '../../server/server.ts';
import { cleanup } from '../support/cleanup.ts';
import { startProxy } from '../support/proxy.ts';
import { type RedisServer, startCluster, startRedis, stoppedRedis } from '../support/redis.ts';
import { Scribe } from '../support/scribe.ts';
import { connect, refused, startServer } from '../support/server.ts';
import { until } from '../support/until.ts';

/** How long all may take to be well again once Redis is, in milliseconds. */
const recovery = 10_000;

describe('trouble with Redis', function () {
  this.timeout(60_000);

  async function redisServer(config?: string[]): Promise<RedisServer> {
    const redis = await startRedis(config);
    cleanup(() => redis.kill());
    return redis;
  }

  /** Two instances, and two scribes at each who write. */
  async function writing(url: string | string[], options: { redisWaitReplicas?: number } = {}) {
    const redisUrl = [url].flat();
    const servers = await Promise.all([1, 2].map(() => startServer({ redisUrl, ...options })));
    await until(() => servers.every(({ trouble }) => trouble === undefined));
    const scribes: Scribe[] = [];
    for (const name of ['a', 'b', 'c', 'd']) {
      scribes.push(await Scribe.join(servers[scribes.length % 2] as CollaborationServer, name));
    }
    for (const scribe of scribes) scribe.begin();
    await acknowledgedMore(scribes, 5);
    return { servers, scribes, redisUrl };
  }

  /** Resolves when each of them has had so many more marks acknowledged. */
  async function acknowledgedMore(scribes: Scribe[], count: number): Promise<void> {
    const before = scribes.map(({ acknowledged }) => acknowledged.length);
    await until(() => scribes.every(({ acknowledged }, index) => acknowledged.length >= (before[index] ?? 0) + count));
  }

  /** Resolves when each of them was refused because the store does not answer, and the instances say so. */
  async function inTrouble(servers: CollaborationServer[], scribes: Scribe[]): Promise<void> {
    const before = scribes.map(({ refusals }) => refusals.get('unavailable') ?? 0);
    await until(() =>
      scribes.every(({ refusals }, index) => (refusals.get('unavailable') ?? 0) > (before[index] ?? 0)),
    );
    for (const { trouble } of servers) assert.ok(trouble, 'the status names the trouble');
  }

  /** From now on all must be well again in time. */
  async function wellAgain(servers: CollaborationServer[], scribes: Scribe[]): Promise<void> {
    const began = performance.now();
    await acknowledgedMore(scribes, 2);
    await until(() => servers.every(({ trouble }) => trouble === undefined));
    const took = performance.now() - began;
    assert.ok(took < recovery, `well again after ${took} ms`);
  }

  /** Nobody has diverged, and every mark that was acknowledged is there once. */
  async function agreed(redisUrl: string[], scribes: Scribe[]): Promise<void> {
    await Promise.all(scribes.map((scribe) => scribe.end()));
    const fresh = await startServer({ redisUrl });
    const reader = await Scribe.join(fresh, 'reader');
    await until(() => scribes.every(({ view }) => view === reader.view));
    const marks: string[] = reader.view.match(/<[^<>]+>/g) ?? [];
    assert.equal(new Set(marks).size, marks.length, 'no mark is there twice');
    assert.equal(marks.join(''), reader.view);
    for (const mark of scribes.flatMap(({ acknowledged }) => acknowledged)) {
      assert.ok(marks.includes(mark), `${mark} was acknowledged and is lost`);
    }
    assert.equal(new Set(scribes.map(({ epoch }) => epoch)).size, 1);
  }

  it('absent at the start: the server starts, refuses rooms, and serves them once it is there', async () => {
    const redis = await stoppedRedis();
    cleanup(() => redis.kill());
    const server = await startServer({ redisUrl: [redis.url] });
    const client = await connect(server, { sub: 'ada' });
    const { retry_after_ms } = await refused(client, 'join_room', { room_id: 'song:42' }, 'unavailable');
    assert.ok(retry_after_ms);
    assert.ok(server.trouble);
    await redis.start();
    const scribe = await Scribe.join(server, 'a');
    scribe.begin();
    await wellAgain([server], [scribe]);
    await agreed([redis.url], [scribe]);
  });

  it('killed and restarted: nothing is lost, and the epoch stays', async () => {
    const redis = await redisServer();
    const { servers, scribes, redisUrl } = await writing(redis.url);
    await redis.kill();
    await inTrouble(servers, scribes);
    await redis.start();
    await wellAgain(servers, scribes);
    await agreed(redisUrl, scribes);
    for (const { epochs } of scribes) assert.ok(epochs.size <= 2, 'none but "" and the first');
  });

  it('restarted empty: the song goes on from memory, in a new epoch', async () => {
    const redis = await redisServer();
    const { servers, scribes, redisUrl } = await writing(redis.url);
    const [{ epoch } = { epoch: '' }] = scribes;
    await redis.kill();
    await inTrouble(servers, scribes);
    redis.restore();
    await redis.start();
    await wellAgain(servers, scribes);
    await agreed(redisUrl, scribes);
    assert.notEqual(scribes[0]?.epoch, epoch);
  });

  it('restarted rewound: the song goes on from memory, in a new epoch', async () => {
    const redis = await redisServer();
    const { servers, scribes, redisUrl } = await writing(redis.url);
    await redis.kill();
    const backup = redis.backUp();
    await redis.start();
    await wellAgain(servers, scribes);
    const [{ epoch } = { epoch: '' }] = scribes;
    await redis.kill();
    await inTrouble(servers, scribes);
    redis.restore(backup);
    await redis.start();
    await wellAgain(servers, scribes);
    await agreed(redisUrl, scribes);
    assert.notEqual(scribes[0]?.epoch, epoch);
  });

  it('restarted without having flushed each write: a new epoch, and nothing of what instances know is lost', async () => {
    const redis = await redisServer(['--appendfsync', 'everysec']);
    const { servers, scribes, redisUrl } = await writing(redis.url);
    const [{ epoch } = { epoch: '' }] = scribes;
    await redis.kill();
    await inTrouble(servers, scribes);
    await redis.start();
    await wellAgain(servers, scribes);
    await agreed(redisUrl, scribes);
    assert.notEqual(scribes[0]?.epoch, epoch);
  });

  it('frozen: refusals come in bounded time, and what was committed after all is not repeated', async () => {
    const redis = await redisServer();
    const { servers, scribes, redisUrl } = await writing(redis.url);
    redis.freeze();
    await inTrouble(servers, scribes);
    await inTrouble(servers, scribes);
    redis.thaw();
    await wellAgain(servers, scribes);
    await agreed(redisUrl, scribes);
    for (const { longest } of scribes) assert.ok(longest < 9_000, `an answer took ${longest} ms`);
  });

  it('slow: all goes on, slowly', async () => {
    const redis = await redisServer();
    const proxy = await startProxy(redis.port);
    cleanup(() => proxy.close());
    const { servers, scribes, redisUrl } = await writing(`redis://127.0.0.1:${proxy.port}`);
    proxy.slowDown(150);
    await acknowledgedMore(scribes, 5);
    proxy.slowDown(0);
    await wellAgain(servers, scribes);
    await agreed(redisUrl, scribes);
    for (const { refusals } of scribes) assert.equal(refusals.size, 0);
  });

  it('out of memory: edits are refused, readers go on', async () => {
    const redis = await redisServer();
    const { servers, scribes, redisUrl } = await writing(redis.url);
    redis.command('config', 'set', 'maxmemory', '1');
    await inTrouble(servers, scribes);
    const reader = await Scribe.join(servers[0] as CollaborationServer, 'another');
    assert.ok(reader.view.length > 0);
    redis.command('config', 'set', 'maxmemory', '0');
    await wellAgain(servers, scribes);
    await agreed(redisUrl, scribes);
  });

  describe('whose replica takes over', () => {
    async function pair() {
      const master = await redisServer();
      const replica = await redisServer(['--replicaof', '127.0.0.1', String(master.port)]);
      const proxy = await startProxy(master.port);
      cleanup(() => proxy.close());
      await until(() => master.command('info', 'replication').includes('state=online'));
      const failOver = () => {
        replica.command('replicaof', 'no', 'one');
        proxy.leadTo(replica.port);
      };
      return { master, replica, url: `redis://127.0.0.1:${proxy.port}`, failOver };
    }

    it('the song goes on from memory, in a new epoch', async () => {
      const { master, url, failOver } = await pair();
      const { servers, scribes, redisUrl } = await writing(url);
      const [{ epoch } = { epoch: '' }] = scribes;
      await master.kill();
      await inTrouble(servers, scribes);
      failOver();
      await wellAgain(servers, scribes);
      await agreed(redisUrl, scribes);
      assert.notEqual(scribes[0]?.epoch, epoch);
    });

    it('with REDIS_WAIT_REPLICAS nothing is lost and the epoch stays', async () => {
      const { master, replica, url, failOver } = await pair();
      const other = await redisServer(['--replicaof', '127.0.0.1', String(replica.port)]);
      await until(() => replica.command('info', 'replication').includes('state=online'));
      const { servers, scribes, redisUrl } = await writing(url, { redisWaitReplicas: 1 });
      await master.kill();
      await inTrouble(servers, scribes);
      failOver();
      await wellAgain(servers, scribes);
      for (const { epochs } of scribes) assert.ok(epochs.size <= 2, 'none but "" and the first');
      await other.kill();
      await inTrouble(servers, scribes);
      await other.start();
      await wellAgain(servers, scribes);
      await agreed(redisUrl, scribes);
    });
  });

  it('a cluster that fails over: the other masters go on, and the song does from memory', async () => {
    const nodes = await startCluster();
    for (const node of nodes) cleanup(() => node.kill());
    const urls = nodes.slice(0, 3).map(({ url }) => url);
    const ask = (...args: string[]) => (nodes.find(({ isRunning }) => isRunning) as RedisServer).command(...args);
    await until(() => nodes.every((node) => node.command('cluster', 'info').includes('cluster_state:ok')));
    const { servers, scribes, redisUrl } = await writing(urls);
    const slot = Number(ask('cluster', 'keyslot', '/song:trouble'));
    const holder = nodes.find((node) => holds(node, slot));
    assert.ok(holder);
    await until(() => holder.command('info', 'replication').includes('state=online'));
    await holder.kill();
    await inTrouble(servers, scribes);
    await until(() => nodes.some((node) => node.isRunning && holds(node, slot)));
    await wellAgain(servers, scribes);
    await agreed(redisUrl, scribes);
  });
});

/** Whether a node of a cluster is the master of a slot. */
function holds(node: RedisServer, slot: number): boolean {
  const own = /^\S+ \S+ \S*myself,master .*connected(.*)$/m.exec(node.command('cluster', 'nodes'))?.[1] ?? '';
  return [...own.matchAll(/ (\d+)-(\d+)/g)].some(([, from, to]) => Number(from) <= slot && slot <= Number(to));
}
