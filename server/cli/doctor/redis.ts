import { createClient } from 'redis';
import { doubtful, type Finding, fine, wrong } from './finding.ts';

/** How long it may take to be there, in milliseconds. */
const patience = 3_000;

/** Whether a Redis keeps what it has acknowledged. */
export async function* examineRedis(url: string): AsyncGenerator<Finding> {
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
  try {
    const info = await client.info();
    const field = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1] ?? '';
    yield fine(`Redis ${field('redis_version')} at ${host} answers`);
    if (field('role') !== 'master') {
      yield wrong(`Redis at ${host} is a replica: nothing can be written to it`, 'name the master in REDIS_URL');
    }
    yield* examineDurability(await client.configGet(['appendonly', 'appendfsync', 'maxmemory', 'maxmemory-policy']));
  } catch (error) {
    yield doubtful(
      `Redis would not say how it is configured: ${(error as Error).message}`,
      'see that it has appendonly yes, appendfsync always and maxmemory-policy noeviction',
    );
  } finally {
    client.destroy();
  }
}

function* examineDurability(config: Record<string, string>): Generator<Finding> {
  const { appendonly, appendfsync, maxmemory, 'maxmemory-policy': policy } = config;
  if (appendonly !== 'yes') {
    yield wrong('Redis keeps no append-only file: a restart loses what was acknowledged', 'set appendonly yes');
  } else if (appendfsync !== 'always') {
    yield doubtful(
      `Redis has appendfsync ${appendfsync}: a crash may lose the last moments, which begins a new epoch`,
      'set appendfsync always, where nothing acknowledged may be lost',
    );
  } else yield fine('Redis has everything on disk before it answers');
  if (policy === 'noeviction') yield fine('Redis evicts nothing');
  else {
    const text = `Redis has maxmemory-policy ${policy}: when memory is short it throws songs away`;
    const advice = 'set maxmemory-policy noeviction';
    yield maxmemory === '0' ? doubtful(`${text}; it has no maxmemory yet`, advice) : wrong(text, advice);
  }
}
