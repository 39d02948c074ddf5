import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { startServer, tokenFor } from '../support/server.ts';
import { openSocket } from '../support/sockets.ts';

const publisher = { sub: 'news', scope: 'publish' };
/** Of no user: that anything can be read at all is seen by it. */
const half = 'x'.repeat(200_000);

describe('a large body', () => {
  let server: { url: string };

  beforeEach(async () => {
    server = await startServer();
  });

  /** Begins to publish something of which the first half is sent. */
  async function begin(claims: object, form: string): Promise<Socket> {
    const socket = await openSocket(server);
    const head = `POST /api/v1/publish HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${tokenFor(claims)}\r\n${form}`;
    socket.write(`${head}\r\n\r\n`);
    return socket;
  }

  async function answerOf(socket: Socket): Promise<string> {
    let answer = '';
    socket.setEncoding('utf8').on('data', (text) => (answer += text));
    await once(socket, 'close');
    return answer;
  }

  const length = `Content-Length: ${2 * half.length + 2}`;

  it('waits for the one before of the same user, and for nobody else', async () => {
    const first = await begin(publisher, length);
    first.write(`"${half}`);
    const second = await begin(publisher, 'Transfer-Encoding: chunked');
    let isAnswered = false;
    const answered = answerOf(second).finally(() => (isAnswered = true));
    second.write(`${(half.length + 2).toString(16)}\r\n"${half}"\r\n0\r\n\r\n`);
    const other = await begin({ ...publisher, sub: 'weather' }, length);
    other.write(`"${half}${half}"`);
    assert.match(await answerOf(other), /^HTTP\/1.1 400 /);
    assert.equal(isAnswered, false);
    first.write(`${half}"`);
    const [one] = await Promise.all([answerOf(first), answered]);
    assert.match(one, /^HTTP\/1.1 400 /);
    assert.match(await answered, /^HTTP\/1.1 400 /);
  });

  it('that ends before it is whole leaves its place to the next', async () => {
    const first = await begin(publisher, length);
    first.write(`"${half}`);
    const second = await begin(publisher, length);
    second.write(`"${half}${half}"`);
    first.destroy();
    assert.match(await answerOf(second), /^HTTP\/1.1 400 /);
  });
});
