import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { FrameSocket } from '../../server/wire/webSocket.ts';
import { RawClient } from '../support/raw.ts';
import { caughtUp, connect, startServer, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';

const many = 2_500;
const token = tokenFor({ sub: 'eve' });

describe('thousands of messages in one piece', () => {
  it('are all heard, and others have their turn between', async () => {
    const server = await startServer({ limitOperations: '0' });
    const ben = await connect(server, { sub: 'ben' });
    const eve = await RawClient.connect(server, token);
    const answers = () => eve.received.filter((packet) => packet.startsWith('43')).length;
    const { _socket: wire } = eve.socket as unknown as { _socket: Socket };
    wire.cork();
    for (let id = 0; id < many; id++) eve.send(`42${id}["ping",{}]`);
    wire.uncork();
    await until(() => answers() > 0);
    await caughtUp(ben);
    assert.ok(answers() < many / 2, `${answers()} were answered before`);
    await until(() => answers() === many);
    const order = eve.received
      .filter((packet) => packet.startsWith('43'))
      .map((packet) => Number.parseInt(packet.slice(2), 10));
    assert.deepEqual(order, [...Array(many).keys()]);
  });

  it('by polling too, whose request is answered when all are heard', async () => {
    const server = await startServer({ limitOperations: '0' });
    const ben = await connect(server, { sub: 'ben' });
    const url = `${server.url}/socket.io/?EIO=4&transport=polling`;
    const { sid } = JSON.parse((await (await fetch(url)).text()).slice(1));
    const poll = async () => (await fetch(`${url}&sid=${sid}`)).text();
    const post = (body: string) => fetch(`${url}&sid=${sid}`, { method: 'POST', body });
    await post(`40${JSON.stringify({ token })}`);
    await poll();
    const posted = post(Array.from({ length: many }, (_, id) => `42${id}["ping",{}]`).join('\u001e'));
    let heard = await poll();
    await caughtUp(ben);
    const before = heard.split('\u001e').length;
    assert.ok(before < many / 2, `${before} were answered before`);
    assert.equal((await posted).status, 200);
    const ids = () =>
      heard
        .split('\u001e')
        .filter((packet) => packet.startsWith('43'))
        .map((packet) => Number.parseInt(packet.slice(2), 10));
    while (ids().length < many) heard += `\u001e${await poll()}`;
    assert.deepEqual(ids(), [...Array(many).keys()]);
  });
});

describe('large messages of several connections at once', () => {
  it('are each taken in a turn of its own, in order, and all before the connection is closed', async () => {
    const server = new WebSocketServer({ port: 0, WebSocket: FrameSocket });
    const taken: { from: number; message: number; turn: number; isLarge: boolean }[] = [];
    let [turn, connections, closed] = [0, 0, 0];
    let counting = setImmediate(function count() {
      turn += 1;
      counting = setImmediate(count);
    });
    server.on('connection', (socket) => {
      const from = connections++;
      socket.on('message', (data: Buffer) => {
        taken.push({ from, message: data[0] ?? 0, turn, isLarge: data.length > 1 });
      });
      socket.on('close', () => {
        closed += 1;
      });
    });
    const { port } = server.address() as AddressInfo;
    const people = Array.from({ length: 6 }, () => new WebSocket(`ws://127.0.0.1:${port}`));
    await Promise.all(people.map((person) => once(person, 'open')));
    for (const person of people) {
      for (const message of Array(8).keys()) person.send(Buffer.alloc(message % 4 === 3 ? 1 : 40_000, message));
      person.close();
    }
    await until(() => closed === people.length);
    clearImmediate(counting);
    server.close();
    for (const from of people.keys())
      assert.deepEqual(
        taken.filter((one) => one.from === from).map(({ message }) => message),
        [...Array(8).keys()],
      );
    const turns = taken.filter(({ isLarge }) => isLarge).map((one) => one.turn);
    assert.equal(new Set(turns).size, turns.length);
  });
});
