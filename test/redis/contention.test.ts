import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerPayload } from '../../shared/events.ts';
import { cleanup } from '../support/cleanup.ts';
import { trace, tutti } from '../support/commandLine.ts';
import { call } from '../support/http.ts';
import { type ServerProcess, startServer as startProcess, temporaryDirectory } from '../support/process.ts';
import { Random } from '../support/random.ts';
import { startRedis } from '../support/redis.ts';
import { type Client, collect, connect, refused, request, secret, startServer } from '../support/server.ts';
import { until } from '../support/until.ts';

type Entries = ServerPayload<'collaboration_update'>['operations'];

const room_id = 'song:42';
/** How many operations of a client may wait for their answers. */
const window = 16;

describe('instances that write to one room at once', () => {
  /** So many, each a process of its own. */
  async function instances(count: number): Promise<ServerProcess[]> {
    const redis = await startRedis();
    cleanup(() => redis.kill());
    const environment = { REDIS_URL: redis.url, JWT_SECRET: secret, LIMIT_OPERATIONS: '0', LOG_LEVEL: 'warn' };
    const servers = await Promise.all(Array.from({ length: count }, () => startProcess(environment)));
    for (const server of servers) cleanup(() => server.kill());
    return servers;
  }

  it('have one order, where three write 1,000 operations each', async function () {
    this.timeout(120_000);
    const count = 1000;
    const servers = await instances(3);
    const clients = await Promise.all(servers.map((server, index) => connect(server, { sub: `user${index}` })));
    const streams = clients.map((client) => {
      const entries: Entries = [];
      client.on('collaboration_update', ({ revision, operations }) => {
        assert.equal(revision, entries.length, 'no gap, nothing twice');
        entries.push(...operations);
      });
      return entries;
    });
    for (const [index, client] of clients.entries()) {
      await request(client, 'join_room', { room_id, client_id: `client${index}` });
    }
    const began = performance.now();
    const answers = (await Promise.all(clients.map((client) => write(client, count)))).flat();
    const seconds = (performance.now() - began) / 1000;
    await until(() => streams.every(({ length }) => length === 3 * count));
    const [first = [], ...others] = streams;
    for (const other of others) assert.deepEqual(other, first);
    assert.deepEqual(
      new Set(answers.map(({ revision }) => revision)),
      new Set(Array.from({ length: 3 * count }, (_, index) => index + 1)),
    );
    for (const [index, { revision }] of answers.entries()) {
      const { client_id, sequence } = first[revision - 1] ?? {};
      assert.deepEqual([client_id, sequence], [`client${Math.floor(index / count)}`, (index % count) + 1]);
    }
    const retries = await Promise.all(servers.map(overtaken));
    console.log(`      ${Math.round((3 * count) / seconds)} operations/s, ${retries.join(' + ')} batches tried again`);
  });

  it('refuse a late deletion over many parts, of which none reaches the log or the others', async () => {
    const redis = await startRedis();
    cleanup(() => redis.kill());
    const [here, there] = [await startServer({ redisUrl: redis.url }), await startServer({ redisUrl: redis.url })];
    const [ann, eve] = [await connect(here, { sub: 'ann' }), await connect(there, { sub: 'eve' })];
    for (const client of [ann, eve]) await request(client, 'join_room', { room_id });
    const updates = collect(ann, 'collaboration_update');
    await request(ann, 'collaboration_operation', { room_id, operation: ['x'.repeat(10_000)] });
    const scattered = Array.from({ length: 900 }, () => [10, 'y']).flat();
    for (let time = 0; time < 5; time++) {
      await request(ann, 'collaboration_operation', { room_id, operation: scattered });
    }
    await until(() => updates.at(-1)?.revision === 5);
    const deletion = { room_id, operation: [{ d: 10_000 }], revision: 1 };
    for (const client of [ann, eve]) {
      const all = Array.from({ length: 20 }, () => refused(client, 'collaboration_operation', deletion, 'conflict'));
      await Promise.all(all);
    }
    const { revision } = await request(eve, 'collaboration_operation', { room_id, operation: ['e'] });
    assert.equal(revision, 7);
    await until(() => updates.at(-1)?.revision === 6);
    const { operations } = await request(eve, 'get_operations', { room_id, since: { epoch: '', revision: 0 } });
    const parts = operations?.map(({ operation }) => (operation as unknown[]).length);
    assert.deepEqual(parts, [1, 1_800, 1_800, 1_800, 1_800, 1_800, 1]);
  });

  it('replay a session of two authors to the letter, each on an instance', async () => {
    const random = new Random();
    const servers = await instances(2);
    const file = join(temporaryDirectory(), 'session.jsonl');
    writeFileSync(file, trace(random, 500));
    const { code, stdout, stderr } = await tutti(['replay', file, '--url', ...servers.map(({ url }) => url)]);
    assert.equal(code, 0, `${stderr} (SEED=${random.seed})`);
    assert.match(stdout, /500 operations of 2 authors .* at http:\S+ and http:/);
    assert.match(stdout, /to the letter/);
  });
});

/** Writes so many letters, as fast as the window lets it. Resolves with the revisions that they made. */
async function write(client: Client, count: number): Promise<{ revision: number }[]> {
  const answers: Promise<{ revision: number }>[] = [];
  for (let sequence = 1; sequence <= count; sequence++) {
    await answers.at(-window);
    answers.push(request(client, 'collaboration_operation', { room_id, operation: ['x'], sequence }));
  }
  return Promise.all(answers);
}

/** How many batches an instance had to try again. */
async function overtaken(server: { url: string }): Promise<number> {
  const { body } = await call(server, 'GET /metrics');
  return Number(/^tutti_overtaken_appends_total (\d+)/m.exec(body)?.[1]);
}
