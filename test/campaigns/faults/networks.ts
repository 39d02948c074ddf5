import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { cleanup } from '../../support/cleanup.ts';
import { comingBack, type Fault } from './fault.ts';
import type { Ground, Prepared } from './ground.ts';

/** How long a server may take to end beyond the time in which it sends clients away, in milliseconds. */
const patience = 5_000;
const silent = 200;

/** Lines that are cut, and peers that say nothing. */
export const networks: Fault[] = [
  {
    name: 'partition',
    stores: ['redis'],
    bound: 15,
    ground: async () => namespace(),
    /** One of two servers no longer reaches Redis, nor Redis it: no packet passes, and nobody is told. */
    async strike(_site, crowd, seconds) {
      assert.ok(wire);
      run('link', 'set', wire, 'down');
      await crowd.heldUp();
      await pause(seconds * 1_000);
      run('link', 'set', wire, 'up');
    },
  },
  {
    name: 'clients-cut',
    stores: ['embedded', 'redis'],
    bound: 15,
    async strike(_site, crowd, seconds) {
      const end = performance.now() + seconds * 1_000;
      while (performance.now() < end) {
        for (const { proxy } of crowd.people) if (crowd.random.oneIn(2)) proxy.cut();
        await pause(500);
      }
    },
  },
  {
    name: 'answers-lost',
    stores: ['embedded', 'redis'],
    bound: 45,
    /** The connections stand, and nothing that the server says comes through them any more: each has to find that out. */
    async strike(_site, crowd, seconds) {
      for (const { proxy } of crowd.people) proxy.loseAnswers();
      await pause(seconds * 1_000);
    },
  },
  {
    name: 'silent-sockets',
    stores: ['embedded', 'redis'],
    bound: comingBack,
    /** Sockets that say nothing, or half of something, when the server has to end: it does, in its time. */
    async strike(site, _crowd, seconds) {
      const [server] = site.servers;
      assert.ok(server);
      const { hostname, port } = new URL(server.url);
      const heads = ['', 'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgr', upgrade, halfBody];
      const sockets = Array.from({ length: silent }, (_, index) => {
        const socket = connect({ host: hostname, port: Number(port) });
        socket.on('error', () => {});
        socket.write(heads[index % heads.length] ?? '');
        return socket;
      });
      cleanup(() => sockets.forEach(destroy));
      await pause(seconds * 1_000);
      const began = performance.now();
      const codes = await site.stop();
      const took = performance.now() - began;
      assert.deepEqual(new Set(codes), new Set([0]), 'it ends well');
      assert.ok(took < patience, `it took ${(took / 1_000).toFixed(1)} s to end`);
      sockets.forEach(destroy);
      await site.start();
    },
  },
];

const upgrade =
  'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
const halfBody =
  'POST /api/v1/guests HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{';

function destroy(socket: Socket): void {
  socket.destroy();
}

/** The wire to Redis of the server in the namespace. */
let wire: string | undefined;

/** A network namespace for the second server, with a wire to its clients, and another one to Redis. */
async function namespace(): Promise<Prepared> {
  const name = `tutti-${process.pid}`;
  const added = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' });
  if (added.status !== 0) return { missing: `no namespace: ip netns needs root (${(added.stderr ?? '').trim()})` };
  cleanup(() => run('netns', 'del', name));
  const [people, redis] = [addWire(name, 1), addWire(name, 2)];
  wire = redis.name;
  const server: Ground['server'] = (index, redisServer) => {
    if (index === 0) return {};
    const env = { HOST: people.far, REDIS_URL: `redis://${redis.near}:${redisServer?.port}` };
    return { runner: ['ip', 'netns', 'exec', name], env };
  };
  return { redis: ['--bind', '127.0.0.1', redis.near, '--protected-mode', 'no'], server };
}

/** Between here and a namespace: its name, and the addresses of its ends. No other process has the same. */
function addWire(namespace: string, number: number): { name: string; near: string; far: string } {
  const [name, other] = [`tutti${number}-${process.pid}`, `far${number}-${process.pid}`];
  const place = 4 * (process.pid % 16_384);
  const address = (end: number) => `10.${200 + number}.${place >> 8}.${(place & 255) + end}`;
  const [near, far] = [address(1), address(2)];
  run('link', 'add', name, 'type', 'veth', 'peer', 'name', other, 'netns', namespace);
  run('addr', 'add', `${near}/30`, 'dev', name);
  run('link', 'set', name, 'up');
  run('-n', namespace, 'addr', 'add', `${far}/30`, 'dev', other);
  run('-n', namespace, 'link', 'set', other, 'up');
  return { name, near, far };
}

function run(...args: string[]): void {
  execFileSync('ip', args, { stdio: 'pipe' });
}
