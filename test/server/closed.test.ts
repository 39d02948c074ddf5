import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { configFromOptions } from '../../server/config.ts';
import { createAudit } from '../../server/watch/audit.ts';
import { cleanup } from '../support/cleanup.ts';
import { startServer as startServerProcess, temporaryDirectory } from '../support/process.ts';
import { clientOf, startServer } from '../support/server.ts';

/** What is answered to a request with such headers, which no browser would let a page set. */
async function statusOf(
  server: { url: string },
  path: string,
  headers: OutgoingHttpHeaders,
): Promise<number | undefined> {
  const asked = httpRequest(`${server.url}${path}`, { headers }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

describe('closed by default', () => {
  it('demo mode is there for this machine alone, unless HOST says otherwise', async () => {
    const demo = { jwtSecret: undefined, host: undefined };
    const alone = await startServer({ ...demo, dataDir: temporaryDirectory() });
    assert.equal(new URL(alone.url).hostname, '127.0.0.1');
    const open = await startServer({ ...demo, host: '0.0.0.0', dataDir: temporaryDirectory() });
    assert.equal(new URL(open.url).hostname, '0.0.0.0');
    const keyed = await startServer({ host: undefined });
    assert.equal(new URL(keyed.url).hostname, '0.0.0.0');
  });

  it('demo mode turns pages away whose name was made to lead here, over HTTP and every transport', async () => {
    const server = await startServer({ jwtSecret: undefined, dataDir: temporaryDirectory() });
    const { port } = new URL(server.url);
    for (const host of [
      'localhost',
      `localhost:${port}`,
      `127.0.0.1:${port}`,
      `[::1]:${port}`,
      'tutti.localhost',
      '10.0.0.7',
    ]) {
      assert.equal(await statusOf(server, '/api/v1/health', { host }), 200, host);
    }
    for (const host of [`evil.example:${port}`, 'localhost.evil.example', 'evillocalhost', '127.0.0.1.evil.example']) {
      assert.equal(await statusOf(server, '/api/v1/health', { host }), 403, host);
      assert.equal(await statusOf(server, '/socket.io/?EIO=4&transport=polling', { host }), 403, host);
      const client = clientOf(server, { extraHeaders: { host, origin: `http://${host}` } });
      const refusal = new Promise((resolve) => client.once('connect_error', resolve));
      client.connect();
      await refusal;
      assert.equal(client.connected, false);
    }
  });

  it('demo mode answers to the hosts of CORS_ORIGINS, and with a key a server answers to any', async () => {
    const named = { corsOrigins: 'https://songs.example:8443' };
    const demo = await startServer({ ...named, jwtSecret: undefined, dataDir: temporaryDirectory() });
    assert.equal(await statusOf(demo, '/api/v1/health', { host: 'songs.example:8443' }), 200);
    assert.equal(await statusOf(demo, '/api/v1/health', { host: 'evil.example' }), 403);
    assert.equal(await statusOf(await startServer(), '/api/v1/health', { host: 'any.example' }), 200);
  });

  it('metrics without a token are for this machine, and not for whom a proxy asks', async () => {
    const server = await startServer();
    assert.equal(await statusOf(server, '/metrics', {}), 200);
    assert.equal(await statusOf(server, '/metrics', { 'x-forwarded-for': '127.0.0.1' }), 401);
    assert.equal(await statusOf(server, '/metrics', { forwarded: 'for=127.0.0.1' }), 401);
    for (const name of ['x-real-ip', 'x-forwarded-proto', 'x-forwarded-host', 'via'])
      assert.equal(await statusOf(server, '/metrics', { [name]: '127.0.0.1' }), 401, name);
  });

  it('nobody else reads the data folder and the audit log', async () => {
    const parent = temporaryDirectory();
    const dataDir = join(parent, 'songs');
    const server = await startServerProcess({ DATA_DIR: dataDir });
    cleanup(() => server.kill());
    assert.equal(statSync(dataDir).mode & 0o777, 0o700);
    const auditLog = join(parent, 'audit', 'log');
    createAudit(configFromOptions({ auditLog }), { onDropped() {}, onFailed() {}, onRecovered() {} })('connected', {
      user_id: 'ann',
    });
    assert.match(readFileSync(auditLog, 'utf8'), /ann/);
    assert.equal(statSync(auditLog).mode & 0o777, 0o600);
    assert.equal(statSync(join(parent, 'audit')).mode & 0o777, 0o700);
  });
});
