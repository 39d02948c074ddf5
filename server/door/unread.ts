import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { nextTurn } from '../limits/longWork.ts';
import { Portions } from '../limits/portions.ts';

/** How much of a body that nobody wants is read on, and for how long, in milliseconds. */
const most = 64 * 1024;
const patience = 500;
/** How long a connection stays whose sender has yet to hear that nobody reads on, in milliseconds. */
const lingering = 500;

/** Those whose time is over, together where they came together. */
const over = new Portions(nextTurn);

/** Whether a request has a body of which something has not come yet. */
export function isUnread({ headers, complete }: IncomingMessage): boolean {
  return !complete && (Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined);
}

/**
 * Reads on what is left of a body that nobody wants, up to a bound, and keeps nothing of it. Whoever has not sent all of it by
 * then sends more than is worth to be read.
 */
function readOut(request: IncomingMessage): Promise<void> {
  let left = most;
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      request.off('data', count).off('end', end).off('close', end).pause();
      resolve();
    };
    const count = ({ length }: Buffer) => {
      left -= length;
      if (left < 0) end();
    };
    const timer = setTimeout(() => over.next().then(end), patience);
    request.on('data', count).once('end', end).once('close', end).resume();
  });
}

/**
 * Lets a connection end when its sender has had time to hear the answer, and reads nothing more of it: whoever closes on what
 * has come unread takes the answer back with it.
 */
function endUnread(socket: Socket): void {
  socket.destroySoon = () => linger(socket);
}

/** The same where others answer, before they have taken all of the body: Node would read it to its end. */
export function endLeft(request: IncomingMessage, response: ServerResponse): void {
  response.once('finish', () => {
    if (isUnread(request)) linger(request.socket);
  });
}

function linger(socket: Socket): void {
  // Node reads on until here what is left of a body.
  setImmediate(() => socket.pause());
  setTimeout(() => socket.destroy(), lingering).unref();
}

/** Reads out a body that nobody reads; whoever has sent more of it is answered, and the connection ends. */
export async function leaveUnread(request: IncomingMessage, response: ServerResponse): Promise<void> {
  await readOut(request);
  if (!isUnread(request)) return;
  response.setHeader('Connection', 'close');
  endUnread(request.socket);
}
