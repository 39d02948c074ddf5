import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { mock } from 'node:test';
import type { Role } from '../../shared/rooms.ts';
import { call } from '../support/http.ts';
import {
  ask,
  clientOf,
  connect,
  next,
  refused,
  refusedHandshake,
  request,
  startServer,
  tokenFor,
} from '../support/server.ts';
import { startService } from '../support/service.ts';

const room_id = 'song:42';

/** What AUTHORIZE_URL was asked, and how it answers. */
async function startAuthority(answer: (response: ServerResponse) => void) {
  const asked: unknown[] = [];
  const authorizeUrl = await startService((body, response) => {
    asked.push(JSON.parse(body));
    answer(response);
  });
  return { asked, authorizeUrl };
}

describe('AUTHORIZE_URL', () => {
  const says = (role: unknown) => (response: ServerResponse) => response.end(JSON.stringify({ role }));

  it('decides in rooms that the token does not name', async () => {
    const { asked, authorizeUrl } = await startAuthority(says('viewer'));
    const server = await startServer({ authorizeUrl });
    const ada = await connect(server, { sub: 'ada', name: 'Ada', org_id: 'band', rooms: { 'song:mine': 'host' } });
    assert.equal((await request(ada, 'join_room', { room_id: 'song:mine' })).role, 'host');
    assert.deepEqual(asked, []);
    assert.equal((await request(ada, 'join_room', { room_id })).role, 'viewer');
    assert.deepEqual(asked, [{ user: { user_id: 'ada', name: 'Ada', org_id: 'band' }, room_id }]);
    await refused(ada, 'collaboration_operation', { room_id, operation: ['x'] }, 'forbidden');
  });

  it('is asked once in 10 seconds for a user and a room', async () => {
    const { asked, authorizeUrl } = await startAuthority(says('viewer'));
    const server = await startServer({ authorizeUrl });
    const clients = [
      await connect(server, { sub: 'ada', rooms: {} }),
      await connect(server, { sub: 'ada', rooms: {} }),
    ];
    for (const client of clients) await request(client, 'join_room', { room_id });
    assert.equal(asked.length, 1);
    await request(await connect(server, { sub: 'ben', rooms: {} }), 'join_room', { room_id });
    assert.equal(asked.length, 2);
  });

  it('leaves to the default role what it has no answer for', async () => {
    const { authorizeUrl } = await startAuthority(says(null));
    const open = await startServer({ authorizeUrl, defaultRole: 'viewer' });
    assert.equal(
      (await request(await connect(open, { sub: 'a', rooms: {} }), 'join_room', { room_id })).role,
      'viewer',
    );
    const closed = await startServer({ authorizeUrl });
    await refused(await connect(closed, { sub: 'ada', rooms: {} }), 'join_room', { room_id }, 'forbidden');
  });

  describe('lets nobody in', () => {
    const failures: Record<string, (response: ServerResponse) => void> = {
      'where it fails': (response) => response.writeHead(500).end('{"role":"host"}'),
      'where it answers nonsense': (response) => response.end('<html>'),
      'where it names a role that there is not': says('emperor'),
      'where it sends elsewhere': (response) => response.writeHead(302, { Location: '/' }).end(),
      'where it breaks off': (response) => response.destroy(),
      'where it says nothing for a second': () => {},
    };
    for (const [name, answer] of Object.entries(failures)) {
      it(`${name}, not even with a default role`, async () => {
        const { authorizeUrl } = await startAuthority(answer);
        const server = await startServer({ authorizeUrl, defaultRole: 'host' });
        const ada = await connect(server, { sub: 'ada', rooms: {} });
        const began = Date.now();
        const { retry_after_ms } = await refused(ada, 'join_room', { room_id }, 'unavailable');
        assert.ok(retry_after_ms && Date.now() - began < 3000);
        assert.equal((await call(server, `GET /api/v1/rooms/${room_id}`, { sub: 'ada', rooms: {} })).status, 503);
      });
    }
  });
});

describe('a role', () => {
  it('is decided again when its user was kicked and let in again', async () => {
    let role: Role | null = 'editor';
    const { asked, authorizeUrl } = await startAuthority((response) => response.end(JSON.stringify({ role })));
    const server = await startServer({ authorizeUrl });
    const ada = await connect(server, { sub: 'ada', rooms: {} });
    await request(ada, 'join_room', { room_id });
    role = null;
    const removed = next(ada, 'room_removed');
    await call(server, `DELETE /api/v1/rooms/${room_id}/participants/ada`, { sub: 'root', scope: 'admin' });
    await removed;
    await call(server, `PUT /api/v1/rooms/${room_id}/participants/ada`, { sub: 'root', scope: 'admin' });
    await refused(ada, 'join_room', { room_id }, 'forbidden');
    assert.equal(asked.length, 2);
  });

  it('that a new token does not confirm is gone, where the authority does not answer', async () => {
    const { authorizeUrl } = await startAuthority((response) => response.writeHead(500).end());
    const server = await startServer({ authorizeUrl });
    const ada = await connect(server, { sub: 'ada', rooms: { [room_id]: 'editor' } });
    await request(ada, 'join_room', { room_id });
    const removed = next(ada, 'room_removed');
    await request(ada, 'authenticate', { token: tokenFor({ sub: 'ada', rooms: {} }) });
    assert.deepEqual(await removed, { room_id, reason: 'role_withdrawn' });
  });

  it('changes within 20 seconds when the answer has changed, and stays while there is none', async () => {
    const roles: Record<string, Role | undefined> = { ada: 'editor', ben: 'editor' };
    let broken = false;
    mock.timers.enable({ apis: ['setInterval'] });
    try {
      const server = await startServer({
        authorize: ({ user_id }) => {
          if (broken) throw new Error('the database is away');
          return roles[user_id];
        },
      });
      const [ada, ben] = [
        await connect(server, { sub: 'ada', rooms: {} }),
        await connect(server, { sub: 'ben', rooms: {} }),
      ];
      for (const client of [ada, ben]) await request(client, 'join_room', { room_id });
      broken = true;
      mock.timers.tick(20_000);
      await request(ada, 'collaboration_operation', { room_id, operation: ['x'] });
      broken = false;
      roles.ada = 'viewer';
      roles.ben = undefined;
      const removed = next(ben, 'room_removed');
      mock.timers.tick(20_000);
      assert.deepEqual(await removed, { room_id, reason: 'role_withdrawn' });
      await refused(ada, 'collaboration_operation', { room_id, operation: ['x'] }, 'forbidden');
      assert.equal((await request(ada, 'get_room_state', { room_id })).role, 'viewer');
    } finally {
      mock.timers.reset();
    }
  });
});

describe('a hook of the application that answers with what is no role', () => {
  for (const wrong of ['owner', 'Host', true, 1, {}, ['host']])
    it(`lets nobody in: ${JSON.stringify(wrong)}`, async () => {
      const server = await startServer({ authorize: () => wrong as never });
      const ada = await connect(server, { sub: 'ada', rooms: {} });
      await refused(ada, 'join_room', { room_id }, 'internal');
    });

  it('lets nobody in by null, and takes no role from who has one', async () => {
    let wrong: unknown = null;
    mock.timers.enable({ apis: ['setInterval'] });
    try {
      const server = await startServer({ authorize: () => wrong as never });
      const ada = await connect(server, { sub: 'ada', rooms: {} });
      await refused(ada, 'join_room', { room_id }, 'forbidden');
      wrong = 'editor';
      await request(ada, 'join_room', { room_id });
      wrong = 'owner';
      mock.timers.tick(20_000);
      await request(ada, 'collaboration_operation', { room_id, operation: ['x'] });
    } finally {
      mock.timers.reset();
    }
  });
});

describe('a hook of the application that hangs', () => {
  it('is given up, and delays nobody but whom it is asked about', async () => {
    const server = await startServer({
      authorize: ({ user_id }) => (user_id === 'eve' ? new Promise(() => {}) : 'viewer'),
    });
    const [eve, ada] = [
      await connect(server, { sub: 'eve', rooms: { 'song:own': 'editor' } }),
      await connect(server, { sub: 'ada', rooms: {} }),
    ];
    const hanging = Array.from({ length: 3 }, (_, index) => ask(eve, 'join_room', { room_id: `song:${index}` }));
    let given = 0;
    for (const answer of hanging) answer.then(() => given++);
    while (given === 0) await request(ada, 'get_room_state', await request(ada, 'join_room', { room_id }));
    const answer = await hanging[0];
    assert.ok(answer && !answer.ok && answer.error.error_code === 'unavailable' && answer.error.retry_after_ms);
  }).timeout(30_000);

  it('at the handshake is given up, and others come in', async () => {
    const server = await startServer({
      authenticate: ({ sub }) => (sub === 'eve' ? new Promise(() => {}) : undefined),
    });
    const eve = refusedHandshake(clientOf(server, { auth: { token: tokenFor({ sub: 'eve' }) } }));
    await connect(server, { sub: 'ada' });
    const refusal = await eve;
    assert.equal(refusal.error_code, 'unavailable');
    assert.ok(refusal.retry_after_ms);
  }).timeout(30_000);
});
