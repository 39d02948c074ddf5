import assert from 'node:assert/strict';
import { cleanup } from '../support/cleanup.ts';
import { compiled } from '../support/compiled.ts';
import { freePort } from '../support/ports.ts';
import { type ServerProcess, startProcess, temporaryDirectory } from '../support/process.ts';
import { secret } from '../support/server.ts';
import { until } from '../support/until.ts';
import { synced, writer } from '../support/yjsRoom.ts';

/** How to start a server that has its folder to itself, and may be killed, again and again on one port. */
async function mortal(): Promise<() => Promise<ServerProcess>> {
  const environment = { DATA_DIR: temporaryDirectory(), JWT_SECRET: secret, PORT: String(await freePort()) };
  return async () => {
    const server = await startProcess([process.execPath, await compiled('test/support/yjsServer.ts')], environment);
    cleanup(() => server.kill());
    return server;
  };
}

describe('kill -9 in a room of Yjs', function () {
  this.timeout(120_000);

  it('loses none of 180 edits of who was told that all is synced, and left', async () => {
    const start = await mortal();
    const server = await start();
    const ann = writer(server, { sub: 'ann' });
    const ben = writer(server, { sub: 'ben' });
    await Promise.all([synced(ann), synced(ben)]);
    for (let edit = 0; edit < 180; edit++) {
      ann.text.insert(ann.text.length, `${edit} `);
      // Some of them go one by one, the rest together.
      if (edit % 18 === 0) await ann.provider.stored();
    }
    await ann.provider.stored();
    ann.provider.destroy();
    ann.client.disconnect();
    await server.kill();
    ben.provider.destroy();
    await start();
    const cid = writer(server, { sub: 'cid' });
    await synced(cid);
    assert.equal(cid.text.toString(), ann.text.toString());
    assert.equal(cid.provider.userOf(ann.doc.clientID), 'ann');
  });

  it('leaves unsent what had not been synced, which is sent when the server is back', async () => {
    const start = await mortal();
    let server = await start();
    const writers = ['ann', 'ben', 'cid'].map((sub) => writer(server, { sub }));
    await Promise.all(writers.map(synced));
    for (const { text } of writers) for (const letter of 'letters') text.insert(0, letter);
    await until(() => writers.some(({ provider }) => provider.synced));
    await server.kill();
    for (const { text } of writers) text.insert(0, 'unsent ');
    server = await start();
    await Promise.all(writers.map(synced));
    await until(() => writers.every(({ text }) => text.toString() === writers[0]?.text.toString()));
    assert.equal(writers[0]?.text.length, 3 * ('letters'.length + 'unsent '.length));
  });
});
