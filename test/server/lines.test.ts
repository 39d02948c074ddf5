import assert from 'node:assert/strict';
import { RawClient } from '../support/raw.ts';
import { startServer, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';

describe('an office that comes back at once', () => {
  it('waits in line where all places of its address are taken, and nobody of it is refused', async () => {
    const server = await startServer({ limitConnections: '0' });
    let connected = 0;
    let refused = 0;
    let opened = 0;
    let mayGoOn = () => {};
    const full = new Promise<void>((resolve) => {
      mayGoOn = resolve;
    });
    const come = async (user: number) => {
      const client = await RawClient.open(server);
      if (client.socket.readyState !== client.socket.OPEN) {
        refused += 1;
        return;
      }
      opened += 1;
      if (opened === 500) mayGoOn();
      await full;
      client.send(`40${JSON.stringify({ token: tokenFor({ sub: `user-${user}` }) })}`);
      await client.packet(/^42\["connected"/);
      connected += 1;
    };
    const all = Array.from({ length: 600 }, (_, user) => come(user));
    await until(() => connected + refused >= 600);
    await Promise.all(all);
    assert.deepEqual([connected, refused], [600, 0]);
  }).timeout(30_000);
});
