import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CollaborationServer } from '../../server/application.ts';
import { openLmdbLog } from '../../server/logs/lmdb.ts';
import { yjs } from '../../server/yjs/index.ts';
import { cleanup } from '../support/cleanup.ts';
import { temporaryDirectory } from '../support/process.ts';
import { UnreliableProxy } from '../support/proxy.ts';
import { startServer } from '../support/server.ts';
import { yjsComesBackAfterRestore } from '../support/yjsReturning.ts';

describe('a data folder with documents of Yjs that is put back from a copy', () => {
  it('has again what those had who come back, and whose it is', async () => {
    const directory = join(temporaryDirectory(), 'data');
    const backup = join(temporaryDirectory(), 'backup');
    let server: CollaborationServer | undefined;
    const start = async () => {
      const log = await openLmdbLog({ directory });
      cleanup(() => log.close());
      server = await startServer({ log, kinds: { note: yjs() } });
    };
    await start();
    const proxy = await UnreliableProxy.open(() => server);
    cleanup(() => proxy.close());
    await yjsComesBackAfterRestore({
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
    });
  });
});
