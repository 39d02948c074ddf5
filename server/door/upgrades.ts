import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/** Headers that ask for another protocol on the connection. */
const asking = ['connection', 'upgrade', 'http2-settings'];

/**
 * Answers requests that offer another protocol than WebSocket, such as the `Upgrade: h2c` of curl and of Java's client, as if
 * they did not: who does not know a protocol goes on in HTTP/1.1 (RFC 9110, 7.8). Once Engine.IO is attached, Node would
 * hand all of them to it, and nobody would answer.
 */
export function answerUpgrades(http: Server): void {
  const [serve] = http.listeners('connection');
  const upgrades = http.listeners('upgrade');
  http.removeAllListeners('upgrade');
  http.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    if (request.headers.upgrade?.toLowerCase() === 'websocket') {
      for (const listener of upgrades) listener.call(http, request, socket, head);
      return;
    }
    // An answer that is under way is of a request before this one, and nobody would tell Node when it has ended.
    if ((socket as { _httpMessage?: unknown })._httpMessage) {
      socket.destroy();
      return;
    }
    // Node has let go of the connection: it is given back with what was read of it.
    socket.unshift(Buffer.concat([headOf(request), head]));
    serve?.call(http, socket);
  });
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
