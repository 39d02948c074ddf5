import { io, type Socket as SocketOf } from 'socket.io-client';
import type { ClientToServerEvents, ServerToClientEvents } from '../../shared/events.ts';
import { randomId } from '../randomId.ts';
import type { ConnectionOptions } from './options.ts';

export type Socket = SocketOf<ServerToClientEvents, ClientToServerEvents>;

/** A socket that connects when it is told to, and never by itself. */
export function createSocket(
  url: string,
  { basePath = '', socketPath = `${basePath}/socket.io`, namespace = '/', withCredentials = false }: ConnectionOptions,
): Socket {
  return io(url.replace(/\/$/, '') + namespace, {
    path: socketPath,
    autoConnect: false,
    forceNew: true,
    reconnection: false,
    tryAllTransports: true,
    withCredentials,
    // What a balancer may keep the requests of a polling client together by.
    query: { sticky: randomId() },
  });
}
