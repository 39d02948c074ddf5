import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerOptions } from '../../server/application.ts';
import { neededCommands, rulesFor } from '../../server/redis/requirements.ts';
import { cleanup } from '../support/cleanup.ts';
import { tutti } from '../support/commandLine.ts';
import { captured } from '../support/logger.ts';
import { type RedisServer, startRedis, stoppedRedis } from '../support/redis.ts';
import { secret, startServer } from '../support/server.ts';
import { tour, tourOptions } from '../support/tour.ts';
import { until } from '../support/until.ts';

const evicting = ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'];
const sentence =
  'Redis has maxmemory-policy allkeys-lru: when its memory is short it throws songs away; set it to noeviction';

async function redisServer(config: string[] = []): Promise<RedisServer> {
  const redis = await startRedis(config);
  cleanup(() => redis.kill());
  return redis;
}

/** The URL of a user that has just what is documented, but for what is changed in it. */
function userOf(redis: RedisServer, change = (rules: string) => rules): string {
  const rules = change(rulesFor('tutti:0:')).split(' ');
  redis.command('acl', 'setuser', 'tutti', 'reset', 'on', '>swordfish', ...rules);
  return redis.url.replace('//', '//tutti:swordfish@');
}

describe('how Redis is set up', function () {
  this.timeout(60_000);

  it('stops the start where it evicts, in one line that says what to set', async () => {
    const redis = await redisServer(evicting);
    const { code, stderr, stdout } = await tutti(['serve', '--port', '0'], { REDIS_URL: redis.url });
    assert.deepEqual([code, stderr, stdout], [1, `tutti: ${sentence}\n`, '']);
  });

  it('stops it also where CONFIG may not be asked', async () => {
    const redis = await redisServer(evicting);
    const url = userOf(redis, (rules) => rules.replace('+config|get', ''));
    await assert.rejects(startServer({ redisUrl: [url] }), ({ message }: Error) => message.startsWith(sentence));
  });

  it('lets it start without maxmemory, whatever the policy, and with noeviction', async () => {
    const redis = await redisServer(['--maxmemory-policy', 'allkeys-lru']);
    await startServer({ redisUrl: [redis.url] });
    redis.command('config', 'set', 'maxmemory-policy', 'noeviction', 'maxmemory', '100mb');
    await startServer({ redisUrl: [redis.url] });
  });

  it('is told in the log where Redis comes after the server', async () => {
    const redis = await stoppedRedis(evicting);
    cleanup(() => redis.kill());
    const { lines, logger } = captured();
    await startServer({ redisUrl: [redis.url], logger });
    await redis.start();
    await until(() => lines.some(({ msg }) => msg === sentence));
  });

  it('may be a user that has just what is documented: songs, presence, limits, publishing, bans, the doctor', async () => {
    const redis = await redisServer();
    const url = userOf(redis);
    redis.command('config', 'resetstat');
    const options: ServerOptions = { redisUrl: [url], jwtSecret: secret, ...tourOptions };
    const [one, other] = [await startServer(options), await startServer(options)];
    await until(() => [one, other].every(({ trouble }) => trouble === undefined));
    await tour(one, other);
    const { code, stdout } = await tutti(['doctor', '--url', one.url], { REDIS_URL: url });
    assert.deepEqual([code, /^[✗!]/m.test(stdout)], [0, false], stdout);
    await Promise.all([one.close(), other.close()]);
    assert.equal(redis.command('acl', 'log'), '');
    // What is documented and was not used is for databases, replicas and clusters, and for webhooks.
    const used = [...redis.command('info', 'commandstats').matchAll(/cmdstat_([^:]+):/g)].map(([, name]) => name);
    assert.deepEqual(
      neededCommands.filter((name) => !used.includes(name)),
      ['select', 'wait', 'cluster|slots', 'asking', 'get'],
    );
  });

  it('says at the start which commands, keys and channels a user lacks, and so does the doctor', async () => {
    const redis = await redisServer();
    const without = (...rules: string[]) =>
      userOf(redis, (all) => rules.reduce((left, rule) => left.replace(rule, ''), all));
    for (const [lacking, rules] of [
      ['+memory|usage +xtrim', [' +memory|usage', ' +xtrim']],
      ['+eval', [' +eval']],
      ['~tutti:0:*', [' ~tutti:0:*']],
      ['&tutti:0:io#/#* +psubscribe', [' &tutti:0:io#/#*']],
    ] as const) {
      const expected = `the user of REDIS_URL lacks what the server needs: give it ${lacking} (docs/OPERATING.md has all)`;
      await assert.rejects(startServer({ redisUrl: [without(...rules)] }), { message: expected });
    }
    const url = without(' +xadd');
    const { stdout } = await tutti(['doctor'], { REDIS_URL: url });
    assert.match(stdout, /✗ the user of REDIS_URL lacks what the server needs: give it \+xadd \(/);
    const { code, stderr } = await tutti(['serve', '--port', '0'], { REDIS_URL: url });
    assert.deepEqual([code, stderr.split('\n').length], [1, 2]);
  });

  it('needs no command that is not documented', () => {
    const files = readdirSync('server', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const source = files.map((name) => readFileSync(join('server', name), 'utf8')).join('\n');
    const inScripts = [...source.matchAll(/redis\.call\('(\w+)'/g)].map(([, name = '']) => name);
    const sent = [...source.matchAll(/(?:send|sendCommand)\([^[\n]*\[\s*(?:\.\.\.\[)?'([A-Z]+)'/g)].map(
      ([, name = '']) => name,
    );
    const listed = [...source.matchAll(/command = \['(\w+)'/g)].map(([, name = '']) => name);
    const named = [...new Set([...inScripts, ...sent, ...listed].map((name) => name.toLowerCase()))];
    assert.ok(named.length > 35, named.join(' '));
    const documented = neededCommands.map((name) => name.replace(/\|.*/, ''));
    assert.deepEqual(
      named.filter((name) => !documented.includes(name)),
      [],
    );
  });

  it('is documented as one line, which has what the server needs', () => {
    assert.ok(readFileSync('docs/OPERATING.md', 'utf8').includes(rulesFor('tutti:0:')));
  });
});
