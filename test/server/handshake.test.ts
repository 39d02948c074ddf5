import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { WebSocket } from 'ws';
import { Refusal } from '../../shared/refusals.ts';
import { moveAhead } from '../support/monotonic.ts';
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
import { watchWrites } from '../support/sockets.ts';

describe('handshake', () => {
  it('greets with the protocol, the user and the limits', async () => {
    const server = await startServer({ limitOperations: '600/60' });
    const client = clientOf(server, { auth: { token: tokenFor({ sub: 'ada', name: 'Ada' }) } });
    client.connect();
    const greeting = await next(client, 'connected');
    assert.equal(greeting.protocol, 1);
    assert.equal(greeting.connection_id, client.id);
    assert.deepEqual(greeting.user, { user_id: 'ada', name: 'Ada', org_id: '' });
    assert.equal(greeting.expires_at, null);
    assert.ok(Math.abs(greeting.server_time - Date.now()) < 5000);
    assert.deepEqual(greeting.limits.operations, { points: 600, seconds: 60 });
    assert.deepEqual(greeting.limits.cursors, { points: 0, seconds: 0 });
    assert.equal(greeting.limits.max_message_bytes, 10 * 1024);
    assert.equal(greeting.limits.max_operation_bytes, 256 * 1024);
    assert.equal(greeting.limits.max_operation_parts, 2000);
  });

  it('is answered in two calls of the system: one opens the WebSocket, one greets and tells the inbox', async () => {
    const server = await startServer();
    const writes = watchWrites();
    const client = clientOf(server, { auth: { token: tokenFor({ sub: 'ada' }) } });
    client.connect();
    await next(client, 'room_joined');
    const parts = ['101 Switching', 'pingInterval', '40{', '"connected"', '"room_joined"'];
    assert.deepEqual(
      writes.map((written) => parts.filter((part) => written.includes(part))),
      [
        ['101 Switching', 'pingInterval'],
        ['40{', '"connected"', '"room_joined"'],
      ],
    );
  });

  describe('finds the token', () => {
    const token = tokenFor({ sub: 'ada' });
    const places = {
      'in auth.token': { auth: { token } },
      'in auth.token behind Bearer': { auth: { token: `Bearer ${token}` } },
      'in Authorization': { extraHeaders: { Authorization: `Bearer ${token}` } },
      'in the query': { query: { token } },
      'among the subprotocols': { protocols: [`token.${token}`, 'collab.v1'] },
      'in Authorization where auth.token is empty': { auth: { token: '' }, extraHeaders: { Authorization: token } },
      'in the query by polling': { query: { token }, transports: ['polling'] },
    };
    for (const [place, options] of Object.entries(places)) {
      it(place, async () => {
        const client = clientOf(await startServer(), options);
        client.connect();
        assert.equal((await next(client, 'connected')).user.user_id, 'ada');
      });
    }

    it('in auth.token before every other place', async () => {
      const other = tokenFor({ sub: 'eve' });
      const client = clientOf(await startServer(), {
        auth: { token },
        query: { token: other },
        extraHeaders: { Authorization: other },
      });
      client.connect();
      assert.equal((await next(client, 'connected')).user.user_id, 'ada');
    });
  });

  it('selects the subprotocol that is not the token, whatever the order', async () => {
    const server = await startServer();
    const token = tokenFor({ sub: 'ada' });
    for (const offered of [
      [`token.${token}`, 'collab.v1'],
      ['collab.v1', `token.${token}`],
    ]) {
      const socket = new WebSocket(`${server.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, offered);
      await new Promise((resolve) => socket.once('open', resolve));
      assert.equal(socket.protocol, 'collab.v1');
      socket.close();
    }
  });

  it('reads a number as its decimal string, and username as a name', async () => {
    const client = clientOf(await startServer(), { auth: { token: tokenFor({ sub: 42, username: 'Forty-two' }) } });
    client.connect();
    assert.deepEqual((await next(client, 'connected')).user, { user_id: '42', name: 'Forty-two', org_id: '' });
  });

  it('takes tokens of every secret while rotating', async () => {
    const server = await startServer({
      jwtSecret: 'a new secret of thirty-two bytes, an old secret of thirty-two bytes',
    });
    for (const key of ['a new secret of thirty-two bytes', 'an old secret of thirty-two bytes']) {
      const client = clientOf(server, { auth: { token: jwt.sign({ sub: 'ada' }, key) } });
      client.connect();
      await next(client, 'connected');
    }
    const stranger = clientOf(server, { auth: { token: jwt.sign({ sub: 'ada' }, 'no secret') } });
    assert.equal((await refusedHandshake(stranger)).error_code, 'unauthorized');
  });

  describe('by public key', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = (pair: typeof rsa) => pair.publicKey.export({ type: 'spki', format: 'pem' }) as string;

    for (const [algorithm, pair] of [
      ['RS256', rsa],
      ['ES256', ec],
    ] as const) {
      it(`takes ${algorithm}`, async () => {
        const server = await startServer({ jwtSecret: undefined, jwtPublicKey: pem(pair) });
        const client = clientOf(server, { auth: { token: jwt.sign({ sub: 'ada' }, pair.privateKey, { algorithm }) } });
        client.connect();
        await next(client, 'connected');
      });
    }

    it('never takes the public key for an HMAC secret', async () => {
      const server = await startServer({ jwtSecret: undefined, jwtPublicKey: pem(rsa) });
      const header = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url');
      const payload = Buffer.from('{"sub":"eve"}').toString('base64url');
      const { createHmac } = await import('node:crypto');
      const signature = createHmac('sha256', pem(rsa)).update(`${header}.${payload}`).digest('base64url');
      const refusal = await refusedHandshake(
        clientOf(server, { auth: { token: `${header}.${payload}.${signature}` } }),
      );
      assert.equal(refusal.error_code, 'unauthorized');
    });
  });

  describe('refuses as unauthorized', () => {
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"sub":"eve"}').toString('base64url')}.`;
    const attempts: Record<string, string | undefined> = {
      'no token': undefined,
      'an empty one': '   ',
      garbage: 'garbage',
      'alg none': unsigned,
      'a foreign signature': jwt.sign({ sub: 'eve' }, 'another secret'),
      'an expired one': tokenFor({ sub: 'eve' }, { expiresIn: -10 }),
      'one that is not yet valid': tokenFor({ sub: 'eve' }, { notBefore: 60 }),
      'one without sub': tokenFor({}),
      'an empty sub': tokenFor({ sub: '' }),
      'roles that do not exist': tokenFor({ sub: 'eve', rooms: { '*': 'emperor' } }),
      'another issuer': tokenFor({ sub: 'eve' }, { issuer: 'elsewhere', audience: 'songs' }),
      'another audience': tokenFor({ sub: 'eve' }, { issuer: 'home', audience: 'elsewhere' }),
      'no issuer': tokenFor({ sub: 'eve' }, { audience: 'songs' }),
    };
    for (const [name, token] of Object.entries(attempts)) {
      it(name, async () => {
        const server = await startServer({ jwtIssuer: 'home', jwtAudience: 'songs' });
        const client = clientOf(server, token === undefined ? {} : { auth: { token } });
        const refusal = await refusedHandshake(client);
        assert.equal(refusal.code, 4401);
        assert.equal(refusal.error_code, 'unauthorized');
        assert.equal(typeof refusal.timestamp, 'number');
        const good = clientOf(server, {
          auth: { token: tokenFor({ sub: 'ada' }, { issuer: 'home', audience: 'songs' }) },
        });
        good.connect();
        await next(good, 'connected');
      });
    }
  });

  it('refuses one connection too many of a user, and takes another when one has ended', async () => {
    const server = await startServer({ maxConnectionsPerUser: 2 });
    const first = await connect(server, { sub: 'ada' });
    await connect(server, { sub: 'ada' });
    const third = clientOf(server, { auth: { token: tokenFor({ sub: 'ada' }) } });
    assert.equal((await refusedHandshake(third)).error_code, 'too_many_connections');
    await connect(server, { sub: 'ben' });
    await connect(server, { sub: 'ada', org_id: 'elsewhere' });
    first.disconnect();
    await connect(server, { sub: 'ada' });
  });

  it('refuses pages of other origins over every transport, and takes those that it is told to', async () => {
    const token = tokenFor({ sub: 'ada' });
    const server = await startServer({ corsOrigins: 'https://songs.example, https://other.example' });
    for (const transports of [['websocket'], ['polling']]) {
      const evil = clientOf(server, { auth: { token }, transports, extraHeaders: { origin: 'https://evil.example' } });
      const refusal = new Promise((resolve) => evil.once('connect_error', resolve));
      evil.connect();
      await refusal;
      assert.equal(evil.connected, false);
      const good = clientOf(server, { auth: { token }, transports, extraHeaders: { origin: 'https://other.example' } });
      good.connect();
      await next(good, 'connected');
    }
  });

  describe('asks the application', () => {
    it('who a token is for', async () => {
      const server = await startServer({
        authenticate: async (claims) => ({
          name: `${claims.sub} of ${claims.band}`,
          rooms: { 'song:theirs': 'viewer' },
        }),
      });
      const client = clientOf(server, { auth: { token: tokenFor({ sub: 'ada', band: 'The Engines' }) } });
      client.connect();
      assert.equal((await next(client, 'connected')).user.name, 'ada of The Engines');
      assert.equal((await request(client, 'join_room', { room_id: 'song:theirs' })).role, 'viewer');
      await refused(client, 'join_room', { room_id: 'song:other' }, 'forbidden');
    });

    it('and refuses whom it does not know', async () => {
      const server = await startServer({
        authenticate: (claims) => {
          if (claims.sub === 'eve') throw new Refusal('unauthorized', 'no such account');
          return undefined;
        },
      });
      const refusal = await refusedHandshake(clientOf(server, { auth: { token: tokenFor({ sub: 'eve' }) } }));
      assert.equal(refusal.message, 'no such account');
      await connect(server, { sub: 'ada' });
    });

    it('what someone may do in a room that the token does not name', async () => {
      const server = await startServer({
        authorize: async (user, room_id) => (room_id === `song:${user.user_id}` ? 'host' : undefined),
        defaultRole: 'viewer',
      });
      const client = await connect(server, { sub: 'ada', rooms: { 'song:named': 'editor' } });
      assert.equal((await request(client, 'join_room', { room_id: 'song:ada' })).role, 'host');
      assert.equal((await request(client, 'join_room', { room_id: 'song:named' })).role, 'editor');
      assert.equal((await request(client, 'join_room', { room_id: 'song:other' })).role, 'viewer');
    });
  });

  describe('a new token on a live connection', () => {
    it('changes roles in every room, and leaves those that it opens no longer', async () => {
      const server = await startServer();
      const client = await connect(server, { sub: 'ada', rooms: { '*': 'editor' } });
      for (const room_id of ['song:a', 'song:b']) await request(client, 'join_room', { room_id });
      const removed = next(client, 'room_removed');
      const token = tokenFor({ sub: 'ada', rooms: { 'song:a': 'viewer' } }, { expiresIn: '1h' });
      const answer = await request(client, 'authenticate', { token });
      assert.equal(answer.user_id, 'ada');
      assert.ok(answer.expires_at && answer.expires_at > Date.now());
      assert.deepEqual(await removed, { room_id: 'song:b', reason: 'role_withdrawn' });
      await refused(client, 'collaboration_operation', { room_id: 'song:a', operation: ['x'] }, 'forbidden');
      await refused(client, 'collaboration_operation', { room_id: 'song:b', operation: ['x'] }, 'not_found');
    });

    it('is answered by events where there is no callback', async () => {
      const client = await connect(await startServer(), { sub: 'ada' });
      client.emit('authenticate', { token: tokenFor({ sub: 'ada' }) });
      assert.deepEqual(await next(client, 'authenticated'), { user_id: 'ada', expires_at: null });
      client.emit('authenticate', { token: 'garbage' });
      assert.equal((await next(client, 'auth_error')).error_code, 'unauthorized');
    });

    it('is refused where it is for someone else', async () => {
      const client = await connect(await startServer(), { sub: 'ada' });
      await refused(client, 'authenticate', { token: tokenFor({ sub: 'ben' }) }, 'unauthorized');
      await refused(client, 'authenticate', { token: tokenFor({ sub: 'ada', org_id: 'other' }) }, 'unauthorized');
      assert.ok((await ask(client, 'ping', {})).ok);
    });
  });

  describe('an expired token', () => {
    it('lets nothing through but a new one', async () => {
      const server = await startServer();
      const client = clientOf(server, {
        auth: { token: tokenFor({ sub: 'ada' }, { expiresIn: '30s' }) },
      });
      client.connect();
      const expiring = next(client, 'token_expiring');
      const { expires_at } = await next(client, 'connected');
      assert.ok(expires_at);
      assert.deepEqual(await expiring, { expires_at });
      await request(client, 'ping', {});
      moveAhead(30_000);
      await refused(client, 'ping', {}, 'unauthorized');
      await request(client, 'authenticate', { token: tokenFor({ sub: 'ada' }) });
      await request(client, 'ping', {});
    });

    it('ends the connection after a while', async () => {
      const server = await startServer({ tokenExpiryCloseMs: 0 });
      const client = clientOf(server, {
        auth: { token: tokenFor({ sub: 'ada' }, { expiresIn: '62s' }) },
      });
      client.connect();
      const refusal = next(client, 'error');
      const ended = new Promise((resolve) => client.once('disconnect', resolve));
      await next(client, 'connected');
      moveAhead(62_000);
      const { fatal, error_code } = await refusal;
      assert.deepEqual({ fatal, error_code }, { fatal: true, error_code: 'unauthorized' });
      assert.equal(await ended, 'io server disconnect');
    });
  });
});
