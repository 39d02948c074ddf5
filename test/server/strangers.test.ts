import assert from 'node:assert/strict';
import type { ServerOptions } from '../../server/application.ts';
import { Refusal } from '../../shared/refusals.ts';
import { call } from '../support/http.ts';
import { clientOf, connect, next, refusedHandshake, request, startServer, tokenFor } from '../support/server.ts';

/** Whom an application knows by a cookie, or by a token that means nothing to the server. */
const sessions: Record<string, string> = { 's-ada': 'ada', 's-ben': 'ben' };

const byCookie: ServerOptions['authenticate'] = ({ sub }, { token, headers }) => {
  if (sub) return { name: `${sub}, signed` };
  const session = token ?? /session=([\w-]+)/.exec(headers.cookie ?? '')?.[1] ?? '';
  const user_id = sessions[session];
  if (user_id === undefined) throw new Refusal('unauthorized', 'sign in first');
  return { user_id, org_id: 'band', rooms: { 'song:*': 'editor' }, scopes: ['publish'] };
};

describe('whom no key speaks for', () => {
  const withoutKey = () => startServer({ jwtSecret: undefined, authenticate: byCookie });

  it('come in by a cookie, and no secret is needed', async () => {
    const server = await withoutKey();
    const client = clientOf(server, { extraHeaders: { cookie: 'session=s-ada' } });
    client.connect();
    const { user, expires_at } = await next(client, 'connected');
    assert.deepEqual([user, expires_at], [{ user_id: 'ada', name: 'ada', org_id: 'band' }, null]);
    assert.equal((await request(client, 'join_room', { room_id: 'song:42' })).role, 'editor');
  });

  it('come in by an opaque token, and send the next one', async () => {
    const server = await withoutKey();
    const client = clientOf(server, { auth: { token: 's-ben' } });
    client.connect();
    assert.equal((await next(client, 'connected')).user.user_id, 'ben');
    assert.equal((await request(client, 'authenticate', { token: 's-ben' })).user_id, 'ben');
  });

  it('ask the HTTP API by either', async () => {
    const server = await withoutKey();
    const message = { user_id: 'ada', type: 'song.shared' };
    const ways = [{ cookie: 'session=s-ada' }, { authorization: 'Bearer s-ada' }];
    for (const headers of ways) {
      const answer = await call(server, 'POST /api/v1/publish', undefined, { headers, body: JSON.stringify(message) });
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
    }
    assert.equal(
      (await call(server, 'POST /api/v1/publish', undefined, { body: JSON.stringify(message) })).status,
      401,
    );
  });

  it('are refused whom the application does not know, and it is no demo', async () => {
    const server = await withoutKey();
    assert.equal((await refusedHandshake(clientOf(server, {}))).message, 'sign in first');
    assert.equal((await refusedHandshake(clientOf(server, { auth: { token: 'a.b.c' } }))).message, 'sign in first');
    const guest = { key: 'k'.repeat(16), name: 'Eve' };
    assert.equal((await call(server, 'POST /api/v1/guests', undefined, { body: JSON.stringify(guest) })).status, 401);
  });

  it('are refused where the application says of none who it is', async () => {
    const server = await startServer({ jwtSecret: undefined, authenticate: () => ({ name: 'Nobody' }) });
    assert.equal((await refusedHandshake(clientOf(server, {}))).error_code, 'unauthorized');
  });

  it('come in beside those who have a signed token, of which a forged one is none', async () => {
    const server = await startServer({ authenticate: byCookie });
    const stranger = clientOf(server, { auth: { token: 's-ada' } });
    stranger.connect();
    assert.equal((await next(stranger, 'connected')).user.user_id, 'ada');
    await connect(server, { sub: 'cem' });
    const forged = `${tokenFor({ sub: 'ada' }).slice(0, -4)}AAAA`;
    const cookie = { extraHeaders: { cookie: 'session=s-ada' }, auth: { token: forged } };
    assert.equal((await refusedHandshake(clientOf(server, cookie))).message, 'token: invalid signature');
  });

  it('end when the application says', async () => {
    const expires_at = Date.now() + 60_000;
    const authenticate = () => ({ user_id: 'ada', expires_at });
    const server = await startServer({ jwtSecret: undefined, authenticate });
    const client = clientOf(server, {});
    client.connect();
    assert.equal((await next(client, 'connected')).expires_at, expires_at);
  });
});
