import assert from 'node:assert/strict';
import { shareRedis } from '../support/instances.ts';
import { keeping } from '../support/kept.ts';
import type { ServerProcess } from '../support/process.ts';
import { type Client, connect, request } from '../support/server.ts';
import { until } from '../support/until.ts';

const room_id = 'song:42';

describe('hooks of several instances', function () {
  this.timeout(60_000);
  const shared = shareRedis();
  let kept: ReturnType<typeof keeping>;

  beforeEach(() => {
    kept = keeping();
  });

  const start = (name: string, env: NodeJS.ProcessEnv = {}) =>
    kept.start({ REDIS_URL: shared.redis.url, NAME: name, ...env });

  /** Who is in the room on a server, as soon as that can be had. */
  async function join(server: ServerProcess, sub: string, room = room_id): Promise<Client> {
    const client = await connect(server, { sub });
    await until(() => request(client, 'join_room', { room_id: room }).catch(() => undefined));
    return client;
  }

  async function write(client: Client, text: string, room = room_id): Promise<number> {
    return (await request(client, 'collaboration_operation', { room_id: room, operation: [text] })).revision;
  }

  async function contentOf(client: Client): Promise<unknown> {
    return (await request(client, 'get_room_state', { room_id })).document?.content;
  }

  it('seed a song once, whoever asks first', async () => {
    const servers = await Promise.all(['a', 'b'].map((name) => start(name, { SEED: `Hello of ${name}` })));
    const rooms = Array.from({ length: 10 }, (_, at) => `song:${at}`);
    for (const room of rooms) {
      const clients = await Promise.all(servers.map((server, at) => join(server, `user${at}`, room)));
      const states = await Promise.all(clients.map((client) => request(client, 'get_room_state', { room_id: room })));
      const [first, second] = states.map(({ revision, epoch, document }) => [revision, epoch, document?.content]);
      assert.deepEqual(first, second);
      assert.equal(first?.[0], 1);
      for (const client of clients) client.disconnect();
    }
    assert.ok(kept.lines().filter(({ loads }) => loads !== undefined).length >= rooms.length);
  });

  it('store one at a time, never an older one over a newer, and the last change', async () => {
    const servers = await Promise.all(['a', 'b'].map((name) => start(name, { STORE_MS: '150' })));
    const clients = await Promise.all(servers.map((server, at) => join(server, `user${at}`)));
    for (let round = 0; round < 40; round += 1) await Promise.all(clients.map((client) => write(client, '.')));
    const last = await write(clients[0] ?? assert.fail(), '!');
    await until(() => kept.stored(room_id)?.revision === last);
    kept.check(room_id);
    assert.equal(kept.stored(room_id)?.content, await contentOf(clients[0] ?? assert.fail()));
  });

  it('store what an instance has not that was killed, in the middle of a store too', async () => {
    const [a, b] = await Promise.all([start('a', { STORE_MS: '60000' }), start('b')]);
    const ada = await join(a, 'ada');
    const last = await write(ada, 'Hello');
    await until(() => kept.lines().some(({ begins, by }) => begins === room_id && by === 'a'));
    const after = await write(ada, '!');
    await a.kill();
    assert.equal(kept.stored(room_id), undefined);
    await until(() => kept.stored(room_id)?.revision === after);
    assert.deepEqual([last, after, kept.stored(room_id)?.content], [1, 2, '!Hello']);
    kept.check(room_id, ['a']);
    await b.stop();
  });

  it('store again what one that was frozen has stored too late', async () => {
    const [a, b] = await Promise.all([start('a', { STORE_MS: '1000' }), start('b')]);
    await write(await join(a, 'ada'), 'older');
    await until(() => kept.lines().some(({ begins, by }) => begins === room_id && by === 'a'));
    process.kill(a.pid, 'SIGSTOP');
    const ben = await join(b, 'ben');
    const last = await write(ben, 'newer, ');
    await until(() => kept.stored(room_id)?.revision === last);
    process.kill(a.pid, 'SIGCONT');
    await until(() => kept.lines().some(({ stores, by }) => stores === room_id && by === 'a'));
    const late = kept.lines().length;
    await until(() => kept.lines().length > late && kept.stored(room_id)?.revision === last);
    assert.equal(kept.stored(room_id)?.content, 'newer, older');
  });

  it('store at the next start what none has that was killed', async () => {
    for (let round = 1; round <= 2; round += 1) {
      const name = `run${round}`;
      const server = await start(name);
      const ada = await join(server, 'ada');
      let reached = 0;
      const sent = Array.from({ length: 20 }, () =>
        write(ada, String(round)).then((revision) => {
          reached = Math.max(reached, revision);
        }),
      );
      await Promise.race(sent);
      for (const each of sent) each.catch(() => {});
      await server.kill();
      ada.disconnect();
      const next = await start(`next${round}`);
      await until(() => (kept.stored(room_id)?.revision ?? 0) >= reached);
      const ben = await join(next, 'ben');
      await until(async () => kept.stored(room_id)?.content === (await contentOf(ben)));
      await next.stop();
      kept.check(
        room_id,
        Array.from({ length: round }, (_, at) => `run${at + 1}`),
      );
    }
  });
});
