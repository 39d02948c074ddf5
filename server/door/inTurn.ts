import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { nextTurn } from '../limits/longWork.ts';
import { Portions } from '../limits/portions.ts';

/** How many requests of a connection may wait for the answers before them; browsers and proxies send none ahead. */
const mostWaiting = 16;

/**
 * Answers the requests of each connection one after the other, and others between: whoever sends many ahead and reads nothing
 * has one answer waiting, and not all of them. Who sends too many ahead is cut off. Of those that come together on hundreds of
 * connections, a few are answered in each turn.
 */
export function inTurn(listener: RequestListener): RequestListener {
  /** What waits, of each connection that is being answered. */
  const waiting = new WeakMap<Socket, (() => void)[]>();
  const portions = new Portions(nextTurn);

  return (request, response) => {
    const { socket } = request;
    // What was read in one piece comes yet when its connection has been cut off.
    if (socket.destroyed) return;
    const answer = async () => {
      response.once('close', () => setImmediate(answerNext, socket));
      await portions.next();
      if (!socket.destroyed) listener(request, response);
    };
    const before = waiting.get(socket);
    if (!before) {
      waiting.set(socket, []);
      void answer();
    } else if (before.length < mostWaiting) before.push(answer);
    else cutOff(socket);
  };

  function answerNext(socket: Socket): void {
    const next = socket.destroyed ? undefined : waiting.get(socket)?.shift();
    if (next) next();
    else waiting.delete(socket);
  }
}

/** What Node's parser is told of a request after which nothing that it has may be read as another: it is an upgrade. */
const lastOfAll = 2;

/** Reads nothing more of a connection, not even what has come with this request in one piece: that may be thousands. */
function cutOff(socket: Socket): void {
  const { parser } = socket as { parser?: { onIncoming?: unknown } | null };
  if (parser) parser.onIncoming = () => lastOfAll;
  socket.destroy();
}
