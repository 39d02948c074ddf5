import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { cleanup } from '../support/cleanup.ts';
import { call } from '../support/http.ts';
import { startServer as startProcess, temporaryDirectory } from '../support/process.ts';
import { connect, startServer, tokenFor } from '../support/server.ts';
import { openSocket } from '../support/sockets.ts';
import { until } from '../support/until.ts';

interface Line {
  socket: Socket;
  heard(): string;
  closed: Promise<unknown>;
}

/** A bare connection that says something, or nothing. */
async function open(server: { url: string }, said = ''): Promise<Line> {
  const socket = await openSocket(server);
  let heard = '';
  socket.setEncoding('utf8').on('data', (text) => (heard += text));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(said);
  return { socket, heard: () => heard, closed };
}

const offer = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n';

describe('a request that offers another protocol', () => {
  it('is answered in HTTP/1.1, and so is the next one on that connection', async () => {
    const line = await open(await startServer(), `GET /api/v1/health HTTP/1.1\r\nHost: a\r\n${offer}\r\n`);
    await until(() => line.heard().includes('"uptime_ms"'));
    assert.match(line.heard(), /^HTTP\/1.1 200 /);
    line.socket.write(`GET /api/v1/ready HTTP/1.1\r\nHost: a\r\n${offer}\r\n`);
    await until(() => line.heard().includes('"ready"'));
  });

  it('publishes, however its body comes', async () => {
    const server = await startServer();
    const token = tokenFor({ sub: 'service', scope: 'publish' });
    const body = JSON.stringify({ user_id: 'ada', type: 'note.hello', data: 'ä'.repeat(1_000) });
    const head = [
      'POST /api/v1/publish HTTP/1.1',
      'Host: a',
      `Authorization: Bearer ${token}`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
    ].join('\r\n');
    const plain = await open(server, `${head}\r\n\r\n${body}`);
    await until(() => plain.heard().includes('\r\n\r\n'));
    const whole = await open(server, `${head}\r\n${offer}\r\n${body}`);
    const pieces = await open(server, `${head}\r\n${offer}\r\n${body.slice(0, 10)}`);
    await call(server, 'GET /api/v1/health');
    pieces.socket.write(body.slice(10));
    for (const { heard } of [whole, pieces]) {
      await until(() => heard().includes('\r\n\r\n'));
      assert.equal(heard().split('\r\n')[0], plain.heard().split('\r\n')[0]);
      assert.match(heard(), /^HTTP\/1.1 2/);
    }
  });

  it('is let go where it is sent ahead of an answer, and WebSockets go on', async () => {
    const server = await startServer();
    const request = 'GET /api/v1/status HTTP/1.1\r\nHost: a\r\n';
    const line = await open(server, `${request}\r\n${request}${offer}\r\n`.repeat(2));
    await Promise.race([line.closed, until(() => line.heard().split('HTTP/1.1 200').length === 5)]);
    await connect(server, { sub: 'ada' });
  });
});

describe('a connection', () => {
  it('without a Host, of HTTP/1.0, is told how the server is', async () => {
    const server = await startServer();
    for (const path of ['/api/v1/health', '/api/v1/ready', '/api/v1/status']) {
      const line = await open(server, `GET ${path} HTTP/1.0\r\n\r\n`);
      await line.closed;
      assert.match(line.heard(), /^HTTP\/1.[01] 200 /, path);
    }
  });

  it('is kept for longer than balancers do, also when a head would have taken too long', async () => {
    const server = await startServer();
    const request = 'GET /api/v1/health HTTP/1.1\r\nHost: a\r\n\r\n';
    const idle = await open(server, request);
    await until(() => idle.heard().includes('"uptime_ms"'));
    assert.match(idle.heard(), /\r\nkeep-alive: timeout=65\r\n/i);
    const half = await open(server, 'GET /api/v1/health HT');
    const silent = await open(server);
    await Promise.all([half.closed, silent.closed]);
    idle.socket.write(request);
    await until(() => idle.heard().split('"uptime_ms"').length === 3);
  });
});

describe('SIGTERM', () => {
  it('ends within 5 s though somebody says nothing, half a head, half a body, or takes no answer', async () => {
    const server = await startProcess({ DATA_DIR: temporaryDirectory() });
    cleanup(() => server.kill());
    const post = 'POST /api/v1/publish HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{';
    const lines = [];
    for (const said of ['', 'GET /api/v1/health HT', post, `GET / HTTP/1.1\r\nHost: a\r\n${offer}`])
      lines.push(await open(server, said));
    const deaf = await open(server);
    deaf.socket.pause();
    deaf.socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(16));
    const webSocket = await open(
      server,
      `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${'A'.repeat(22)}==\r\n\r\n`,
    );
    await until(() => webSocket.heard().includes('101'));
    const began = performance.now();
    assert.equal(await server.stop(), 0);
    const took = performance.now() - began;
    assert.ok(took < 5_000, `${took} ms`);
  });
});
