import assert from 'node:assert/strict';
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
