import { createClient } from 'redis';
import type { Node } from '../../redis/connection.ts';
import { faultsOf } from '../../redis/requirements.ts';
import { Subscriber } from '../../redis/subscriber.ts';
import { doubtful, type Finding, fine, wrong } from './finding.ts';

/** How long it may take to be there, in milliseconds. */
const patience = 3_000;

/** Whether a Redis keeps what it has acknowledged, and lets its user do what the server needs. */
export async function* examineRedis(url: string, prefix: string): AsyncGenerator<Finding> {
  const { host } = new URL(url);
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: { connectTimeout: patience, socketTimeout: patience, reconnectStrategy: false },
  });
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    const reason = (error as Error).message || (error as NodeJS.ErrnoException).code;
    yield wrong(`Redis at ${host} can not be reached: ${reason}`, 'start it, or correct REDIS_URL');
    return;
  }
  const channels = new Subscriber([url], () => {});
  try {
    const info = await client.info();
    const field = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1] ?? '';
    yield fine(`Redis ${field('redis_version')} at ${host} answers`);
    if (field('role') !== 'master') {
      yield wrong(`Redis at ${host} is a replica: nothing can be written to it`, 'name the master in REDIS_URL');
    }
    const faults = await faultsOf(client, channels, prefix);
    for (const fault of faults) yield wrong(fault, 'correct it: the server does not start so');
    if (faults.length === 0) yield fine('its user may do what the server needs');
    yield await examineDurability(client);
    const [maxmemory, policy] = [field('maxmemory'), field('maxmemory_policy')];
    if (policy === 'noeviction') yield fine('Redis evicts nothing');
    else if (maxmemory === '0') {
      yield doubtful(
        `Redis has maxmemory-policy ${policy}; it has no maxmemory yet, and with one it would throw songs away`,
        'set maxmemory-policy noeviction',
      );
    }
  } catch (error) {
    yield wrong(`Redis at ${host} does not say how it is: ${(error as Error).message}`, 'look at its log');
  } finally {
    channels.close();
    client.destroy();
  }
}

async function examineDurability(client: Pick<Node, 'sendCommand'>): Promise<Finding> {
  let config: Record<string, string>;
  try {
    config = (await client.sendCommand(['CONFIG', 'GET', 'append*'])) as Record<string, string>;
  } catch (error) {
    return doubtful(
      `Redis would not say how it is configured: ${(error as Error).message}`,
      'see that it has appendonly yes and appendfsync always',
    );
  }
  const { appendonly, appendfsync } = config;
  if (appendonly !== 'yes') {
    return wrong('Redis keeps no append-only file: a restart loses what was acknowledged', 'set appendonly yes');
  }
  if (appendfsync === 'always') return fine('Redis has everything on disk before it answers');
  return doubtful(
    `Redis has appendfsync ${appendfsync}: a crash may lose the last moments, which begins a new epoch`,
    'set appendfsync always, where nothing acknowledged may be lost',
  );
}
