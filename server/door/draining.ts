import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf, Refusal } from '../../shared/refusals.ts';
import type { TuttiSocket } from '../connections/socket.ts';
import type { Entrance } from './entrance.ts';

/** What a WebSocket is closed with: the service restarts, come again (RFC 6455's registry). */
const serviceRestart = 1012;

/** A request as Engine.IO's middleware gets it: with its query. */
type Request = IncomingMessage & { _query: { sid?: string } };

/**
 * Takes no new connections from here on, and sends those that are here away, one after the other over `spreadMs`, so that
 * they do not all come to the other instances' door at once. Resolves when they are gone or the time is over.
 */
export async function drain(entrance: Entrance, spreadMs: number): Promise<void> {
  if (entrance.shared) turnAway(entrance);
  else turnAwayRequests(entrance);
  const sockets = [...entrance.namespace.sockets.values()];
  const gone = sockets.map((socket, index) => leaves(socket, entrance.shared, (index * spreadMs) / sockets.length));
  await Promise.race([Promise.all(gone), pause(spreadMs, undefined, { ref: false })]);
}

/** Those whom Engine.IO knows may go on. */
function turnAwayRequests({ io }: Entrance): void {
  // Whom it knows it does not tell its users.
  const { clients } = io.engine as unknown as { clients: Record<string, unknown> };
  io.engine.use(({ _query: { sid } }: Request, response: ServerResponse, next: () => void) => {
    if (sid !== undefined && sid in clients) next();
    else refuse(response);
  });
}

/** Whoever asks for the namespace; what else comes by the same transport is the application's. */
function turnAway({ namespace }: Entrance): void {
  const refusal = new Refusal('unavailable', 'the server is stopping');
  namespace.use((_, next) => next(Object.assign(new Error(refusal.message), { data: messageOf(refusal, Date.now()) })));
}

/** Answers 503, with which a balancer asks another instance; a WebSocket handshake is cut off instead, which does the same. */
function refuse(response: ServerResponse): void {
  response.writeHead(503, { 'Retry-After': '1' });
  response.end();
}

/** Sends a connection away after some milliseconds, unless it goes before; resolves when it is gone. */
function leaves(socket: TuttiSocket, shared: boolean, afterMs: number): Promise<void> {
  return new Promise((resolve) => {
    const turn = setTimeout(() => (shared ? socket.disconnect() : sendAway(socket)), afterMs);
    socket.once('disconnect', () => {
      clearTimeout(turn);
      resolve();
    });
  });
}

/** Closes the transport and not the Socket.IO connection: after that, clients connect again by themselves. */
function sendAway({ conn }: TuttiSocket): void {
  // Engine.IO closes a WebSocket without a code; its own socket is the only way to send one.
  const { socket } = conn.transport as unknown as { socket?: { close(code: number, reason: string): void } };
  if (socket) socket.close(serviceRestart, 'restarting');
  else conn.close();
}
