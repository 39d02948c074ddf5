import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { CollaborationServer } from '../../server/application.ts';
import type { ErrorCode } from '../../shared/refusals.ts';
import { cleanup } from '../support/cleanup.ts';
import { call } from '../support/http.ts';
import { UnreliableProxy } from '../support/proxy.ts';
import { type RedisServer, startCluster, startRedis, stoppedRedis } from '../support/redis.ts';
import { Scribe } from '../support/scribe.ts';
import { connect, next, refused, request, startServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const room_id = 'song:42';
/** How long all may take to be well again once Redis is, in milliseconds. */
const recovery = 10_000;

describe('trouble with Redis', function () {
  this.timeout(60_000);

  async function redisServer(config?: string[]): Promise<RedisServer> {
    const redis = await startRedis(config);
    cleanup(() => redis.kill());
    return redis;
  }

  async function proxyTo(target: () => RedisServer): Promise<UnreliableProxy> {
    const proxy = await UnreliableProxy.open(target);
    cleanup(() => proxy.close());
    return proxy;
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

  /** Resolves when each of them was refused because the store does not answer; the instances say so, and go on. */
  async function inTrouble(servers: CollaborationServer[], scribes: Scribe[]): Promise<void> {
    const before = scribes.map(({ refusals }) => refusals.get('unavailable') ?? 0);
    await until(() =>
      scribes.every(({ refusals }, index) => (refusals.get('unavailable') ?? 0) > (before[index] ?? 0)),
    );
    assert.deepEqual(await conditions(servers), ['degraded']);
  }

  /** From now on all must be well again in time. */
  async function wellAgain(servers: CollaborationServer[], scribes: Scribe[]): Promise<void> {
    const began = performance.now();
    await acknowledgedMore(scribes, 2);
    await until(async () => isDeepStrictEqual(await conditions(servers), ['ready']));
    const took = performance.now() - began;
    assert.ok(took < recovery, `well again after ${took} ms`);
  }

  /** Nobody has diverged, and every mark that was acknowledged is there once. Nobody was refused for another reason. */
  async function agreed(redisUrl: string[], scribes: Scribe[], refusals: ErrorCode[]): Promise<void> {
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
    for (const code of scribes.flatMap((scribe) => [...scribe.refusals.keys()]))
      assert.ok(refusals.includes(code), code);
  }

  it('absent at the start: the server starts, refuses rooms, and serves them once it is there', async () => {
    const redis = await stoppedRedis();
    cleanup(() => redis.kill());
    const server = await startServer({ redisUrl: [redis.url] });
    const client = await connect(server, { sub: 'ada' });
    const { code, retry_after_ms } = await refused(client, 'join_room', { room_id }, 'unavailable');
    assert.deepEqual([code, retry_after_ms], [4503, 500]);
    assert.deepEqual(await conditions([server]), ['degraded']);
    await redis.start();
    const scribe = await Scribe.join(server, 'a');
    scribe.begin();
    await wellAgain([server], [scribe]);
    await agreed([redis.url], [scribe], ['unavailable']);
  });

  it('killed and restarted: nothing is lost, and the epoch stays', async () => {
    const redis = await redisServer();
    const { servers, scribes, redisUrl } = await writing(redis.url);
    const epoch = epochOf(scribes);
    await redis.kill();
    await inTrouble(servers, scribes);
    await redis.start();
    await wellAgain(servers, scribes);
    await agreed(redisUrl, scribes, ['unavailable']);
    assert.equal(epochOf(scribes), epoch);
  });

  it('gone: who is here meets, sees and hears each other all the same', async () => {
    const redis = await redisServer();
    const server = await startServer({ redisUrl: [redis.url] });
    await until(() => server.trouble === undefined);
    const [ada, ben] = [await connect(server, { sub: 'ada' }), await connect(server, { sub: 'ben' })];
    for (const client of [ada, ben]) await request(client, 'join_room', { room_id });
    await redis.kill();
    await refused(ada, 'collaboration_operation', { room_id, operation: ['x'], sequence: 1 }, 'unavailable');
    assert.deepEqual(await conditions([server]), ['degraded']);
    const heard = [next(ben, 'cursor_moved'), next(ben, 'typing_changed'), next(ben, 'room_message')];
    ada.emit('cursor_update', { room_id, position: 0 });
    await request(ada, 'typing', { room_id, is_typing: true });
    await request(ada, 'broadcast_message', { room_id, message: 'Redis is gone' });
    await Promise.all(heard);
    const left = next(ben, 'user_left');
    ada.disconnect();
    assert.deepEqual(
      (await left).users.map(({ user_id }) => user_id),
      ['ada'],
    );
    await connect(server, { sub: 'eve' });
  });

  it('restarted empty: the song goes on from memory, in a new epoch', async () => {
    const redis = await redisServer();
    const { servers, scribes, redisUrl } = await writing(redis.url);
    const epoch = epochOf(scribes);
    await redis.kill();
    await inTrouble(servers, scribes);
    redis.restore();
    await redis.start();
    await wellAgain(servers, scribes);
    await agreed(redisUrl, scribes, ['unavailable', 'conflict']);
    assert.notEqual(epochOf(scribes), epoch);
  });

  it('restarted rewound: the song goes on from memory, in a new epoch', async () => {
    const redis = await redisServer();
    const { servers, scribes, redisUrl } = await writing(redis.url);
    await redis.kill();
    const backup = redis.backUp();
    await redis.start();
    await acknowledgedMore(scribes, 5);
    const epoch = epochOf(scribes);
    await redis.kill();
    await inTrouble(servers, scribes);
    redis.restore(backup);
    await redis.start();
    await wellAgain(servers, scribes);
    await agreed(redisUrl, scribes, ['unavailable', 'conflict']);
    assert.notEqual(epochOf(scribes), epoch);
  });

  it('restarted without having flushed each write: a new epoch, and nothing of what instances know is lost', async () => {
    const redis = await redisServer(['--appendfsync', 'everysec']);
    const { servers, scribes, redisUrl } = await writing(redis.url);
    const epoch = epochOf(scribes);
    await redis.kill();
    await inTrouble(servers, scribes);
    await redis.start();
    await wellAgain(servers, scribes);
    await agreed(redisUrl, scribes, ['unavailable', 'conflict']);
    assert.notEqual(epochOf(scribes), epoch);
  });

  it('frozen: refusals come in bounded time, and what was committed after all is not repeated', async () => {
    const redis = await redisServer();
    const { servers, scribes, redisUrl } = await writing(redis.url);
    redis.freeze();
    await inTrouble(servers, scribes);
    await inTrouble(servers, scribes);
    redis.thaw();
    await wellAgain(servers, scribes);
    await agreed(redisUrl, scribes, ['unavailable']);
    for (const { longest } of scribes) assert.ok(longest < 9_000, `an answer took ${longest} ms`);
  });

  it('slow: nobody is refused, and nobody left out', async () => {
    const redis = await redisServer();
    const proxy = await proxyTo(() => redis);
    proxy.delay = 60;
    const { servers, scribes, redisUrl } = await writing(redisUrlOf(proxy));
    assert.deepEqual(await conditions(servers), ['ready']);
    await agreed(redisUrl, scribes, []);
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
    await agreed(redisUrl, scribes, ['unavailable']);
  });

  describe('whose replica takes over', () => {
    async function pair() {
      const master = await redisServer();
      const replica = await redisServer(['--replicaof', '127.0.0.1', String(master.port)]);
      let leader = master;
      const proxy = await proxyTo(() => leader);
      await until(() => master.command('info', 'replication').includes('state=online'));
      const failOver = () => {
        replica.command('replicaof', 'no', 'one');
        leader = replica;
        proxy.cut();
      };
      return { master, replica, url: redisUrlOf(proxy), failOver };
    }

    it('the song goes on from memory, in a new epoch', async () => {
      const { master, url, failOver } = await pair();
      const { servers, scribes, redisUrl } = await writing(url);
      const epoch = epochOf(scribes);
      await master.kill();
      await inTrouble(servers, scribes);
      failOver();
      await wellAgain(servers, scribes);
      await agreed(redisUrl, scribes, ['unavailable', 'conflict']);
      assert.notEqual(epochOf(scribes), epoch);
    });

    it('with REDIS_WAIT_REPLICAS nothing is lost and the epoch stays', async () => {
      const { master, replica, url, failOver } = await pair();
      const other = await redisServer(['--replicaof', '127.0.0.1', String(replica.port)]);
      await until(() => replica.command('info', 'replication').includes('state=online'));
      const { servers, scribes, redisUrl } = await writing(url, { redisWaitReplicas: 1 });
      const epoch = epochOf(scribes);
      await master.kill();
      await inTrouble(servers, scribes);
      failOver();
      await wellAgain(servers, scribes);
      assert.equal(epochOf(scribes), epoch);
      await other.kill();
      await inTrouble(servers, scribes);
      await other.start();
      await wellAgain(servers, scribes);
      await agreed(redisUrl, scribes, ['unavailable']);
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
    await agreed(redisUrl, scribes, ['unavailable', 'conflict']);
  });
});

/** What instances answer to `GET /api/v1/ready` and `/status`, each answer once. None leaves its balancer. */
async function conditions(servers: CollaborationServer[]): Promise<string[]> {
  const routes = ['ready', 'status'];
  const asked = servers.flatMap((server) => routes.map((route) => call(server, `GET /api/v1/${route}`)));
  const answers = await Promise.all(asked);
  for (const { status } of answers) assert.equal(status, 200);
  return [...new Set(answers.map(({ body }) => body.status))];
}

function epochOf(scribes: Scribe[]): string | undefined {
  return scribes[0]?.epoch;
}

function redisUrlOf(proxy: UnreliableProxy): string {
  return proxy.url.replace('http:', 'redis:');
}

/** Whether a node of a cluster is the master of a slot. */
function holds(node: RedisServer, slot: number): boolean {
  const own = /^\S+ \S+ \S*myself,master .*connected(.*)$/m.exec(node.command('cluster', 'nodes'))?.[1] ?? '';
  return [...own.matchAll(/ (\d+)-(\d+)/g)].some(([, from, to]) => Number(from) <= slot && slot <= Number(to));
}
