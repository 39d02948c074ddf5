/**
 * What others are measured against: the least that a room can be on Socket.IO. Nothing is ordered, checked or stored;
 * what comes in goes out to everyone in the room. With REDIS_URL, over the Redis adapter. Nobody is authenticated, but
 * with JWT_SECRET by a token.
 */
import { createSecretKey } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdapter } from '@socket.io/redis-adapter';
import jwt from 'jsonwebtoken';
import { createClient } from 'redis';
import { Server } from 'socket.io';

export interface RelayOperation {
  room_id: string;
  client_id: string;
  operation: unknown;
  revision: number;
  sequence: number;
}

export interface RelayCursor {
  room_id: string;
  client_id: string;
  position: number;
  revision: number;
}

export interface RelayClientEvents {
  join(room_id: string, joined: () => void): void;
  operation(payload: RelayOperation): void;
  cursor(payload: RelayCursor): void;
  /** Nothing comes of it. */
  tell(payload: { room_id: string; is_typing: boolean }): void;
}

export interface RelayServerEvents {
  operation(payload: RelayOperation): void;
  cursor(payload: RelayCursor): void;
}

const http = createServer();
const io = new Server<RelayClientEvents, RelayServerEvents>(http, { serveClient: false, perMessageDeflate: false });

if (process.env.REDIS_URL !== undefined) {
  const publisher = createClient({ url: process.env.REDIS_URL });
  const subscriber = publisher.duplicate();
  await Promise.all([publisher.connect(), subscriber.connect()]);
  io.adapter(createAdapter(publisher, subscriber));
}

const { JWT_SECRET } = process.env;
if (JWT_SECRET !== undefined) {
  // Given a string, jsonwebtoken first tries to read it as a public key, for a millisecond.
  const key = createSecretKey(JWT_SECRET, 'utf8');
  io.use((socket, next) => {
    jwt.verify(socket.handshake.auth.token, key, { algorithms: ['HS256'] }, (error) => next(error ?? undefined));
  });
}

io.on('connection', (socket) => {
  socket.on('join', (room_id, joined) => {
    socket.join(room_id);
    joined();
  });
  socket.on('tell', () => {});
  socket.on('operation', (payload) => {
    io.to(payload.room_id).emit('operation', payload);
  });
  socket.on('cursor', (payload) => {
    io.to(payload.room_id).emit('cursor', payload);
  });
});

http.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${(http.address() as AddressInfo).port}`);
});
