import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { io, type Socket } from 'socket.io-client';
import { cleanup } from '../support/cleanup.ts';
import { shareRedis } from '../support/instances.ts';
import { tokenFor } from '../support/server.ts';

/** Resolves with what comes with the next of an event. */
const heard = <Payload>(socket: Socket, event: string): Promise<Payload> =>
  new Promise((resolve) => socket.once(event, resolve));

describe('instances in an application whose Socket.IO has no adapter', function () {
  this.timeout(120_000);
  const { instance } = shareRedis();

  async function startInstance() {
    const http = createServer();
    const own = new Server(http);
    await once(http.listen(0, '127.0.0.1'), 'listening');
    cleanup(() => own.close());
    const server = await instance({ io: own, server: http });
    return { server, own };
  }

  async function visit(server: { url: string }, sub: string): Promise<Socket> {
    const socket = io(`${server.url}/tutti`, { auth: { token: tokenFor({ sub }) }, forceNew: true });
    cleanup(() => socket.disconnect());
    await heard(socket, 'connected');
    return socket;
  }

  it('have one order, and orders for each other, in their namespace; the others stay as they were', async () => {
    const [one, other] = [await startInstance(), await startInstance()];
    const [ada, ben] = [await visit(one.server, 'ada'), await visit(other.server, 'ben')];
    const chat = io(other.server.url, { forceNew: true });
    cleanup(() => chat.disconnect());
    await heard(chat, 'connect');

    await ben.emitWithAck('join_room', { room_id: 'song:1' });
    await ada.emitWithAck('join_room', { room_id: 'song:1' });
    const update = heard<{ operations: { operation: unknown }[] }>(ben, 'collaboration_update');
    await ada.emitWithAck('collaboration_operation', { room_id: 'song:1', operation: ['Hello'], sequence: 1 });
    assert.deepEqual((await update).operations[0]?.operation, ['Hello']);

    const event = heard<{ type: string }>(ben, 'event');
    assert.deepEqual(await one.server.publish([{ all: true, type: 'song.named' }]), [{ ok: true }]);
    assert.equal((await event).type, 'song.named');

    const strange: unknown[] = [];
    chat.onAny((...args) => strange.push(args));
    one.own.emit('chat', 'from one');
    other.own.emit('chat', 'from other');
    assert.equal(await heard(chat, 'chat'), 'from other');
    assert.deepEqual(strange, [['chat', 'from other']]);
  });
});
