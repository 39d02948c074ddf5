import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { Client, connect, memoryStorage } from '../../client/index.ts';
import { protocolVersion } from '../../shared/events.ts';
import { cleanup } from '../support/cleanup.ts';
import { startServer, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';

describe('connect()', () => {
  for (const url of [
    'localhost:3000',
    'songs.example',
    '//songs.example',
    'https:songs.example',
    'https://',
    'https://songs.example/tutti',
    'https://songs.example/tutti/',
    'https://songs.example?x=1',
    'https://songs.example/#x',
    '/tutti',
    'x',
  ]) {
    it(`says at once that ${url} is no origin`, () => {
      assert.throws(() => connect(url), {
        name: 'TypeError',
        message: `expected http://<host>, a path as basePath: ${url}`,
      });
    });
  }

  it('takes an origin, with a slash or without, and that of the page', async () => {
    const server = await startServer();
    for (const url of [server.url, `${server.url}/`, server.url.replace('http', 'ws')]) {
      const client = connect(url, { token: tokenFor({ sub: 'ada' }), storage: memoryStorage() });
      cleanup(() => client.disconnect());
      await until(() => client.isConnected);
    }
    for (const url of ['/', 'https://songs.example', 'wss://songs.example:8080', 'http://[::1]:3000']) new Client(url);
  });
});

describe('a client of a server that speaks a newer protocol', () => {
  it('tells `reload`, ends, and keeps what is unsent', async () => {
    const http = createServer();
    const io = new Server(http);
    let connections = 0;
    io.on('connection', (socket) => {
      connections += 1;
      socket.emit('connected', { protocol: protocolVersion + 1, server_time: Date.now(), user: { user_id: 'ada' } });
    });
    cleanup(() => io.close());
    await once(http.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    const client = new Client(url, { token: tokenFor({ sub: 'ada' }), storage: memoryStorage() });
    const told: string[] = [];
    for (const event of ['connected', 'failed', 'lost', 'restored'] as const) client.on(event, () => told.push(event));
    const reload = new Promise((resolve) => client.on('reload', resolve));
    const { text } = client.room('song:42');
    text.insert(0, 'unsent');
    client.connect();
    assert.deepEqual(await reload, client.state);
    const { status, refusal, retryAt } = client.state;
    assert.deepEqual([status, refusal?.message, retryAt], ['disconnected', 'the server is newer: reload', undefined]);
    assert.equal(connections, 1);
    assert.equal(client.greeting, undefined);
    assert.equal(client.hasUnsent, true);
    assert.deepEqual(told, []);
  });
});
