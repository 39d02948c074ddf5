import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** How long connections may take to end once nothing more is taken, in milliseconds. */
const patience = 2_000;

/**
 * Returns how to have a server's connections end in time once it closes: who has said nothing yet, or half of a request, or does
 * not read its answer, would hold up the end for ever, and is cut off in a while. That returns how to say that it has ended.
 */
export function watchOpen(http: Server): () => () => void {
  const open = new Set<Socket>();
  function closed(this: Socket): void {
    open.delete(this);
  }
  http.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', closed);
  });
  return () => {
    const cut = setTimeout(() => {
      for (const socket of open) socket.destroy();
    }, patience);
    return () => clearTimeout(cut);
  };
}
