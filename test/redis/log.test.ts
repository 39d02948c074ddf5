import { RedisLog } from '../../server/logs/redis.ts';
import { Redis } from '../../server/redis/redis.ts';
import { describeLog } from '../support/logContract.ts';
import { type RedisServer, startRedis } from '../support/redis.ts';

describe('with Redis', () => {
  let server: RedisServer;

  before(async () => {
    server = await startRedis();
  });

  after(() => server.kill());

  describeLog('the log in Redis', async () => {
    server.command('flushall');
    const ends: (() => unknown)[] = [];
    const open = async () => {
      const redis = new Redis({ urls: [server.url], prefix: 'tutti:0:', waitReplicas: 0 });
      const log = new RedisLog(redis);
      ends.push(
        () => log.close(),
        () => redis.close(),
      );
      await new Promise<void>((resolve) => redis.onReady(resolve));
      return log;
    };
    const log = await open();
    return {
      log,
      second: open,
      async reopen() {
        await log.close();
        return open();
      },
      async close() {
        for (const end of ends) await end();
      },
    };
  });
});
