import assert from 'node:assert/strict';
import { createClient } from 'redis';
import { askLacking, neededCommands, rulesFor, tryLacking } from '../../server/redis/requirements.ts';
import { Subscriber } from '../../server/redis/subscriber.ts';
import { cleanup } from '../support/cleanup.ts';
import { type RedisServer, startRedis } from '../support/redis.ts';

const prefix = 'tutti:0:';

/** What a user lacks that has what is documented but for some rules: as Redis says, and as trying each command shows. */
async function lackedBy(redis: RedisServer, without: string[]): Promise<[string[] | undefined, string[]]> {
  const rules = rulesFor(prefix).split(' ');
  const kept = rules.filter((rule) => !without.includes(rule));
  assert.equal(kept.length, rules.length - without.length);
  redis.command('acl', 'setuser', 'tutti', 'reset', 'on', '>swordfish', ...kept);
  const url = redis.url.replace('//', '//tutti:swordfish@');
  const client = createClient({ url });
  const channels = new Subscriber([url], () => {});
  client.on('error', () => {});
  await client.connect();
  try {
    return [await askLacking(client, prefix), await tryLacking(client, channels, prefix)];
  } finally {
    client.destroy();
    channels.close();
  }
}

describe('what a user of Redis lacks', () => {
  it('shows without Redis 7, which can be asked, by trying: command by command, and nothing is written', async function () {
    this.timeout(60_000);
    const redis = await startRedis();
    cleanup(() => redis.kill());
    assert.deepEqual(await lackedBy(redis, []), [[], []]);
    // Every seventh of them, so that no group has all that asks for the same.
    for (let first = 0; first < 7; first++) {
      const commands = neededCommands.filter((command, index) => index % 7 === first && command !== 'eval');
      const rules = commands.map((command) => `+${command}`);
      assert.deepEqual(await lackedBy(redis, rules), [commands, commands]);
    }
    // Without EVAL nobody can ask, and it is tried at once.
    assert.deepEqual(await lackedBy(redis, ['+eval']), [undefined, ['eval']]);
    for (const rule of [`~${prefix}*`, `&${prefix}*`]) {
      const [asked, tried] = await lackedBy(redis, [rule]);
      assert.deepEqual(tried, asked);
      assert.ok(tried.length > 1, rule);
    }
    assert.equal(redis.command('dbsize'), '0');
  });
});
