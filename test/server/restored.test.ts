import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CollaborationServer } from '../../server/application.ts';
import { openLmdbLog } from '../../server/logs/lmdb.ts';
import { cleanup } from '../support/cleanup.ts';
import { temporaryDirectory } from '../support/process.ts';
import { UnreliableProxy } from '../support/proxy.ts';
import { allComeBackAfterRestore, comesBackAfterRestore, type Store } from '../support/returning.ts';
import { startServer } from '../support/server.ts';

describe('a data folder that is put back from a copy', () => {
  it('is another history to who was ahead, also where the numbers fit: what they had is merged', async () => {
    await comesBackAfterRestore(await embedded());
  });

  it('has what was acknowledged once again, however many come back with it at once', async () => {
    await allComeBackAfterRestore(await embedded());
  });
});

/** A server with a folder of its own, behind a proxy that stays. */
async function embedded(): Promise<Store> {
  const directory = join(temporaryDirectory(), 'data');
  const backup = join(temporaryDirectory(), 'backup');
  let server: CollaborationServer | undefined;
  const start = async () => {
    const log = await openLmdbLog({ directory });
    cleanup(() => log.close());
    server = await startServer({ log });
  };
  await start();
  const proxy = await UnreliableProxy.open(() => server);
  cleanup(() => proxy.close());
  return {
    url: () => proxy.url,
    async backUp() {
      cpSync(directory, backup, { recursive: true });
    },
    async restore() {
      const running = server;
      server = undefined;
      await running?.close();
      rmSync(directory, { recursive: true });
      cpSync(backup, directory, { recursive: true });
      await start();
    },
  };
}
