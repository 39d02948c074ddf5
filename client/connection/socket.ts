import { io, type Socket as SocketOf } from 'socket.io-client';
import type { ClientToServerEvents, ServerToClientEvents } from '../../shared/events.ts';
import { randomId } from '../randomId.ts';
import type { ConnectionOptions } from './options.ts';

export type Socket = SocketOf<ServerToClientEvents, ClientToServerEvents>;

/** A socket that connects when it is told to, and never by itself. */
export function createSocket(url: string, options: ConnectionOptions): Socket {
  return io(url, {
    path: options.socketPath ?? `${options.basePath ?? ''}/socket.io`,
    autoConnect: false,
    forceNew: true,
    reconnection: false,
    tryAllTransports: true,
    withCredentials: options.withCredentials ?? false,
    // What a balancer may keep the requests of a polling client together by.
    query: { sticky: randomId() },
  }).io.socket(options.namespace ?? '/');
}
