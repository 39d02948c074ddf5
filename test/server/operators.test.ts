import assert from 'node:assert/strict';
import { sending } from '../support/guests.ts';
import { call } from '../support/http.ts';
import { captured } from '../support/logger.ts';
import { clientOf, member, request, startServer, tokenFor } from '../support/server.ts';

const root = { sub: 'root', scope: 'admin' };
const service = { sub: 'tracker', scope: 'publish' };

describe('what operators rely on', () => {
  it('a publish that was refused has the status and the body of a refusal, beside what came of each message', async () => {
    const server = await startServer({ maxMessageBytes: 200, limitBytes: '300/60' });
    const publish = (body: object) => call(server, 'POST /api/v1/publish', service, sending(body));
    const good = { user_id: 'ann', type: 'notification.new' };
    const large = { ...good, data: 'x'.repeat(300) };
    const one = await publish(large);
    assert.deepEqual([one.status, one.body.ok, one.body.error.error_code], [413, false, 'too_large']);
    assert.deepEqual(one.body.results, [{ ok: false, error: one.body.error }]);
    const many = await publish([good, large, { type: 'task.created' }]);
    assert.deepEqual([many.status, many.body.error.error_code], [413, 'too_large']);
    assert.deepEqual(
      many.body.results.map(({ ok }: { ok: boolean }) => ok),
      [true, false, false],
    );
    assert.equal((await publish([good, good])).status, 200);
    let last = await publish({ ...good, data: 'x'.repeat(150) });
    while (last.status === 200) last = await publish({ ...good, data: 'x'.repeat(150) });
    assert.deepEqual([last.status, last.body.error.error_code], [429, 'rate_limited']);
    assert.ok(Number(last.headers.get('retry-after')) > 0);
    // What may pass when it is sent again says so to who reads the status alone.
    assert.equal((await publish([large, { ...good, data: 'x'.repeat(150) }])).status, 429);
    const { body } = await call(server, 'GET /metrics');
    assert.match(body, /tutti_refusals_total\{error_code="too_large"\} [23]\n/);
  });

  it('no route answers 200 with a refusal in it', async () => {
    const server = await startServer();
    const routes = [
      'GET /api/v1/rooms?limit=0',
      'GET /api/v1/rooms/song:none',
      'DELETE /api/v1/rooms/song:none',
      'DELETE /api/v1/rooms/song:none/participants/ann',
      'GET /api/v1/rooms/song:none/invitations/none',
      'POST /api/v1/rooms/song:none/invitations',
      'POST /api/v1/publish',
      'POST /api/v1/guests',
      'POST /api/v1/tokens/revoke',
      'PUT /api/v1/users/root/block',
      'GET /api/v1/nothing',
    ];
    for (const route of routes) {
      const { status, body } = await call(server, route, { ...root, scope: 'admin publish' });
      assert.deepEqual([status, body.ok], [body.error.code - 4000, false], route);
      assert.ok(status >= 400, route);
    }
  });

  it('GET /rooms takes an empty limit and an empty after for none', async () => {
    const server = await startServer();
    for (const room_id of ['song:1', 'song:2']) {
      const ada = await member(server, { sub: 'ada' }, { room_id });
      await request(ada, 'collaboration_operation', { room_id, operation: ['x'] });
    }
    for (const query of ['', '?limit=&after=', '?limit=', '?after=', '?after=&limit=2']) {
      const { status, body } = await call(server, `GET /api/v1/rooms${query}`, root);
      assert.deepEqual([status, body.rooms.length], [200, 2], query);
    }
    const { body } = await call(server, 'GET /api/v1/rooms?limit=&after=song:1', root);
    assert.deepEqual(
      body.rooms.map(({ room_id }: { room_id: string }) => room_id),
      ['song:2'],
    );
  });

  it('DELETE /users/:user_id takes an empty after for none, and erases the inbox too', async () => {
    const server = await startServer();
    const message = { user_id: 'ann', type: 'notification.new' };
    assert.equal((await call(server, 'POST /api/v1/publish', service, sending(message))).status, 200);
    const rooms = async () => (await call(server, 'GET /api/v1/rooms', root)).body.rooms.length;
    assert.equal(await rooms(), 1);
    assert.equal((await call(server, 'DELETE /api/v1/users/ann?after=&limit=', root)).status, 200);
    assert.equal(await rooms(), 0);
  });

  it('a refused origin is logged once, with what to set; not more than a hundred are', async () => {
    const { lines, logger } = captured();
    const server = await startServer({ logger });
    const told = () => lines.filter(({ refused }) => refused !== undefined);
    const from = (origin: string) => call(server, 'GET /api/v1/health', undefined, { headers: { origin } });
    assert.equal((await from('https://songs.example')).status, 403);
    await from('https://songs.example');
    const extraHeaders = { origin: 'https://songs.example' };
    const client = clientOf(server, { auth: { token: tokenFor({ sub: 'ada' }) }, extraHeaders });
    const refused = new Promise((resolve) => client.once('connect_error', resolve));
    client.connect();
    await refused;
    assert.deepEqual(
      told().map(({ refused, msg, level }) => [refused, msg, level]),
      [['https://songs.example', 'pages of an origin were refused: add it to CORS_ORIGINS', 40]],
    );
    for (let number = 0; number < 150; number++) await from(`https://${number}.example`);
    assert.equal(told().length, 100);
  });

  it('a refused host of demo mode is told in the same way', async () => {
    const { lines, logger } = captured();
    const server = await startServer({ logger, jwtSecret: undefined });
    const { port } = new URL(server.url);
    const { request: ask } = await import('node:http');
    for (let times = 0; times < 2; times++) {
      const status = await new Promise((resolve) => {
        const headers = { host: 'evil.example' };
        ask({ port, host: '127.0.0.1', path: '/api/v1/health', headers }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        }).end();
      });
      assert.equal(status, 403);
    }
    const told = lines.filter(({ refused }) => refused === 'evil.example');
    assert.equal(told.length, 1);
    assert.match(String(told[0]?.msg), /set a key, or add the origin of its pages to CORS_ORIGINS/);
  });
});
