import { setTimeout as pause } from 'node:timers/promises';
import { type RedisServer, startCluster, startRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { printTable, show, showPercent, spread } from './figures.ts';
import { small } from './load.ts';
import { cpuOf, cpuOfRedis } from './machine.ts';
import { generate } from './measurement.ts';
import type { Effort, Scenario } from './scenario.ts';
import { targets } from './targets.ts';

/** Microseconds of CPU for each operation, of both instances and of Redis. */
interface Costs {
  instances: number;
  redis: number;
  /** How much of what Redis takes in all is the busiest node's: with three that share evenly, a third. */
  busiest: number;
  reach: number;
}

/** What it takes to spread rooms over the masters of a cluster. */
export const clusterScenario: Scenario = {
  name: 'cluster',
  about: 'small on two instances, with one Redis and with a cluster of three masters and three replicas',

  async run(effort) {
    const costs: Record<string, Costs[]> = { 'one Redis': [], 'a cluster': [] };
    for (let round = 0; round < effort.repeat; round++) {
      costs['one Redis']?.push(await measure([await startRedis()], effort));
      const nodes = await startCluster();
      await until(() => nodes.every((node) => node.command('cluster', 'info').includes('cluster_state:ok')));
      costs['a cluster']?.push(await measure(nodes, effort));
    }
    const rows = Object.entries(costs).map(([name, all]) => {
      const median = (figure: keyof Costs) => spread(all.map((one) => one[figure])).median;
      const [instances, redis] = [median('instances'), median('redis')];
      return [name, `${show(instances)} µs`, `${show(redis)} µs`, showPercent(median('busiest'))];
    });
    printTable([['for each operation', 'instances', 'Redis, all nodes', 'of that the busiest'], ...rows]);
    const lost = Object.entries(costs).filter(([, all]) => all.some(({ reach }) => reach < 1));
    return { figures: costs, problems: lost.map(([name]) => `${name}: not all was delivered`) };
  },
};

async function measure(nodes: RedisServer[], { seconds, warmUp }: Effort): Promise<Costs> {
  const given = { REDIS_URL: nodes.map(({ url }) => url).join(',') };
  const instances = await Promise.all([targets.tutti.start(given), targets.tutti.start(given)]);
  const servers = instances.flatMap(({ servers }) => servers);
  const load = generate({
    target: 'tutti',
    servers,
    load: small,
    warmUp,
    // Connecting takes a while; what is measured here lies within.
    seconds: seconds + 4,
  });
  const server = cpuOf(servers);
  const read = () => ({ instances: server(), nodes: nodes.map(cpuOfRedis) });
  await pause((warmUp + 3) * 1000);
  const before = read();
  await pause(seconds * 1000);
  const after = read();
  const { reach } = await load;
  await Promise.all(instances.map(({ stop }) => stop()));
  await Promise.all(nodes.map((node) => node.kill()));

  const operations = small.rooms * small.active * small.rate * seconds;
  const spent = after.nodes.map((cpu, node) => cpu - (before.nodes[node] ?? 0));
  const redis = spent.reduce((sum, cpu) => sum + cpu, 0);
  return {
    instances: (after.instances - before.instances) / operations,
    redis: redis / operations,
    busiest: Math.max(...spent) / redis,
    reach,
  };
}
