import assert from 'node:assert/strict';
import { type ErrorCode, refusalCodes } from '../../shared/refusals.ts';
import { call } from '../support/http.ts';
import { type Client, caughtUp, collect, connect, next, refused, request, startServer } from '../support/server.ts';

const room_id = 'song:42';
const admin = { sub: 'root', rooms: {}, scope: 'publish admin' };

/** Someone in the room, who has written a song. */
async function writer(server: { url: string }, claims: object = { sub: 'ada' }, text = 'Hello'): Promise<Client> {
  const client = await connect(server, claims);
  await request(client, 'join_room', { room_id });
  await request(client, 'collaboration_operation', { room_id, operation: [text] });
  return client;
}

/** Asks a route, and expects a refusal. */
async function declined(server: { url: string }, route: string, claims: object | undefined, code: ErrorCode) {
  const { status, body } = await call(server, route, claims);
  assert.equal(body.error?.error_code, code, JSON.stringify(body));
  assert.equal(status, refusalCodes[code] - 4000);
  assert.equal(body.ok, false);
}

describe('HTTP', () => {
  it('says that it lives and is ready to whoever asks', async () => {
    const server = await startServer();
    const health = await call(server, 'GET /api/v1/health');
    assert.deepEqual([health.status, health.body.status], [200, 'ok']);
    assert.deepEqual((await call(server, 'GET /api/v1/ready')).body, { status: 'ready' });
  });

  it('tells its status, more with a token, most to administrators of the tenant', async () => {
    const server = await startServer();
    const ada = await writer(server);
    await connect(server, { sub: 'ben', org_id: 'elsewhere' });
    const { body } = await call(server, 'GET /api/v1/status');
    assert.deepEqual([body.connections, body.users, body.rooms, body.store], [2, 2, 1, 'application']);
    assert.equal(body.own_connections, undefined);
    const own = (await call(server, 'GET /api/v1/status', { sub: 'ada' })).body;
    assert.deepEqual([own.own_connections, own.per_room], [[ada.id], undefined]);
    const all = (await call(server, 'GET /api/v1/status', admin)).body;
    assert.deepEqual(all.per_room, [{ room_id, participant_count: 1 }]);
    assert.deepEqual(all.per_user, [{ user_id: 'ada', connections: 1 }]);
    const elsewhere = (await call(server, 'GET /api/v1/status', { ...admin, org_id: 'elsewhere' })).body;
    assert.deepEqual([elsewhere.per_room, elsewhere.per_user], [[], [{ user_id: 'ben', connections: 1 }]]);
  });

  it('lists the tenant’s rooms page by page', async () => {
    const server = await startServer();
    const ada = await writer(server);
    for (const id of ['song:1', 'song:2']) {
      await request(ada, 'join_room', { room_id: id });
      await request(ada, 'collaboration_operation', { room_id: id, operation: ['x'] });
    }
    await writer(server, { sub: 'ben', org_id: 'elsewhere' });
    const first = (await call(server, 'GET /api/v1/rooms?limit=2', admin)).body;
    assert.equal(first.more, true);
    assert.deepEqual(
      first.rooms.map(({ room_id, revision, participant_count }: Record<string, unknown>) => [
        room_id,
        revision,
        participant_count,
      ]),
      [
        ['song:1', 1, 1],
        ['song:2', 1, 1],
      ],
    );
    const second = (await call(server, 'GET /api/v1/rooms?limit=2&after=song:2', admin)).body;
    assert.deepEqual([second.rooms.length, second.rooms[0].room_id, second.more], [1, room_id, false]);
    await declined(server, 'GET /api/v1/rooms?limit=0', admin, 'bad_request');
    await declined(server, 'GET /api/v1/rooms?after=a%20b', admin, 'bad_request');
  });

  it('shows a room to who has a role in it and to administrators, as state and as text', async () => {
    const server = await startServer();
    await writer(server, { sub: 'ada' }, 'Hallo 😀');
    for (const claims of [{ sub: 'ben', rooms: { [room_id]: 'viewer' } }, admin]) {
      const { body } = await call(server, 'GET /api/v1/rooms/42', claims);
      assert.deepEqual([body.room_id, body.revision, body.document.content], [room_id, 1, 'Hallo 😀']);
      const text = await call(server, 'GET /api/v1/rooms/song:42?format=text', claims);
      assert.equal(text.body, 'Hallo 😀');
      assert.match(text.headers.get('content-type') ?? '', /^text\/plain; charset=utf-8/i);
    }
    await declined(server, 'GET /api/v1/rooms/song:42', { sub: 'eve', rooms: {} }, 'forbidden');
    await declined(server, 'GET /api/v1/rooms/song:never', admin, 'not_found');
    await declined(server, 'GET /api/v1/rooms/opera:42', admin, 'not_found');
  });

  it('shows a long song as it is, whoever asks and however', async () => {
    const server = await startServer();
    const song = Array.from({ length: 12_000 }, (_, at) => `${at}😀"\\\n\u2028`).join('');
    const ada = await writer(server, { sub: 'ada' }, song);
    assert.equal((await call(server, `GET /api/v1/rooms/${room_id}`, admin)).body.document.content, song);
    assert.equal((await call(server, `GET /api/v1/rooms/${room_id}?format=text`, admin)).body, song);
    assert.equal((await call(server, `GET /api/v1/rooms/${room_id}/text`, admin)).body, song);
    assert.equal((await request(ada, 'get_room_state', { room_id })).document?.content, song);
    const ben = await connect(server, { sub: 'ben' });
    assert.equal((await request(ben, 'join_room', { room_id })).document?.content, song);
  });

  describe('deletes a room', () => {
    it('and tells those who are in it, who may begin it anew', async () => {
      const server = await startServer();
      const ada = await writer(server);
      const state = await request(ada, 'get_room_state', { room_id });
      const removed = next(ada, 'room_removed');
      assert.equal((await call(server, `DELETE /api/v1/rooms/${room_id}`, admin)).status, 200);
      assert.deepEqual(await removed, { room_id, reason: 'closed' });
      await refused(ada, 'collaboration_operation', { room_id, operation: ['x'] }, 'not_found');
      await declined(server, `GET /api/v1/rooms/${room_id}`, admin, 'not_found');
      await declined(server, `DELETE /api/v1/rooms/${room_id}`, admin, 'not_found');
      const since = { epoch: state.epoch, revision: state.revision };
      await refused(ada, 'join_room', { room_id, since }, 'deleted');
      const again = await request(ada, 'join_room', { room_id });
      assert.deepEqual([again.epoch, again.revision, again.recovered, again.document?.content], ['', 0, false, '']);
      await request(ada, 'collaboration_operation', { room_id, operation: ['new'] });
      assert.equal((await call(server, `GET /api/v1/rooms/${room_id}?format=text`, admin)).body, 'new');
    });

    it('for good, also while everybody writes', async () => {
      const server = await startServer();
      const ada = await writer(server);
      const writes = Array.from({ length: 50 }, () =>
        ada.emitWithAck('collaboration_operation', { room_id, operation: ['x'] }),
      );
      await call(server, `DELETE /api/v1/rooms/${room_id}`, admin);
      await Promise.all(writes);
      const again = await request(ada, 'join_room', { room_id });
      assert.deepEqual([again.revision, again.document?.content], [0, '']);
    });
  });

  describe('kicks someone', () => {
    it('for an administrator, on every connection', async () => {
      const server = await startServer();
      const clients = [await writer(server), await connect(server, { sub: 'ada' })];
      for (const client of clients) await request(client, 'join_room', { room_id });
      const removed = clients.map((client) => next(client, 'room_removed'));
      const { body } = await call(server, `DELETE /api/v1/rooms/${room_id}/participants/ada`, admin);
      assert.equal(body.connections, 2);
      assert.deepEqual(await Promise.all(removed), Array(2).fill({ room_id, reason: 'kicked' }));
      await declined(server, `DELETE /api/v1/rooms/${room_id}/participants/ada`, admin, 'not_found');
    });

    it('for a host of the room, and for nobody else', async () => {
      const server = await startServer();
      const ada = await writer(server);
      const path = `DELETE /api/v1/rooms/${room_id}/participants/ada`;
      await declined(server, path, { sub: 'ben', rooms: { [room_id]: 'editor' } }, 'forbidden');
      await declined(server, path, { sub: 'ben', rooms: { 'song:43': 'host' } }, 'forbidden');
      await request(ada, 'get_room_state', { room_id });
      assert.equal((await call(server, path, { sub: 'ben', rooms: { [room_id]: 'host' } })).status, 200);
      await refused(ada, 'get_room_state', { room_id }, 'not_found');
    });
  });

  it('disconnects a user on every connection, and tells whether one is there', async () => {
    const server = await startServer();
    const clients = [await connect(server, { sub: 'ada' }), await connect(server, { sub: 'ada' })];
    const presence = async () => (await call(server, 'GET /api/v1/users/ada/presence', admin)).body;
    assert.deepEqual(await presence(), { ok: true, user_id: 'ada', online: true, connections: 2 });
    const refusals = clients.map((client) => next(client, 'error'));
    const ended = clients.map((client) => new Promise((resolve) => client.once('disconnect', resolve)));
    const { body } = await call(server, 'DELETE /api/v1/users/ada/connections', admin);
    assert.equal(body.connections, 2);
    for (const { fatal } of await Promise.all(refusals)) assert.equal(fatal, true);
    assert.deepEqual(await Promise.all(ended), Array(2).fill('io server disconnect'));
    assert.deepEqual(await presence(), { ok: true, user_id: 'ada', online: false, connections: 0 });
  });

  it('knows nothing of another tenant', async () => {
    const server = await startServer();
    const ada = await writer(server);
    const stranger = { ...admin, org_id: 'elsewhere' };
    await declined(server, `GET /api/v1/rooms/${room_id}`, stranger, 'not_found');
    await declined(server, `DELETE /api/v1/rooms/${room_id}`, stranger, 'not_found');
    await declined(server, `DELETE /api/v1/rooms/${room_id}/participants/ada`, stranger, 'not_found');
    assert.deepEqual((await call(server, 'GET /api/v1/rooms', stranger)).body.rooms, []);
    assert.equal((await call(server, 'GET /api/v1/users/ada/presence', stranger)).body.online, false);
    assert.equal((await call(server, 'DELETE /api/v1/users/ada/connections', stranger)).body.connections, 0);
    const removals = collect(ada, 'room_removed');
    await caughtUp(ada);
    assert.deepEqual(removals, []);
    assert.equal((await request(ada, 'get_room_state', { room_id })).document?.content, 'Hello');
  });

  describe('refuses', () => {
    const routes = [
      'GET /api/v1/rooms',
      `DELETE /api/v1/rooms/${room_id}`,
      'DELETE /api/v1/users/ada/connections',
      'GET /api/v1/users/ada/presence',
    ];
    for (const route of routes) {
      it(`${route} without a token and without the scope`, async () => {
        const server = await startServer();
        await declined(server, route, undefined, 'unauthorized');
        await declined(server, route, { sub: 'ada', scope: 'administrator' }, 'forbidden');
      });
    }

    it('a route that there is not', async () => {
      await declined(await startServer(), 'GET /api/v1/secrets', undefined, 'not_found');
    });

    it('pages of other origins', async () => {
      const server = await startServer({ corsOrigins: 'https://songs.example' });
      const from = (origin: string, init: RequestInit = {}) =>
        call(server, 'GET /api/v1/health', undefined, { ...init, headers: { origin } });
      assert.equal((await from('https://evil.example')).status, 403);
      const good = await from('https://songs.example');
      assert.deepEqual([good.status, good.headers.get('access-control-allow-origin')], [200, 'https://songs.example']);
      const preflight = await from('https://songs.example', { method: 'OPTIONS' });
      assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /Authorization/);
    });
  });

  it('sends security headers', async () => {
    const { headers } = await call(await startServer(), 'GET /api/v1/health');
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    const policy = headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'/);
    for (const directive of ['base-uri', 'form-action', 'frame-ancestors']) {
      assert.ok(policy.includes(`${directive} 'none'`), directive);
    }
  });

  it('promises no TLS for a host that nobody asked it to', async () => {
    const server = await startServer();
    for (const route of ['GET /', 'GET /api/v1/health', 'GET /metrics', 'GET /nothing']) {
      assert.equal((await call(server, route)).headers.get('strict-transport-security'), null, route);
    }
  });

  it('lets nobody keep what it answers, refusals too', async () => {
    const server = await startServer();
    await writer(server);
    for (const route of [
      'GET /api/v1/status',
      'GET /api/v1/rooms',
      `GET /api/v1/rooms/${room_id}`,
      `GET /api/v1/rooms/${room_id}?format=text`,
      `GET /api/v1/rooms/song:none`,
      'GET /api/v1/users/ada/presence',
      'GET /api/v1/nothing',
    ]) {
      assert.equal((await call(server, route, admin)).headers.get('cache-control'), 'no-store', route);
    }
    assert.equal((await call(server, 'GET /api/v1/rooms')).headers.get('cache-control'), 'no-store');
  });
});
