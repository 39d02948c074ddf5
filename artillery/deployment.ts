import { setTimeout as pause } from 'node:timers/promises';
import { deploy as deployInstances, withoutLimits } from '../test/bench/target.ts';
import { startBalancer } from '../test/support/balancer.ts';
import { freePort } from '../test/support/ports.ts';
import { startServer } from '../test/support/process.ts';
import { until } from '../test/support/until.ts';

/** Everybody comes from one address here. */
const crowded = { MAX_CONNECTIONS_PER_IP: '100000', MAX_PARTICIPANTS_PER_ROOM: '2000' };

/** Instances that are reached at one address. */
export interface BalancedDeployment {
  url: string;
  /** When people have come, restarts one instance after the other; before each it waits so many milliseconds. */
  restart(wait: number): Promise<void>;
  stop(): Promise<void>;
}

/** Redis, two instances and nginx, on free ports. */
export async function deploy(JWT_SECRET: string): Promise<BalancedDeployment> {
  const settings = { ...withoutLimits(), ...crowded, JWT_SECRET, TRUST_PROXY_HOPS: '1', DRAIN_MS: '1000' };
  const places: NodeJS.ProcessEnv[] = [];
  const deployment = await deployInstances(2, async (environment) => {
    const place = { ...settings, ...environment, PORT: String(await freePort()) };
    places.push(place);
    return startServer(place);
  });
  const nginx = await startBalancer(
    'nginx',
    deployment.servers.map(({ url }) => url),
  );
  return {
    url: nginx.url,
    async restart(milliseconds) {
      await until(() => isVisited(nginx.url));
      for (const place of places) {
        await pause(milliseconds);
        const at = deployment.servers.findIndex(({ url }) => url.endsWith(`:${place.PORT}`));
        await deployment.servers[at]?.stop();
        deployment.servers[at] = await startServer(place);
      }
    },
    async stop() {
      await nginx.stop();
      await deployment.stop();
    },
  };
}

/** Whether anybody is at the instance that answers. */
async function isVisited(url: string): Promise<boolean> {
  const status = (await (await fetch(`${url}/api/v1/status`)).json()) as { connections: number };
  return status.connections > 0;
}
