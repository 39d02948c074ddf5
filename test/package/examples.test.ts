import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import { cleanup } from '../support/cleanup.ts';
import { installExamples, startExample, writeTogether } from '../support/examples.ts';

const attached = ['node-http', 'express', 'fastify', 'hono'];
const beside = ['chat', 'admin-ui'];

describe('the examples', function () {
  this.timeout(240_000);
  let project: string;
  before(async () => {
    project = await installExamples([...attached, ...beside]);
  });

  for (const name of [...attached, ...beside]) {
    it(`${name} has songs beside its own routes, and ends in order`, async () => {
      const server = await startExample(project, name);
      await writeTogether(server.url, beside.includes(name) ? { namespace: '/tutti' } : { basePath: '/tutti' });
      assert.equal(await (await fetch(server.url)).text(), 'Hello from the application');
      assert.equal(await server.stop(), 0, server.output());
    });

    it(`${name} has less than 40 lines`, () => {
      const lines = readFileSync(join('examples', name, 'server.js'), 'utf8').split('\n').length;
      assert.ok(lines < 40, `${lines}`);
    });
  }

  it('chat goes on without a token', async () => {
    const { url } = await startExample(project, 'chat');
    const [ada, ben] = [io(url, { forceNew: true }), io(url, { forceNew: true })];
    cleanup(() => ada.disconnect());
    cleanup(() => ben.disconnect());
    await Promise.all([ada, ben].map((socket) => new Promise<void>((resolve) => socket.once('connect', resolve))));
    const heard = new Promise((resolve) => ben.once('chat message', resolve));
    ada.emit('chat message', 'hello');
    assert.equal(await heard, 'hello');
  });

  it('admin-ui sees who writes', async () => {
    const { url } = await startExample(project, 'admin-ui');
    const administrator = io(`${url}/admin`, { forceNew: true });
    cleanup(() => administrator.disconnect());
    await new Promise<void>((resolve) => administrator.once('connect', resolve));
    const seen = new Promise((resolve) => {
      administrator.on('socket_connected', ({ nsp, data }) => nsp === '/tutti' && resolve(data.identity.user_id));
    });
    await writeTogether(url, { namespace: '/tutti' });
    assert.match(String(await seen), /ada|ben/);
  });
});
