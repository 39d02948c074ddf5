import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inTurn } from '../../server/door/inTurn.ts';
import { cleanup } from '../support/cleanup.ts';
import { call } from '../support/http.ts';
import { startServer } from '../support/server.ts';
import { openSocket } from '../support/sockets.ts';
import { until } from '../support/until.ts';

const request = 'GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n';

describe('requests that are sent ahead of their answers', () => {
  it('are answered in their order, up to sixteen', async () => {
    const socket = await openSocket(await startServer());
    let answers = '';
    socket.setEncoding('utf8').on('data', (text) => (answers += text));
    socket.write(request.repeat(10).replaceAll('/status', '/health') + request);
    await until(() => answers.includes('"instance"'));
    assert.equal(answers.split('HTTP/1.1 200').length - 1, 11);
    assert.ok(answers.indexOf('"uptime_ms"') < answers.indexOf('"instance"'));
  });

  it('end the connection where they are more, and others are answered', async () => {
    const server = await startServer();
    const socket = await openSocket(server);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(request.repeat(5_000));
    await closed;
    assert.equal((await call(server, 'GET /api/v1/health')).status, 200);
  });

  it('are forgotten where the connection ends before their turn', async () => {
    const server = await startServer();
    const socket = await openSocket(server);
    socket.write(request.repeat(10));
    socket.destroy();
    assert.equal((await call(server, 'GET /api/v1/health')).status, 200);
  });
});

describe('requests that come together on hundreds of connections', () => {
  it('are all answered, and others have their turn between', async () => {
    let [heard, most] = [0, 0];
    const server = createServer(
      inTurn((_, response) => {
        if (heard === 0) setImmediate(() => (heard = 0));
        heard += 1;
        most = Math.max(most, heard);
        response.end();
      }),
    );
    let connections = 0;
    server.on('connection', () => connections++);
    server.listen(0);
    cleanup(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const sockets = await Promise.all(
      Array.from({ length: 400 }, () => openSocket({ url: `http://127.0.0.1:${port}` })),
    );
    await until(() => connections === sockets.length);
    let answered = 0;
    for (const socket of sockets) socket.once('data', () => answered++);
    for (const socket of sockets) socket.write(request);
    await until(() => answered === sockets.length);
    assert.ok(most <= 20, `${most} in one turn`);
  });
});
