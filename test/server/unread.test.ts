import assert from 'node:assert/strict';
import { once } from 'node:events';
import { call } from '../support/http.ts';
import { startServer } from '../support/server.ts';
import { openSocket } from '../support/sockets.ts';

const polling = '/socket.io/?EIO=4&transport=polling';

/** Where nobody wants one: of a request without a token, of one that opens a session or has none, and of a session’s. */
const requests: Record<string, (server: { url: string }) => Promise<string> | string> = {
  'of a route': () => 'POST /api/v1/guests',
  'of the page': () => 'GET /',
  'of polling without a session': () => `POST ${polling}`,
  'of polling in a session that there is not': () => `POST ${polling}&sid=none`,
  'of polling that opens a session': () => `GET ${polling}`,
  'of polling in a session': async (server) => `POST ${polling}&sid=${await sessionOf(server)}`,
};

async function sessionOf({ url }: { url: string }): Promise<string> {
  const opened = await (await fetch(`${url}${polling}`)).text();
  return JSON.parse(opened.slice(1)).sid;
}

describe('a body that nobody wants', () => {
  for (const [name, requestOf] of Object.entries(requests)) {
    for (const form of ['Content-Length: 10000000000', 'Transfer-Encoding: chunked']) {
      it(`${name} is not read to its end, and the connection ends: ${form}`, async () => {
        const server = await startServer();
        const request = await requestOf(server);
        const socket = await openSocket(server);
        const closed = new Promise((resolve) => socket.once('close', resolve));
        socket.on('error', () => {});
        socket.write(`${request} HTTP/1.1\r\nHost: x\r\n${form}\r\n\r\n`);
        const chunk = 'x'.repeat(65_536);
        const piece = form.startsWith('Content') ? chunk : `10000\r\n${chunk}\r\n`;
        const write = () => {
          while (!socket.destroyed && socket.write(piece));
        };
        socket.on('drain', write);
        write();
        socket.resume();
        await closed;
        assert.ok(socket.bytesWritten < 32 * 2 ** 20, `${socket.bytesWritten}`);
      });
    }
  }

  it('is read where it is small, and the connection goes on', async () => {
    const server = await startServer();
    const socket = await openSocket(server);
    let answers = '';
    socket.setEncoding('utf8').on('data', (text) => (answers += text));
    socket.write('POST /api/v1/guests HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n');
    socket.write('x'.repeat(5_000));
    socket.write('GET /api/v1/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    await once(socket, 'close');
    assert.match(answers, /401 Unauthorized.*200 OK/s);
  });

  it('says why it is too large', async () => {
    const server = await startServer({ jwtSecret: undefined });
    const body = JSON.stringify({ key: 'a key of some length', name: 'x'.repeat(40_000) });
    assert.equal((await call(server, 'POST /api/v1/guests', undefined, { body })).status, 413);
  });
});
