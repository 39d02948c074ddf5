import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { cleanup } from './cleanup.ts';

/** A TCP connection to a server, to say there what no client would; it ends with the test. */
export async function openSocket(server: { url: string }): Promise<Socket> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  cleanup(() => socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** What this process's servers write from here on to whoever connects, in the pieces that they hand to the system. */
export function watchWrites(): string[] {
  const writes: string[] = [];
  const watch = (message: unknown) => {
    const { socket } = message as { socket: Socket };
    const { _write, _writev } = socket;
    socket._write = (chunk, ...rest) => {
      writes.push(String(chunk));
      _write.call(socket, chunk, ...rest);
    };
    socket._writev = (chunks, ...rest) => {
      writes.push(chunks.map(({ chunk }) => String(chunk)).join(''));
      _writev?.call(socket, chunks, ...rest);
    };
  };
  subscribe('net.server.socket', watch);
  cleanup(() => void unsubscribe('net.server.socket', watch));
  return writes;
}
