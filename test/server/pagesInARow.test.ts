import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from '../../client/index.ts';
import { cleanup } from '../support/cleanup.ts';
import { lastingStorage } from '../support/lastingStorage.ts';
import { UnreliableProxy } from '../support/proxy.ts';
import { Random } from '../support/random.ts';
import { startServer, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';

const pages = 6;

describe('pages in a row', () => {
  for (const seed of [1, 2, 3, 4]) {
    it(`lose nothing that was said to be kept, though most of them never reach the server: ${seed}`, async () => {
      const random = new Random(seed);
      const server = await startServer();
      let isThere = true;
      const proxy = await UnreliableProxy.open(() => (isThere ? server : undefined));
      cleanup(() => proxy.close());
      const storage = lastingStorage();
      const open = () => {
        const client = new Client(proxy.url, { token: tokenFor({ sub: 'ada' }), storage, transports: ['websocket'] });
        client.connect();
        cleanup(() => client.disconnect());
        return { client, room: client.room('1') };
      };
      let page = open();
      await until(() => page.room.state.status === 'joined');
      let written = 0;
      for (let count = 0; count < pages; count++) {
        isThere = random.oneIn(3);
        if (!isThere) proxy.cut();
        for (let words = random.between(0, 3); words > 0; words--) {
          page.room.text.insert(0, `${++written} `);
          await pause(random.pick([0, 1, 20]));
        }
        await until(() => page.room.state.kept);
        await page.room.leave();
        page.client.disconnect();
        page = open();
      }
      isThere = true;
      await until(() => page.room.state.status === 'joined' && !page.client.hasUnsent);
      const numbers = (await server.room('song:1').text.read()).text.trim().split(' ').map(Number);
      assert.deepEqual(
        numbers.sort((one, other) => one - other),
        Array.from({ length: written }, (_, index) => index + 1),
      );
    });
  }
});
