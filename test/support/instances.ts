import assert from 'node:assert/strict';
import type { CollaborationServer, ServerOptions } from '../../server/application.ts';
import { cleanup } from './cleanup.ts';
import { call } from './http.ts';
import { type ServerProcess, startServer as startProcess } from './process.ts';
import { type RedisServer, startRedis } from './redis.ts';
import { secret, startServer } from './server.ts';
import { until } from './until.ts';

export interface SharedRedis {
  readonly redis: RedisServer;
  /** An instance that is ready to work; it ends with the test. */
  instance(options?: ServerOptions): Promise<CollaborationServer>;
  /** Two of them, alike. */
  pair(options?: ServerOptions): Promise<[CollaborationServer, CollaborationServer]>;
  /** One in a process of its own, that can be killed and frozen. */
  mortal(environment?: NodeJS.ProcessEnv): Promise<ServerProcess>;
}

/** A Redis for all tests of a describe(), in which this is called; it is empty before each of them. */
export function shareRedis(): SharedRedis {
  let running: RedisServer | undefined;
  const redis = () => running ?? assert.fail('Redis runs during tests alone');

  before(async () => {
    running = await startRedis();
  });

  after(() => redis().kill());

  beforeEach(() => redis().command('flushall'));

  async function instance(options: ServerOptions = {}): Promise<CollaborationServer> {
    const server = await startServer({ redisUrl: [redis().url], logLevel: 'silent', ...options });
    await until(() => server.trouble === undefined);
    return server;
  }

  return {
    get redis() {
      return redis();
    },
    instance,
    pair: (options) => Promise.all([instance(options), instance(options)]),
    async mortal(environment = {}) {
      const server = await startProcess({
        REDIS_URL: redis().url,
        JWT_SECRET: secret,
        LOG_LEVEL: 'silent',
        ...environment,
      });
      cleanup(() => server.kill());
      await until(async () => (await call(server, 'GET /api/v1/ready')).body.status === 'ready');
      return server;
    },
  };
}
