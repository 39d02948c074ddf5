import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ServerOptions } from '../../server/application.ts';
import { cleanup } from '../support/cleanup.ts';
import { call } from '../support/http.ts';
import { checkOfTheDocs, webhookSecret } from '../support/receiver.ts';
import { clientOf, connect, next, refusedHandshake, request, startServer } from '../support/server.ts';
import { startService } from '../support/service.ts';

const room_id = 'song:42';
const ada = { user_id: 'ada', name: 'Ada', org_id: 'band', rooms: { 'song:*': 'editor' }, scopes: ['publish'] };

/** What AUTHENTICATE_URL was asked, and how it answers. */
async function startAuthority(
  answer: (response: ServerResponse, token: string) => unknown = (response, token) =>
    response.end(JSON.stringify({ user: token === 's-ada' ? ada : null })),
) {
  const asked: string[] = [];
  const authenticateUrl = await startService((body, response) => {
    const { token } = JSON.parse(body);
    asked.push(token);
    answer(response, token);
  });
  return { asked, authenticateUrl };
}

const withoutKey = (options: ServerOptions) => startServer({ jwtSecret: undefined, ...options });
const visitor = (server: { url: string }, token: string) => clientOf(server, { auth: { token } });

describe('AUTHENTICATE_URL', () => {
  it('says whose an opaque token is, at the door and over HTTP, and no key is needed', async () => {
    const { asked, authenticateUrl } = await startAuthority();
    const server = await withoutKey({ authenticateUrl });
    const client = visitor(server, 's-ada');
    client.connect();
    const { user, expires_at } = await next(client, 'connected');
    assert.deepEqual([user, expires_at], [{ user_id: 'ada', name: 'Ada', org_id: 'band' }, null]);
    assert.equal((await request(client, 'join_room', { room_id })).role, 'editor');
    assert.equal((await request(client, 'authenticate', { token: 's-ada' })).user_id, 'ada');
    const headers = { Authorization: 'Bearer s-ada' };
    const body = JSON.stringify({ user_id: 'ada', type: 'song.shared' });
    assert.equal((await call(server, 'POST /api/v1/publish', undefined, { headers, body })).status, 200);
    assert.deepEqual(asked, ['s-ada']);
  });

  it('lets in nobody whom it does not know, and it is no demo', async () => {
    const { asked, authenticateUrl } = await startAuthority();
    const server = await withoutKey({ authenticateUrl });
    for (const token of ['s-eve', 'a.b.c']) {
      assert.equal((await refusedHandshake(visitor(server, token))).error_code, 'unauthorized');
    }
    assert.equal((await refusedHandshake(clientOf(server, {}))).error_code, 'unauthorized');
    assert.deepEqual(asked, ['s-eve', 'a.b.c']);
    const body = JSON.stringify({ key: 'k'.repeat(16), name: 'Eve' });
    assert.equal((await call(server, 'POST /api/v1/guests', undefined, { body })).status, 401);
  });

  it('is not asked about what a key may have signed', async () => {
    const { asked, authenticateUrl } = await startAuthority();
    const server = await startServer({ authenticateUrl });
    await connect(server, { sub: 'ben' });
    assert.equal((await refusedHandshake(visitor(server, 'a.b.c'))).error_code, 'unauthorized');
    assert.deepEqual(asked, []);
    await connect(server, {}, { auth: { token: 's-ada' } });
    assert.deepEqual(asked, ['s-ada']);
  });

  it('is refused by a status as well, and ends when it says so', async () => {
    const { authenticateUrl } = await startAuthority((response, token) =>
      token === 's-old'
        ? response.end(JSON.stringify({ user: { ...ada, expires_at: Date.now() - 1 } }))
        : response.writeHead(token === 's-401' ? 401 : 403).end(),
    );
    const server = await withoutKey({ authenticateUrl });
    for (const token of ['s-old', 's-401', 's-403']) {
      assert.equal((await refusedHandshake(visitor(server, token))).error_code, 'unauthorized');
    }
  });

  it('is asked under the signature of webhooks, as AUTHORIZE_URL is', async () => {
    const isGenuine = await checkOfTheDocs();
    const signed: [string, boolean][] = [];
    const service = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      signed.push([request.url ?? '', isGenuine(body, String(request.headers['tutti-signature']), webhookSecret)]);
      response.end(JSON.stringify(request.url === '/who' ? { user: { user_id: 'ada' } } : { role: 'viewer' }));
    });
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
    cleanup(() => {
      service.closeAllConnections();
      service.close();
    });
    const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
    const another = 'the next secret, which nobody else knows yet';
    const server = await withoutKey({
      authenticateUrl: `${url}/who`,
      authorizeUrl: `${url}/may`,
      webhookSecret: [another, webhookSecret],
    });
    const client = await connect(server, {}, { auth: { token: 's-ada' } });
    assert.equal((await request(client, 'join_room', { room_id })).role, 'viewer');
    assert.deepEqual(signed, [
      ['/who', true],
      ['/may', true],
    ]);
  });

  describe('lets nobody in', () => {
    const failures: Record<string, (response: ServerResponse) => unknown> = {
      'where it fails': (response) => response.writeHead(500).end(JSON.stringify({ user: ada })),
      'where it answers nonsense': (response) => response.end('<html>'),
      'where it names nobody': (response) => response.end(JSON.stringify({ user: { name: 'Ada' } })),
      'where it sends elsewhere': (response) => response.writeHead(302, { Location: '/' }).end(),
      'where it breaks off': (response) => response.destroy(),
      'where it says nothing for 3 seconds': () => {},
    };
    for (const [name, answer] of Object.entries(failures)) {
      it(`${name}, and asks again`, async () => {
        const { asked, authenticateUrl } = await startAuthority(answer);
        const server = await withoutKey({ authenticateUrl });
        const { error_code, retry_after_ms } = await refusedHandshake(visitor(server, 's-ada'));
        assert.deepEqual([error_code, retry_after_ms], ['unavailable', 1_000]);
        await refusedHandshake(visitor(server, 's-ada'));
        assert.equal(asked.length, 2);
      });
    }
  });
});
