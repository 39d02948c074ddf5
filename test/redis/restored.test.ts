import type { CollaborationServer } from '../../server/application.ts';
import { cleanup } from '../support/cleanup.ts';
import { UnreliableProxy } from '../support/proxy.ts';
import { startRedis } from '../support/redis.ts';
import { allComeBackAfterRestore, comesBackAfterRestore, type Store } from '../support/returning.ts';
import { startServer } from '../support/server.ts';
import { until } from '../support/until.ts';

for (const [file, config] of [
  ['an append-only file', []],
  ['a snapshot', ['--appendonly', 'no']],
] as [string, string[]][]) {
  describe(`a Redis that is put back from ${file}, with the room in nobody’s memory`, () => {
    it('is another history to who was ahead, also where the numbers fit: what they had is merged', async () => {
      await comesBackAfterRestore(await shared(config));
    });

    it('has what was acknowledged once again, however many come back with it at once', async () => {
      await allComeBackAfterRestore(await shared(config));
    });
  });
}

/** An instance with a Redis of its own, behind a proxy that stays. */
async function shared(config: string[]): Promise<Store> {
  const redis = await startRedis(config);
  cleanup(() => redis.kill());
  let server: CollaborationServer | undefined;
  const start = async () => {
    server = await startServer({ redisUrl: [redis.url], logLevel: 'silent' });
    await until(() => server?.trouble === undefined);
  };
  await start();
  const proxy = await UnreliableProxy.open(() => server);
  cleanup(() => proxy.close());
  let backup: string | undefined;
  return {
    url: () => proxy.url,
    async backUp() {
      if (config.length > 0) redis.command('save');
      backup = redis.backUp();
    },
    async restore() {
      const running = server;
      server = undefined;
      await running?.close();
      await redis.kill();
      redis.restore(backup);
      await redis.start();
      await start();
    },
  };
}
