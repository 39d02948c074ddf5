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
