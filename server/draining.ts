import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { TuttiSocket } from './rooms/connection.ts';
import type { TuttiIo } from './sockets.ts';

/** What a WebSocket is closed with: the service restarts, come again (RFC 6455's registry). */
const serviceRestart = 1012;

/**
 * Takes no new connections from here on, and sends those that are here away, one after the other over `spreadMs`, so that
 * they do not all come to the other instances' door at once. Resolves when they are gone or the time is over.
 */
export async function drain(io: TuttiIo, spreadMs: number): Promise<void> {
  io.engine.use(refuseNewSession);
  const sockets = [...io.sockets.sockets.values()];
  const gone = sockets.map(
    (socket, index) =>
      new Promise<void>((resolve) => {
        const turn = setTimeout(() => sendAway(socket), (index * spreadMs) / sockets.length);
        socket.once('disconnect', () => {
          clearTimeout(turn);
          resolve();
        });
      }),
  );
  await Promise.race([Promise.all(gone), pause(spreadMs, undefined, { ref: false })]);
}

/** Answers 503, with which a balancer asks another instance; a WebSocket handshake it ends, which does the same. */
function refuseNewSession(
  request: IncomingMessage & { _query: { sid?: string } },
  response: ServerResponse,
  next: () => void,
) {
  if (request._query.sid !== undefined) return next();
  response.writeHead(503, { 'Retry-After': '1' });
  response.end();
}

/** Closes the transport and not the Socket.IO connection: after that, clients connect again by themselves. */
function sendAway({ conn }: TuttiSocket): void {
  // Engine.IO closes a WebSocket without a code; its own socket is the only way to send one.
  const { socket } = conn.transport as unknown as { socket?: { close(code: number, reason: string): void } };
  if (socket) socket.close(serviceRestart, 'restarting');
  else conn.close();
}
