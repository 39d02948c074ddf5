import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { io as connect } from 'socket.io-client';
import { type Callback, createHear, type TuttiSocket } from '../../server/connections/socket.ts';
import { cleanup } from '../support/cleanup.ts';

describe('a socket that is heard', () => {
  it('tells each event before those who listen to that, whatever it is, and the number of its callback', async () => {
    const http = createServer().listen(0, '127.0.0.1');
    await once(http, 'listening');
    const io = new Server(http);
    cleanup(() => io.close());
    const told: unknown[] = [];
    const hear = createHear(function (this: TuttiSocket, event, ...args) {
      const numbers = args.map((arg) => (typeof arg === 'function' ? (arg as unknown as Callback).id : arg));
      told.push([event, ...numbers]);
    });
    io.on('connection', (socket) => {
      hear(socket as unknown as TuttiSocket);
      socket.on('asked', (answer: (text: string) => void) => {
        told.push('a listener');
        answer('here');
      });
    });
    const { port } = http.address() as AddressInfo;
    const client = connect(`http://127.0.0.1:${port}`, { transports: ['websocket'], forceNew: true });
    cleanup(() => client.disconnect());
    client.emit('nobody listens to this', 1);
    const answer = await client.emitWithAck('asked');
    assert.deepEqual([answer, ...told], ['here', ['nobody listens to this', 1], ['asked', 0], 'a listener']);
  });
});
