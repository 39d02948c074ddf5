import { setTimeout as pause } from 'node:timers/promises';
import { startBalancer } from '../test/support/balancer.ts';
import { freePort } from '../test/support/ports.ts';
import { startServer } from '../test/support/process.ts';
import { startRedis } from '../test/support/redis.ts';
import { until } from '../test/support/until.ts';

/** Everybody comes from one address here, and does everything as fast as it can: nothing is limited. */
const unlimited = {
  LIMIT_CONNECTIONS: '0',
  LIMIT_JOINS: '0',
  LIMIT_OPERATIONS: '0',
  LIMIT_BYTES: '0',
  LIMIT_ROOMS: '0',
  LIMIT_CLIENTS: '0',
  LIMIT_CURSORS: '0',
  LIMIT_MESSAGES: '0',
  MAX_CONNECTIONS_PER_IP: '100000',
  MAX_PARTICIPANTS_PER_ROOM: '2000',
};

export interface Deployment {
  url: string;
  /** When people have come, restarts one instance after the other; before each it waits so many milliseconds. */
  restart(wait: number): Promise<void>;
  stop(): Promise<void>;
}

/** Redis, two instances and nginx, on free ports. */
export async function deploy(JWT_SECRET: string): Promise<Deployment> {
  const redis = await startRedis();
  const settings = { REDIS_URL: redis.url, JWT_SECRET, TRUST_PROXY_HOPS: '1', LOG_LEVEL: 'warn', DRAIN_MS: '1000' };
  const ports = [await freePort(), await freePort()];
  const start = (port: number) => startServer({ ...settings, ...unlimited, PORT: String(port) });
  const instances = await Promise.all(ports.map(start));
  const nginx = await startBalancer(
    'nginx',
    instances.map(({ url }) => url),
  );
  return {
    url: nginx.url,
    async restart(milliseconds) {
      await until(() => isVisited(nginx.url));
      for (const [index, port] of ports.entries()) {
        await pause(milliseconds);
        await instances[index]?.stop();
        instances[index] = await start(port);
      }
    },
    async stop() {
      await nginx.stop();
      await Promise.all(instances.map((instance) => instance.stop()));
      await redis.kill();
    },
  };
}

/** Whether anybody is at the instance that answers. */
async function isVisited(url: string): Promise<boolean> {
  const status = (await (await fetch(`${url}/api/v1/status`)).json()) as { connections: number };
  return status.connections > 0;
}
