import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/** Headers that ask for another protocol on the connection. */
const asking = ['connection', 'upgrade', 'http2-settings'];

/**
 * Gives a request back to Node that offers another protocol than WebSocket, such as the `Upgrade: h2c` of curl and of Java's
 * client, to be answered as if it did not: who does not know a protocol goes on in HTTP/1.1 (RFC 9110, 7.8). Returns whether it
 * was one.
 */
export function giveBack(request: IncomingMessage, socket: Socket & { server?: Server }, head: Buffer): boolean {
  if (request.headers.upgrade?.toLowerCase() === 'websocket') return false;
  const { server } = socket;
  // An answer that is under way is of a request before this one, and nobody would tell Node when it has ended.
  if (!server || (socket as { _httpMessage?: unknown })._httpMessage) {
    socket.destroy();
    return true;
  }
  // Node has let go of the connection: it is there again, with what was read of it.
  socket.unshift(Buffer.concat([headOf(request), head]));
  server.listeners('connection')[0]?.call(server, socket);
  return true;
}

/** The request's head as it came, but for what asks for another protocol. */
function headOf({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    if (!asking.includes(name.toLowerCase())) lines.push(`${name}: ${value}`);
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}
