import assert from 'node:assert/strict';
import { call } from '../support/http.ts';
import { shareRedis } from '../support/instances.ts';
import { type Client, connect, hears, next, request } from '../support/server.ts';
import { until } from '../support/until.ts';

describe('people on several instances', function () {
  this.timeout(120_000);

  const shared = shareRedis();
  const { instance, pair, mortal } = shared;

  /** What a client is told of people, such as `+ada` and `-ada`. */
  function people(client: Client): string[] {
    const heard: string[] = [];
    client.on('user_online', ({ user_id }) => heard.push(`+${user_id}`));
    client.on('user_offline', ({ user_id }) => heard.push(`-${user_id}`));
    return heard;
  }

  /** What services are told of a user. */
  async function asked(server: { url: string }, user_id: string): Promise<{ online: boolean; connections: number }> {
    const { body } = await call(server, `GET /api/v1/users/${user_id}/presence`, { sub: 'service', scope: 'publish' });
    return { online: body.online, connections: body.connections };
  }

  it('are online with the first connection anywhere, and offline five seconds after the last', async () => {
    const [one, other] = await pair();
    const ada = await connect(one, { sub: 'ada' });
    assert.deepEqual((await request(ada, 'presence_subscribe', { user_ids: ['ben'] })).online, []);
    const heard = people(ada);
    const devices = [await connect(other, { sub: 'ben' }), await connect(one, { sub: 'ben' })];
    await hears(heard, '+ben');
    for (const server of [one, other]) assert.deepEqual(await asked(server, 'ben'), { online: true, connections: 2 });
    const eve = await connect(other, { sub: 'eve' });
    const { online } = await request(eve, 'presence_subscribe', { user_ids: ['ben', 'ada', 'max'] });
    assert.deepEqual(online, ['ben', 'ada']);
    devices[1]?.disconnect();
    await until(async () => (await asked(other, 'ben')).connections === 1);
    const offline = next(ada, 'user_offline');
    const before = Date.now();
    devices[0]?.disconnect();
    const { timestamp } = await offline;
    const after = Date.now();
    await hears(heard, '+ben', '-ben');
    assert.ok(after - before > 4_900, `${after - before} ms`);
    assert.ok(timestamp >= before && after - timestamp > 4_900, `last seen ${timestamp - before} ms later`);
    assert.deepEqual(await asked(one, 'ben'), { online: false, connections: 0 });
  });

  it('are asked for together', async () => {
    const one = await instance();
    const ada = await connect(one, { sub: 'ada' });
    // Redis has the script from here on.
    await request(ada, 'presence_subscribe', { user_ids: ['somebody'] });
    const user_ids = Array.from({ length: 200 }, (_, index) => `user ${index}`);
    const commands = await shared.redis.watch(async () => {
      await request(ada, 'presence_subscribe', { user_ids });
    });
    const counts = commands.filter((command) => command.some((argument) => argument.startsWith('tutti:0:places:')));
    assert.ok(counts.length > 0 && counts.length <= 20, `${counts.length} commands`);
  });

  it('stay online while they move to another instance', async () => {
    const [one, other] = await pair();
    const ada = await connect(one, { sub: 'ada' });
    const [ben, max] = [await connect(one, { sub: 'ben' }), await connect(other, { sub: 'max' })];
    await request(ada, 'presence_subscribe', { user_ids: ['ben', 'max'] });
    const heard = people(ada);
    ben.disconnect();
    await until(async () => !(await asked(one, 'ben')).online);
    await connect(other, { sub: 'ben' });
    max.disconnect();
    await hears(heard, '-max');
  });

  it('are seen by their own tenant alone', async () => {
    const [one, other] = await pair();
    const ada = await connect(one, { sub: 'ada', org_id: 'one' });
    await request(ada, 'presence_subscribe', { user_ids: ['ben'] });
    const heard = next(ada, 'user_online');
    await connect(other, { sub: 'ben' });
    await connect(other, { sub: 'ben', org_id: 'two' });
    const before = Date.now();
    await connect(other, { sub: 'ben', org_id: 'one' });
    assert.ok((await heard).timestamp >= before);
  });

  it('of an instance that was killed are offline, and count no longer', async () => {
    const [one, other] = [await mortal(), await instance({ maxConnectionsPerUser: 1 })];
    const ada = await connect(other, { sub: 'ada' });
    await connect(one, { sub: 'ben' });
    await connect(one, { sub: 'max' });
    await request(ada, 'presence_subscribe', { user_ids: ['ben', 'max'] });
    const heard = people(ada);
    await one.kill();
    await until(() => heard.length === 2);
    assert.deepEqual(heard.sort(), ['-ben', '-max']);
    assert.deepEqual(await asked(other, 'ben'), { online: false, connections: 0 });
    await connect(other, { sub: 'ben' });
  });

  it('are seen right again when Redis comes back, be it empty', async () => {
    const [one, other] = await pair();
    const ada = await connect(one, { sub: 'ada' });
    const [ben, max] = [await connect(other, { sub: 'ben' }), await connect(other, { sub: 'max' })];
    await request(ada, 'presence_subscribe', { user_ids: ['ben', 'max'] });
    const heard = people(ada);
    await shared.redis.kill();
    await until(() => one.trouble !== undefined);
    max.disconnect();
    shared.redis.restore();
    await shared.redis.start();
    await hears(heard, '-max');
    assert.deepEqual(await asked(one, 'ben'), { online: true, connections: 1 });
    ben.disconnect();
    await hears(heard, '-max', '-ben');
  });
});
