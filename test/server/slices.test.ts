import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
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
