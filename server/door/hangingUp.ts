import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { TuttiIo } from './sockets.ts';

/** How long connections may take to end once nothing more is taken, in milliseconds. */
const patience = 2_000;

/**
 * Returns how to stop listening and end all connections. Who has said nothing yet, or half of a request, or does not read its
 * answer, would hold up the end for ever, and is cut off in a while.
 */
export function createHangUp(io: TuttiIo, http: Server): () => Promise<void> {
  const open = new Set<Socket>();
  http.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return async () => {
    const cut = setTimeout(() => {
      for (const socket of open) socket.destroy();
    }, patience);
    await io.close();
    clearTimeout(cut);
  };
}
