import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';

/** How many requests of a connection may wait for the answers before them; browsers and proxies send none ahead. */
const mostWaiting = 16;

/**
 * Answers the requests of each connection one after the other: whoever sends many ahead and reads nothing has one answer
 * waiting, and not all of them. Who sends too many ahead is cut off.
 */
export function inTurn(listener: RequestListener): RequestListener {
  /** What waits, of each connection that is being answered. */
  const waiting = new WeakMap<Socket, (() => void)[]>();

  return (request, response) => {
    const { socket } = request;
    const answer = () => {
      response.once('close', () => {
        const next = waiting.get(socket)?.shift();
        if (next) next();
        else waiting.delete(socket);
      });
      listener(request, response);
    };
    const before = waiting.get(socket);
    if (!before) {
      waiting.set(socket, []);
      answer();
    } else if (before.length < mostWaiting) before.push(answer);
    else socket.destroy();
  };
}
