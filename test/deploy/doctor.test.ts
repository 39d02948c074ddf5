import assert from 'node:assert/strict';
import { balancerNames, startBalancer } from '../support/balancer.ts';
import { cleanup } from '../support/cleanup.ts';
import { tutti } from '../support/commandLine.ts';
import { freePort } from '../support/ports.ts';
import { temporaryDirectory } from '../support/process.ts';
import { startRedis } from '../support/redis.ts';
import { startServer } from '../support/server.ts';

const key = 'a key that has enough bytes for HS256';

/** Runs the doctor with an environment that is all right but for what is given. */
async function doctor(args: string[], environment: NodeJS.ProcessEnv = {}) {
  const dataDir = temporaryDirectory();
  const { code, stdout } = await tutti(['doctor', ...args], { JWT_SECRET: key, DATA_DIR: dataDir, ...environment });
  return { code, stdout };
}

describe('tutti doctor', () => {
  for (const name of balancerNames) {
    it(`finds nothing wrong with a server that is all right, behind ${name} as deploy/ has it`, async () => {
      const instances = [await startServer({ jwtSecret: key }), await startServer({ jwtSecret: key })];
      const balancer = await startBalancer(
        name,
        instances.map(({ url }) => url),
      );
      const { code, stdout } = await doctor(['--url', balancer.url]);
      assert.doesNotMatch(stdout, /^[✗!]/m);
      for (const line of ['✓ WebSockets pass', '✓ polling stays with one instance', '✓ it lets in who has a token']) {
        assert.ok(stdout.includes(line), stdout);
      }
      assert.match(stdout, /^Nothing is wrong\.$/m);
      assert.equal(code, 0);
    });
  }

  it('finds a HAProxy that keeps nobody by a cookie', async () => {
    const instances = [await startServer({ jwtSecret: key }), await startServer({ jwtSecret: key })];
    const balancer = await startBalancer(
      'haproxy',
      instances.map(({ url }) => url),
      (configuration) => configuration.replace(/ *cookie tutti .*\n/, ''),
    );
    assert.match((await doctor(['--url', balancer.url])).stdout, /✗ polling does not work: [1-8] of 8 sessions/);
  });

  it('finds a proxy that strips the upgrade, and one that spreads polling over instances', async () => {
    const instances = [await startServer({ jwtSecret: key }), await startServer({ jwtSecret: key })];
    const nginx = await startBalancer(
      'nginx',
      instances.map(({ url }) => url),
      (configuration) =>
        configuration.replace(/ *proxy_set_header (Upgrade|Connection) .*\n/g, '').replace(/ *hash .*\n/, ''),
    );
    const { code, stdout } = await doctor(['--url', nginx.url]);
    assert.match(stdout, /✗ WebSockets do not pass \(answered with 400\)/);
    assert.match(stdout, /✗ polling does not work: [1-8] of 8 sessions/);
    assert.match(stdout, /^3 wrong\.$/m);
    assert.equal(code, 1);
  });

  it('finds keys that are too short, demo mode in production, and origins that no browser sends', async () => {
    const { code, stdout } = await doctor(['--offline'], {
      JWT_SECRET: 'short',
      JWT_SECRET_MIN_BYTES: '1',
      CORS_ORIGINS: 'https://songs.example/,songs.example,https://band.example',
    });
    assert.match(stdout, /✗ JWT_SECRET has 5 bytes, .*\n {4}→ make one with `openssl rand -hex 32`/);
    assert.match(stdout, /✗ CORS_ORIGINS has https:\/\/songs.example\/, .*\n {4}→ write https:\/\/songs.example\n/);
    assert.match(stdout, /✗ CORS_ORIGINS has songs.example, which is no origin/);
    assert.match(stdout, /✓ pages may come from https:\/\/band.example/);
    assert.equal(code, 1);
    const demo = { JWT_SECRET: undefined, NODE_ENV: 'production' };
    assert.match((await doctor(['--offline'], demo)).stdout, /✗ no key is set: .* refused in production/);
    const garbage = await doctor(['--offline'], { PORT: 'many' });
    assert.match(garbage.stdout, /✗ PORT: /);
    assert.match((await doctor(['--offline'], { JWT_SECRET: 'short' })).stdout, /✗ JWT_SECRET: has 5 bytes/);
    assert.equal(garbage.code, 1);
  });

  it('finds a Redis that forgets, one that evicts, and none at all', async () => {
    const server = await startServer({ jwtSecret: key });
    const good = await startRedis();
    cleanup(() => good.kill());
    const { stdout } = await doctor(['--url', server.url], { REDIS_URL: good.url });
    assert.match(stdout, /✓ Redis has everything on disk before it answers\n✓ Redis evicts nothing/);
    const bad = await startRedis(['--appendonly', 'no', '--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru']);
    cleanup(() => bad.kill());
    const found = await doctor(['--url', server.url], { REDIS_URL: bad.url });
    assert.match(found.stdout, /✗ Redis keeps no append-only file/);
    assert.match(found.stdout, /✗ Redis has maxmemory-policy allkeys-lru/);
    assert.equal(found.code, 1);
    const nobody = await doctor(['--url', server.url], { REDIS_URL: `redis://127.0.0.1:${await freePort()}` });
    assert.match(nobody.stdout, /✗ Redis at \S+ can not be reached/);
  });

  it('finds another key at the server, pages that are shut out, clocks that differ, and no server', async () => {
    const server = await startServer({ jwtSecret: 'another key of more than thirty-two bytes' });
    const { stdout, code } = await doctor(['--url', server.url, '--origin', 'https://band.example'], {
      NODE_OPTIONS: `--import=data:text/javascript,const{now}=Date;Date.now=()=>now()+3600000`,
    });
    assert.match(stdout, /✗ it does not let in who has a token of this configuration: token: invalid signature/);
    assert.match(stdout, /✗ pages of https:\/\/band.example may not use it/);
    assert.match(stdout, /✗ its clock is 3600 s behind this one/);
    assert.equal(code, 1);
    const nobody = await doctor(['--url', `http://127.0.0.1:${await freePort()}`]);
    assert.match(nobody.stdout, /✗ nothing answers at /);
    assert.equal(nobody.code, 1);
  });
});
