import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import type { ServerOptions } from '../../server/application.ts';
import { cleanup } from '../support/cleanup.ts';
import { startServer, tokenFor } from '../support/server.ts';
import { linkOf, openWindow } from '../support/windows.ts';

/** An application's HTTP server, with Socket.IO where it is wanted. */
async function startApplication(): Promise<Required<Pick<ServerOptions, 'server' | 'io'>>> {
  const server = createServer((_, response) => response.end('application'));
  const io = new Server(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  cleanup(() => io.close());
  return { server, io };
}

const surroundings: Record<string, () => Promise<ServerOptions>> = {
  'a base path': async () => ({ basePath: '/tutti' }),
  'an HTTP server of an application': async () => ({ server: (await startApplication()).server }),
  'a Socket.IO of an application': startApplication,
  'a base path, with Socket.IO elsewhere': async () => ({ basePath: '/tutti', socketPath: '/realtime' }),
};

for (const [name, options] of Object.entries(surroundings)) {
  describe(`the page under ${name}`, () => {
    it('connects, shares links to itself, and goes to other songs', async () => {
      const { url } = await startServer(await options());
      const token = tokenFor({ sub: 'ann', name: 'Ann', rooms: { '*': 'editor' } });
      const ann = await openWindow(`${url}/tutti/song/new#token=${token}`);
      await ann.getByText('Connected').waitFor();
      const link = await linkOf(ann, 'Write');
      assert.ok(link.startsWith(`${url}/tutti/song/new#token=`), link);
      await (await openWindow(link)).getByText('Connected').waitFor();

      await ann.goto(`${url}/tutti`);
      await ann.getByText('Connected').waitFor();
      assert.equal(new URL(ann.url()).pathname, '/tutti/song/new');
      await ann.locator('.title').click();
      await ann.getByRole('link', { name: 'New session' }).click();
      await ann.getByText('Connected').waitFor();
      assert.match(new URL(ann.url()).pathname, /^\/tutti\/session\/\w+$/);
    });
  });
}
